"""Which videos are meant: files, folders and patterns, as people give them."""

import glob
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from climbpose import report
from climbpose.batch.addresses import redact
from climbpose.batch.places import Place
from climbpose.batch.places import place as place_of
from climbpose.batch.stores import Remote
from climbpose.datasets.video_files import SUFFIXES
from climbpose.errors import ClimbposeError, UsageError
from climbpose.exporters.overlay_mp4 import OverlayMp4
from climbpose.exporters.tracks_csv import TracksCsv

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Source:
    """A video, or a name that brings none.

    Attributes:
        video: The file.
        below: Where it lies in the folder or pattern that was given; a file's own name alone.
        is_named: Whether it was given itself, not by a folder or a pattern.
        problem: Why there is no video to annotate, in one line.
    """

    video: Place
    below: PurePath
    is_named: bool = False
    problem: ClimbposeError | None = None


def find(given: Sequence[str]) -> list[Source]:
    """The videos that are meant, in the order given, those of a folder sorted as people count.

    Of folders all videos at any depth are meant but hidden ones, half files and what climbpose
    itself has drawn. Links to folders are not followed. A pattern (``*``, ``?``, ``[a-z]``, and
    ``**`` for any depth) brings files, and folders unless it holds ``**``. A video that is given
    twice counts once. What brings no video gives a source with a problem.
    """
    # One folder's tree is kept as it is, those of several side by side.
    is_one_of_several = sum(_is_folder(text) for text in given) > 1
    found: list[Source] = []
    for text in given:
        place: Place = Path(redact(text))
        try:
            place = place_of(text)
            found += _of(place, is_one_of_several=is_one_of_several)
        except ClimbposeError as error:
            found.append(Source(place, Path(), problem=error))
    return _without_own(_once(found))


def _is_folder(text: str) -> bool:
    # Asked again soon, and then an answer is needed; a path may be too long for one.
    with suppress(ClimbposeError, OSError):
        return place_of(text).is_dir()
    return False


def _of(place: Place, *, is_one_of_several: bool) -> list[Source]:
    if isinstance(place, Remote):
        return _in_store(place, PurePosixPath(place.name if is_one_of_several else ""))
    if _is_folder(str(place)):
        return _in_folder(place, Path(place.resolve().name if is_one_of_several else ""))
    if not os.path.lexists(place) and _MAGIC.search(str(place)):
        return _matching(place)
    return [Source(place, Path(place.name), is_named=True, problem=_problem(place))]


def _problem(path: Path) -> ClimbposeError | None:
    try:
        path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return UsageError(f"{path} cannot be read ({reason}); check the name")
    return None


def _once(found: Sequence[Source]) -> list[Source]:
    """The first of those that are the same file."""
    first: dict[Place, Source] = {}
    for source in found:
        place = source.video
        key = place if source.problem or isinstance(place, Remote) else place.resolve()
        first.setdefault(key, source)
    return list(first.values())


def _in_folder(folder: Path, below: PurePath) -> list[Source]:
    videos, problems = [], []

    def note(error: OSError) -> None:
        problems.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        videos += [path for name in names if _is_wanted(path := Path(parent, name))]
    videos.sort(key=lambda path: _natural(path.relative_to(folder)))
    found = [Source(path, below / path.relative_to(folder)) for path in videos]
    for path in problems:
        found.append(Source(path, below, problem=UsageError(f"folder {path} cannot be read")))
    return found or [_nothing_in(folder)]


def _nothing_in(folder: Place) -> Source:
    kinds = ", ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
    problem = UsageError(f"folder {folder} holds no video ({kinds}) that climbpose has not drawn")
    return Source(folder, Path(), problem=problem)


