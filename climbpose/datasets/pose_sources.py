"""Pose clips from whatever a path holds."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from climbpose.datasets.arrays import array_names
from climbpose.datasets.brace import is_brace, read_brace
from climbpose.datasets.climbing import is_climbing, read_climbing_clips
from climbpose.datasets.mocap import is_cmu, is_deepmimic, read_cmu, read_deepmimic
from climbpose.datasets.penn_action import is_penn_action, read_penn_action
from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.speed21 import is_speed21, read_speed21
from climbpose.datasets.synthetic_poses import is_synthetic, read_synthetic
from climbpose.errors import DatasetError, UsageError


@dataclass(frozen=True)
class _Kind:
    """A kind of data.

    Attributes:
        expects: What its path is to be.
        recognises: Whether a path seems to be that.
        read: Reads it.
    """

    expects: str
    recognises: Callable[[Path], bool]
    read: Callable[..., PoseClips]

    @property
    def options(self) -> tuple[str, ...]:
        """What it takes beside the path."""
        return tuple(inspect.signature(self.read).parameters)[1:]


def _is_pose_clips(path: Path) -> bool:
    return array_names(path) >= {"format", "version", "xy", "visibility", "names", "videos"}


def _load(path: Path) -> PoseClips:
    return PoseClips.load(path)


# In the order in which they are tried: archives and folders with JSON are taken for own footage
# only when they are nothing else.
_KINDS: Mapping[str, _Kind] = {
    "pose-clips": _Kind("a .npz file of pose clips", _is_pose_clips, _load),
    "penn-action": _Kind(
        "the folder with labels/0001.mat, or a .npz of it", is_penn_action, read_penn_action
    ),
    "deepmimic": _Kind("a .npz of joint positions", is_deepmimic, read_deepmimic),
    "cmu": _Kind(
        "a folder with .amc and .asf or with .bvh files, or a .npz of joint positions",
        is_cmu,
        read_cmu,
    ),
    "speed21": _Kind("a .npz of all runs", is_speed21, read_speed21),
    "synthetic": _Kind("a folder that climbpose synth made", is_synthetic, read_synthetic),
    "brace": _Kind("dataset.zip or the folder that it makes", is_brace, read_brace),
    "climbing": _Kind(
        "CVAT's XML (CVAT for video 1.1), COCO keypoints JSON, or a folder of these",
        is_climbing,
        read_climbing_clips,
    ),
}


def pose_kinds() -> dict[str, str]:
    """The kinds of data that poses can be read from, and what the path of each is to be."""
    return {name: kind.expects for name, kind in _KINDS.items()}


def kind_of(path: Path) -> str | None:
    """What kind of data a path seems to hold, None for none that is known.

    A folder may also hold it in a ``.npz`` file.

    Raises:
        DatasetError: A folder has several of these.
    """
    found = _found(path)
    return found[0] if found else None


def read_pose_clips(path: Path, kind: str | None = None, **options: Any) -> PoseClips:
    """The pose clips at a path.

    Args:
        path: A file or folder.
        kind: One of `pose_kinds`, None to recognise it.
        options: Of the kind's reader, such as ``actions`` of Penn Action.

    Raises:
        UsageError: There is no such kind or option; the message lists those there are.
        DatasetError: Nothing is there, it is of no kind that is known, damaged or empty.
    """
    if kind is not None and kind not in _KINDS:
        raise UsageError(f"no kind of data is named {kind!r}; choose one of: {', '.join(_KINDS)}")
    if not path.exists():
        raise DatasetError(f"there is no {path}; expected {_expected(kind)}")
    found = _found(path, kind)
    if found is None and (kind is None or (path.is_dir() and not any(path.iterdir()))):
        what = "an empty folder" if path.is_dir() and not any(path.iterdir()) else "nothing known"
        raise DatasetError(f"{path} is {what}; expected {_expected(kind)}")
    # A path that does not look like its kind is read all the same: its reader says what is wrong.
    name, place = found or (str(kind), path)
    if unknown := set(options) - set(_KINDS[name].options):
        known = ", ".join(_KINDS[name].options) or "none"
        raise UsageError(f"{name} has no option {min(unknown)}; choose of: {known}")
    clips = _KINDS[name].read(place, **options)
    if not len(clips):
        raise DatasetError(f"{path} has no clips; expected {_expected(name)}")
    return clips


def _found(path: Path, kind: str | None = None) -> tuple[str, Path] | None:
    """The kind of a path, and the path or the file in the folder that is of it."""
    kinds = [name for name in _KINDS if kind in (None, name)]
    for name in kinds:
        if _KINDS[name].recognises(path):
            return name, path
    inside = sorted(path.glob("*.npz")) if path.is_dir() else []
    found = [(name, file) for file in inside for name in kinds if _KINDS[name].recognises(file)]
    if len(found) > 1:
        raise DatasetError(
            f"{path} holds several data sets; give one of "
            f"{', '.join(file.name for _, file in found)}"
        )
    return found[0] if found else None


def _expected(kind: str | None) -> str:
    if kind is not None:
        return f"{_KINDS[kind].expects} ({kind})"
    return "one of: " + "; ".join(f"{name}: {kind.expects}" for name, kind in _KINDS.items())
