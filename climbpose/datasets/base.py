"""What a data set is: labelled clips, by number, of one split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.registry import Registry
from climbpose.skeleton import Skeleton

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """An annotated stretch of video: one person, one row for every frame.

    Attributes:
        video: The file.
        fps: Frames a second.
        boxes: ``x1 y1 x2 y2``, pixels; zeros where the person is not in the picture.
        xy: Keypoints, pixels.
        visibility: COCO's: 0 unlabelled, 1 occluded, 2 visible.
        skeleton: Names the keypoints.
    """

    video: Path
    fps: float
    boxes: Float32[np.ndarray, "frames 4"]
    xy: Float32[np.ndarray, "frames keypoints 2"]
    visibility: UInt8[np.ndarray, "frames keypoints"]
    skeleton: Skeleton

    def __len__(self) -> int:
        return len(self.xy)


@runtime_checkable
class Dataset(Protocol):
    """Labelled clips.

    Made as ``Dataset(path, split)``, where ``split`` is one of `SPLITS`, or None for all clips.
    """

    split: str | None
    """Which clips these are."""

    def __len__(self) -> int:
        """How many clips there are."""
        ...

    def __getitem__(self, number: int) -> Clip:
        """A clip.

        Raises:
            IndexError: There are not so many.
            DatasetError: Its files are damaged.
        """
        ...


registry: Registry[Dataset] = Registry("data set", "climbpose.datasets")
register = registry.register
