"""Pose clips: what all data sets for smoothers are turned into, and the ``.npz`` form of it.

Keys of a file; the clips lie one after the other along the first axis:

``format``, ``version``
    ``climbpose pose clips``, 1
``xy``, (N, 25, 2) float32
    pixels of the upright picture, x to the right, y down; NaN where unlabelled
``visibility``, (N, 25) uint8
    COCO's: 0 unlabelled, 1 occluded, 2 visible
``offsets``, (S + 1,) int64
    clip i is the rows from offsets[i] to offsets[i + 1]; consecutive frames of one person
``fps``, (S,) float64
    frames a second; NaN where nobody recorded it
``names``, ``videos``, (S,) strings
    of each clip, and of the video it is from: clips of one video are never split
``keypoints``, (25,) strings
    the names in order
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8

from climbpose.archives import DAMAGE, opened
from climbpose.errors import DatasetError
from climbpose.files import part_file
from climbpose.labels import OCCLUDED, UNLABELLED, VISIBLE
from climbpose.skeleton import CLIMBING_25

FORMAT = "climbpose pose clips"
VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class PoseClip:
    """Consecutive frames of one person.

    Attributes:
        xy: Pixels; NaN where unlabelled.
        visibility: COCO's.
        fps: Frames a second; NaN where unknown.
        name: Of the clip.
        video: Of the video it is from.
    """

    xy: Float32[np.ndarray, "frames keypoints 2"]
    visibility: UInt8[np.ndarray, "frames keypoints"]
    fps: float
    name: str
    video: str

    def __post_init__(self) -> None:
        expected = (len(self.xy), len(CLIMBING_25))
        if self.xy.shape[:2] != expected or self.visibility.shape != expected:
            raise ValueError(
                f"expected {expected} keypoints, got {self.xy.shape} and {self.visibility.shape}"
            )

    def __len__(self) -> int:
        return len(self.xy)

    @property
    def is_labelled(self) -> Bool[np.ndarray, "frames keypoints"]:
        """Whether each keypoint has coordinates that may be learned from."""
        labelled: np.ndarray = (self.visibility != UNLABELLED) & np.isfinite(self.xy).all(axis=2)
        return labelled


@dataclass(frozen=True, slots=True, eq=False)
class PoseClips:
    """Any number of pose clips; see the module for the arrays.

    Attributes:
        xy: Pixels; NaN where unlabelled.
        visibility: COCO's.
        offsets: Where each clip begins, and the end.
        fps: Of each clip; NaN where unknown.
        names: Of the clips.
        videos: Of the video of each clip.
    """

    xy: Float32[np.ndarray, "rows keypoints 2"]
    visibility: UInt8[np.ndarray, "rows keypoints"]
    offsets: Int64[np.ndarray, " bounds"]
    fps: Float64[np.ndarray, " clips"]
    names: tuple[str, ...]
    videos: tuple[str, ...]

    @classmethod
    def of(cls, clips: Iterable[PoseClip]) -> "PoseClips":
        """These clips, one after the other."""
        kept = list(clips)
        nothing = np.zeros((0, len(CLIMBING_25), 2), np.float32)
        return cls(
            xy=np.concatenate([nothing, *(clip.xy for clip in kept)]),
            visibility=np.concatenate(
                [nothing[:, :, 0].astype(np.uint8), *(clip.visibility for clip in kept)]
            ),
            offsets=np.cumsum([0, *map(len, kept)], dtype=np.int64),
            fps=np.array([clip.fps for clip in kept], np.float64),
            names=tuple(clip.name for clip in kept),
            videos=tuple(clip.video for clip in kept),
        )

    def __len__(self) -> int:
        """How many clips there are."""
        return len(self.names)

    def __getitem__(self, number: int) -> PoseClip:
        if not 0 <= number < len(self):
            raise IndexError(f"clip {number} of {len(self)}")
        rows = slice(self.offsets[number], self.offsets[number + 1])
        return PoseClip(
            xy=self.xy[rows],
            visibility=self.visibility[rows],
            fps=float(self.fps[number]),
            name=self.names[number],
            video=self.videos[number],
        )

    def __iter__(self) -> Iterator[PoseClip]:
        return (self[number] for number in range(len(self)))

    def only(self, numbers: Sequence[int]) -> "PoseClips":
        """Some of the clips."""
        return PoseClips.of(self[number] for number in numbers)

    def __add__(self, other: "PoseClips") -> "PoseClips":
        return PoseClips.of([*self, *other])

    def save(self, path: Path) -> None:
        """Writes the file.

        Raises:
            ClimbposeError: It could not be written.
        """
        with part_file(path) as part, part.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array(FORMAT),
                version=np.array(VERSION),
                xy=self.xy,
                visibility=self.visibility,
                offsets=self.offsets,
                fps=self.fps,
                names=np.array(self.names, dtype=np.str_),
                videos=np.array(self.videos, dtype=np.str_),
                keypoints=np.array(CLIMBING_25.keypoints),
            )

    @classmethod
    def load(cls, path: Path) -> "PoseClips":
        """Reads the file.

        Raises:
            DatasetError: It is not there, damaged, or of another version or skeleton.
        """
        try:
            with opened(path) as arrays:
                content = {name: arrays[name] for name in arrays}
            if str(content.get("format")) != FORMAT:
                raise DatasetError(f"{path} holds no pose clips; see climbpose/datasets")
            if int(content["version"]) != VERSION:
                raise DatasetError(
                    f"{path} has version {content['version']}, expected {VERSION}; convert it again"
                )
            if (count := len(content["keypoints"])) != len(CLIMBING_25) or tuple(
                map(str, content["keypoints"])
            ) != CLIMBING_25.keypoints:
                raise DatasetError(
                    f"{path} has other keypoints ({count}) than {CLIMBING_25.name}; convert it "
                    "again"
                )
            _check(content, path)
            return cls(
                xy=content["xy"].astype(np.float32),
                visibility=content["visibility"].astype(np.uint8),
                offsets=content["offsets"].astype(np.int64),
                fps=content["fps"].astype(np.float64),
                names=tuple(map(str, content["names"])),
                videos=tuple(map(str, content["videos"])),
            )
        except OSError as error:
            reason = error.strerror or error
            raise DatasetError(f"pose clips {path} cannot be read ({reason})") from error
        except (KeyError, *DAMAGE) as error:
            raise DatasetError(
                f"{path} is no whole file of pose clips ({error}); convert it again"
            ) from error


_KINDS = {
    "xy": "fiu",
    "visibility": "iu",
    "offsets": "iu",
    "fps": "fiu",
    "names": "U",
    "videos": "U",
    "keypoints": "U",
}
"""What numbers or texts each array is of, as NumPy names them."""


def _check(content: Mapping[str, np.ndarray], path: Path) -> None:
    """Whether the arrays of a file fit each other."""
    xy, visibility, offsets, fps = (
        content[name] for name in ("xy", "visibility", "offsets", "fps")
    )
    rows, count = len(xy), len(content["names"])
    is_fit = (
        all(content[name].dtype.kind in kinds for name, kinds in _KINDS.items())
        and xy.shape == (rows, len(CLIMBING_25), 2)
        and visibility.shape == (rows, len(CLIMBING_25))
        and offsets.shape == (count + 1,)
        and fps.shape == content["videos"].shape == content["names"].shape == (count,)
    )
    if not is_fit or offsets[0] != 0 or offsets[-1] != rows:
        raise DatasetError(f"{path}: the arrays do not fit each other; convert it again")
    if (np.diff(offsets) < 1).any():
        raise DatasetError(f"{path}: a clip without frames; convert it again")
    if not np.isin(visibility, (UNLABELLED, OCCLUDED, VISIBLE)).all() or (fps <= 0).any():
        raise DatasetError(
            f"{path}: expected visibility 0, 1 or 2 and rates above 0; convert it again"
        )
    nowhere = (visibility != UNLABELLED) & ~np.isfinite(xy).all(axis=2)
    if nowhere.any():
        row, keypoint = np.argwhere(nowhere)[0]
        raise DatasetError(
            f"{path}: row {row} has no coordinates for {CLIMBING_25.keypoints[keypoint]}, which it "
            "says is labelled; convert it again"
        )


def placed(
    xy: Float32[np.ndarray, "frames given 2"],
    visibility: UInt8[np.ndarray, "frames given"],
    keypoints: Sequence[str],
) -> tuple[Float32[np.ndarray, "frames keypoints 2"], UInt8[np.ndarray, "frames keypoints"]]:
    """The columns of another set among our 25; what it lacks is unlabelled.

    Args:
        xy: Pixels; what they are where a keypoint is unlabelled does not matter.
        visibility: COCO's.
        keypoints: Our name of each column, "" for one that we do not have.
    """
    ours = [column for column, name in enumerate(keypoints) if name]
    indices = [CLIMBING_25.index(keypoints[column]) for column in ours]
    placed_xy = np.full((len(xy), len(CLIMBING_25), 2), np.nan, np.float32)
    placed_visibility = np.full((len(xy), len(CLIMBING_25)), UNLABELLED, np.uint8)
    placed_xy[:, indices] = xy[:, ours]
    placed_visibility[:, indices] = visibility[:, ours]
    placed_xy[placed_visibility == UNLABELLED] = np.nan
    return placed_xy, placed_visibility


def runs(frame_index: Int64[np.ndarray, " rows"]) -> list[slice]:
    """The stretches of rows whose frames follow one another without a gap."""
    breaks = np.flatnonzero(np.diff(frame_index) != 1) + 1
    bounds = [0, *breaks.tolist(), len(frame_index)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]
