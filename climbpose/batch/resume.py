"""How far an earlier run has come with a video, told by what it has left."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from climbpose import report
from climbpose.batch.places import Place
from climbpose.batch.stores import Remote
from climbpose.batch.task import Task
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.files import PART_SUFFIX
from climbpose.fingerprints import Fingerprint
from climbpose.skeleton import CLIMBING_25

OF_RESULT = (
    *("detector", "quality", "weights", "every"),
    *("repair", "smoother", "smooth_strength", "person", "tracks", "keep_raw"),
    *("start", "end", "rotate", "layers", "scale", "crf", "preset", "encoder", "no_audio"),
    "export",
)
"""The arguments that the outputs depend on; the others say how a batch goes on."""

_FILES = ("detector", "weights", "smoother", "tracks")
_TRACKS_BEGIN = f"frame,time_s,{CLIMBING_25.keypoints[0]}_x,".encode()


@dataclass(frozen=True)
class Standing:
    """How far an earlier run has come.

    Attributes:
        report: That of the run, if it has come to its end.
        is_finished: Nothing is left to be done.
        in_the_way: Why nothing may be done: a file is there that is not climbpose's. One line.
    """

    report: Mapping[str, Any] | None
    is_finished: bool
    in_the_way: str | None = None

    @classmethod
    def of(cls, task: Task) -> "Standing":
        """Looks at what an earlier run has left of a video.

        It is finished if its report is there and says that the run came to its end, with the same
        arguments, from the same source, and if the outputs that it lists are still the same. A file
        is the same if its size and date are, or else its size and hash; in a store, if its size is.

        Raises:
            ClimbposeError: A file or a store cannot be read.
        """
        content = _read_report(task)
        outputs = [path.name for path in task.job.outputs(task.options)]
        places = {name: task.output(name) for name in outputs}
        present = {name: place for name, place in places.items() if _exists(place)}
        if content is None:
            return cls(None, is_finished=False, in_the_way=_foreign(task, present))
        listed = _files(content)
        present.pop(task.job.report.name, None)
        intact = {
            name
            for name, place in present.items()
            if name in listed and _is_same(place, listed[name])
        }
        wanted = set(outputs) - {task.job.report.name}
        if content.get("status") == report.NOBODY:
            wanted.discard(task.job.annotated.name)
        is_finished = (
            wanted <= intact
            and content.get("status") in (report.DONE, report.NOBODY)
            and _is_same(task.video, Fingerprint.parse(content.get("source")))
            and has_same_arguments(content, task.arguments)
        )
        if is_finished:
            return cls(content, is_finished=True)
        for name, place in present.items():
            if name not in intact:
                found = _changed(place) if name in listed else _unlisted(place)
                return cls(content, is_finished=False, in_the_way=found)
        return cls(content, is_finished=False)


def has_same_arguments(content: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a report's run had the same arguments, as far as outputs depend on them."""
    before = content.get("arguments")
    if not isinstance(before, Mapping):
        return False
    now: Mapping[str, Any] = json.loads(json.dumps(arguments, default=report.plain))
    # An older version has not all of them; then what it did is what is done without them.
    names = [name for name in OF_RESULT if name in before and name in now]
    if any(before[name] != now[name] for name in names):
        return False
    return not any(_is_newer(now.get(name), content.get("started_at")) for name in _FILES)


def _is_newer(file: object, started_at: object) -> bool:
    """Whether what may be a file was written after a run had begun."""
    if not isinstance(file, str) or not isinstance(started_at, str):
        return False
    try:
        return datetime.fromtimestamp(Path(file).stat().st_mtime, UTC) > _date(started_at)
    except (OSError, ValueError, OverflowError):
        return False


def _date(text: str) -> datetime:
    date = datetime.fromisoformat(text)
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _read_report(task: Task) -> Mapping[str, Any] | None:
    place = task.output(task.job.report.name)
    if isinstance(place, Path):
        content = report.read(place)
    else:
        content = report.parse(place.read_text()) if place.is_file() else None
    return content if content and "climbpose" in content else None


def _files(content: Mapping[str, Any]) -> dict[str, Fingerprint | None]:
    """What a report's outputs were; an older version says their names only."""
    files, names = content.get("files"), content.get("outputs")
    if isinstance(files, Mapping):
        return {str(name): Fingerprint.parse(value) for name, value in files.items()}
    return dict.fromkeys(map(str, names)) if isinstance(names, Sequence) else {}


def _exists(place: Place) -> bool:
    return place.exists() if isinstance(place, Remote) else os.path.lexists(place)


def _is_same(place: Place, fingerprint: Fingerprint | None) -> bool:
    if fingerprint is None:
        return _exists(place)
    if isinstance(place, Remote):
        # The whole file would have to come over the network.
        return place.is_file() and place.size() in (None, fingerprint.bytes)
    return fingerprint.is_of(place)


def _foreign(task: Task, present: Mapping[str, Place]) -> str | None:
    """What is in the way where no report tells of an earlier run."""
    report_name = task.job.report.name
    if report_name in present:
        return f"{present[report_name]} is no report of climbpose; move it away, or add -y"
    part = task.output(f"{report_name}{PART_SUFFIX}")
    # Left of a run that was killed, and that was allowed to write all of them.
    if _exists(part):
        return None
    for place in present.values():
        # A run that is stopped leaves the tracks that it has written.
        if not (place.name.endswith(TracksCsv.suffix) and _is_of_climbpose(place)):
            return _unlisted(place)
    return None


def _is_of_climbpose(tracks: Place) -> bool:
    """Whether tracks begin as climbpose writes them."""
    # Puts are in order, the report last; a stop in between leaves tracks alone too.
    if isinstance(tracks, Remote):
        return tracks.read_text().encode().startswith(_TRACKS_BEGIN)
    try:
        with tracks.open("rb") as file:
            return file.read(len(_TRACKS_BEGIN)) == _TRACKS_BEGIN
    except OSError:
        return False


def _unlisted(place: Place) -> str:
    return (
        f"{place} is in the way, and no report says that climbpose made it; move it away, or add "
        "-y to replace it"
    )


def _changed(place: Place) -> str:
    return f"{place} has changed since climbpose wrote it; move it away, or add -y to replace it"
