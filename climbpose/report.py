"""What a run did, for people and programs: ``<stem>_run.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from climbpose.detectors import ModelFile
from climbpose.errors import ClimbposeError
from climbpose.files import part_file
from climbpose.fingerprints import Fingerprint
from climbpose.poses import VideoInfo
from climbpose.repair import Repair

SUFFIX = "_run.json"
DONE, NOBODY = "done", "nobody"


@dataclass(frozen=True)
class FrameCounts:
    """Frames as decoded; those ``filled`` and ``recovered`` are among those with the climber."""

    decoded: int
    with_climber: int
    filled: int
    recovered: int


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes:
        climbpose: Version.
        status: `DONE`, or `NOBODY` if no person was found.
        started_at: UTC, ISO 8601.
        arguments: The options.
        models: The model files used.
        video: What the source says of itself.
        frames: Counts.
        repairs: Where left and right were exchanged.
        timings_s: Wall seconds of each stage; stages overlap.
        outputs: Names of the files written, this report aside.
        source: What the video's file was.
        files: What the outputs' files were, by name.
        warnings: One line each.
        system: Versions of what ran it.
    """

    climbpose: str
    status: str
    started_at: str
    arguments: Mapping[str, Any]
    models: Sequence[ModelFile]
    video: VideoInfo
    frames: FrameCounts
    repairs: Sequence[Repair]
    timings_s: Mapping[str, float]
    outputs: Sequence[str]
    source: Fingerprint
    files: Mapping[str, Fingerprint]
    warnings: Sequence[str]
    system: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with `plain`."""
        return asdict(self)

    def write(self, path: Path) -> None:
        """Writes the report.

        Raises:
            ClimbposeError: The file cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, default=plain, allow_nan=False)
        with part_file(path) as part:
            part.write_text(text + "\n", encoding="utf-8")


def plain(value: object) -> float | str:
    """What JSON does not know, as what it knows: fractions as numbers, the rest as text."""
    return float(value) if isinstance(value, Fraction) else str(value)


def withdraw(path: Path) -> None:
    """Removes the report of an earlier run, before the files that it vouches for are replaced.

    Raises:
        ClimbposeError: It cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ClimbposeError(
            f"{path} cannot be replaced ({error.strerror}); choose another folder with -o"
        ) from error


def read(path: Path) -> Mapping[str, Any] | None:
    """What a report says, None where there is no readable one."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def parse(text: str) -> Mapping[str, Any] | None:
    """What the text of a report says, None if it is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def read_status(path: Path) -> str | None:
    """The status that a report gives, None where there is no readable one."""
    content = read(path)
    return None if content is None else str(content.get("status"))


def read_outputs(path: Path) -> Sequence[str]:
    """The names of the files that a report lists, none where there is no readable one."""
    names = (read(path) or {}).get("outputs")
    return [str(name) for name in names] if isinstance(names, list) else []