def _in_store(place: Remote, below: PurePosixPath) -> list[Source]:
    """The videos of a store's folder or pattern, or the one file that is named."""
    is_file = place.is_file()
    is_pattern = not is_file and not place.is_dir() and _MAGIC.search(place.address)
    if is_file or not (is_pattern or place.is_dir()):
        problem = None if is_file else UsageError(f"{place} is not there; check the name")
        return [Source(place, PurePosixPath(place.name), is_named=True, problem=problem)]
    root = place.address
    while is_pattern and _MAGIC.search(root):
        root = root.rstrip("/").rpartition("/")[0]
    found = []
    for file in place.matches() if is_pattern else place.files():
        path = PurePosixPath(file.address.removeprefix(root).lstrip("/"))
        is_hidden = any(part.startswith(".") for part in path.parts)
        if not is_hidden and _is_wanted(file):
            found.append(Source(file, below / path))
    if not found and is_pattern:
        return [_unmatched(place, "matches no video")]
    return sorted(found, key=lambda one: _natural(one.below)) or [_nothing_in(place)]


def _is_wanted(place: Place) -> bool:
    return _is_video(place) and not place.name.startswith(".") and not is_own_output(place)


def _is_video(place: Place) -> bool:
    return place.suffix.lower() in SUFFIXES


def _unmatched(pattern: Place, why: str) -> Source:
    return Source(pattern, Path(), problem=UsageError(f"{pattern} {why}; check the name"))


def _natural(path: PurePath) -> list[list[tuple[int, int, str]]]:
    """Sorts 2 before 10, and a folder's files together."""
    return [
        [
            (0, int(piece), piece) if piece.isdecimal() else (1, 0, piece.casefold())
            for piece in re.split(r"([0-9]+)", part)
        ]
        for part in path.parts
    ]


def _matching(pattern: Path) -> list[Source]:
    parts = pattern.parts
    fixed = Path(*parts[: next(n for n, part in enumerate(parts) if _MAGIC.search(part))])
    # A pattern that says the ending means all files that have it.
    is_any_kind = pattern.suffix != "" and not _MAGIC.search(pattern.suffix)
    found: list[Source] = []
    # Path.glob brings hidden files too.
    paths = {Path(match) for match in glob.glob(str(pattern), recursive=True)}  # noqa: PTH207
    for path in sorted(paths, key=_natural):
        below = path.relative_to(fixed)
        if path.is_dir():
            inside = [] if "**" in parts else _in_folder(path, below)
            found += [source for source in inside if not source.problem]
        elif (is_any_kind or _is_video(path)) and not is_own_output(path):
            found.append(Source(path, below))
    return found or [_unmatched(pattern, "matches no video" if paths else "matches nothing")]


def is_own_output(place: Place) -> bool:
    """Whether climbpose has drawn this video: the other outputs of its run are beside it."""
    name, suffix = place.name, OverlayMp4.suffix
    if name.endswith(suffix):
        stem = name.removesuffix(suffix)
        beside = (f"{stem}{ending}" for ending in (report.SUFFIX, TracksCsv.suffix))
        return any(place.with_name(other).is_file() for other in beside)
    # Under a name that its user chose; nobody does so for many.
    if isinstance(place, Remote):
        return False
    return name in report.read_outputs(place.with_name(f"{place.stem}{report.SUFFIX}"))


def _without_own(found: Sequence[Source]) -> list[Source]:
    """Leaves out what was drawn of another source, as a shell's ``*.mp4`` brings it."""
    stems = {_stem(source.video) for source in found if not source.problem}
    return [source for source in found if not _is_drawn_of(source, stems)]


def _is_drawn_of(source: Source, stems: set[str]) -> bool:
    if source.problem or not source.video.name.endswith(OverlayMp4.suffix):
        return False
    stem = _stem(source.video).removesuffix(Path(OverlayMp4.suffix).stem)
    return stem in stems and is_own_output(source.video)


def _stem(place: Place) -> str:
    """Where a file is, but for its name's ending."""
    if isinstance(place, Remote):
        return place.address.removesuffix(place.suffix)
    return str(place.resolve().with_suffix(""))
