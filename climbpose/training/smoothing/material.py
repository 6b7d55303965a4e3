"""What a smoother is trained and validated on: labels, and detections where there are any."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float32

from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.splits import Split, split_clips
from climbpose.errors import DatasetError
from climbpose.noising.windows import Detected, Windows
from climbpose.training.smoothing.config import SmootherConfig

TRAINED, VALIDATED = "train", "val"


@dataclass(frozen=True, eq=False)
class Sightings:
    """What a detector saw, in the rows of the labels.

    Attributes:
        xy: Pixels; NaN where it saw nothing.
        sigma: Standard deviations of its heatmaps along x and y, pixels.
        height: Of its heatmaps' peaks, in [0, 1].
    """

    xy: Float32[np.ndarray, "rows keypoints 2"]
    sigma: Float32[np.ndarray, "rows keypoints 2"]
    height: Float32[np.ndarray, "rows keypoints"]

    @classmethod
    def joined(cls, parts: Sequence["Sightings"]) -> "Sightings":
        """The rows of several, one after the other."""
        return cls(
            xy=np.concatenate([one.xy for one in parts]),
            sigma=np.concatenate([one.sigma for one in parts]),
            height=np.concatenate([one.height for one in parts]),
        )

    def tensors(self) -> Detected:
        """For windows."""
        return Detected(*(torch.from_numpy(part) for part in (self.xy, self.sigma, self.height)))


@dataclass(frozen=True, eq=False)
class Material:
    """Data that are read and split.

    Attributes:
        clips: Labels.
        split: The segments of each split.
        seen: What a detector saw of the clips; None where that is to be made up.
    """

    clips: PoseClips
    split: Split
    seen: Sightings | None = None

    @classmethod
    def of(
        cls, sets: Sequence[PoseClips], config: SmootherConfig, seen: Sightings | None = None
    ) -> "Material":
        """The material of some data sets, which are split together.

        Raises:
            DatasetError: A split would be empty.
        """
        clips = PoseClips.of(clip for one in sets for clip in one)
        if seen is not None and config.is_neutral:
            clips = _neutral(clips, seen)
        return cls(clips, split_clips(clips, config.split, config.seed), seen)

    def windows(self, name: str, config: SmootherConfig, length: int) -> Windows:
        """The windows of a split that can be learned from.

        Raises:
            DatasetError: There are none.
        """
        windows = Windows.of(
            self.clips,
            self.split[name],
            length,
            stride=config.stride,
            every=config.every,
            detected=None if self.seen is None else self.seen.tensors(),
        )
        useful = self._are_useful(windows)
        if not useful.any():
            raise DatasetError(
                f"no window of the split {name} has labels and somebody to be seen in each frame; "
                "label more frames, or check that labels and videos belong together"
            )
        return replace(windows, starts=windows.starts[useful])

    def _are_useful(self, windows: Windows) -> torch.Tensor:
        """Windows with labels, and with somebody detected, or labelled, in each of their frames."""
        rows = rows_of(windows, torch.arange(len(windows)))
        is_labelled = windows.is_known.any(dim=1)[rows]
        if windows.detected is None:
            return is_labelled.all(dim=1)
        is_anybody = torch.isfinite(windows.detected.xy).all(dim=2).any(dim=1)[rows]
        return is_labelled.any(dim=1) & is_anybody.all(dim=1)

    @property
    def trained_on(self) -> frozenset[str]:
        """The clips that were learned from or chose the weights, and the videos they are of."""
        numbers = {one.clip for name in (TRAINED, VALIDATED) for one in self.split[name]}
        return frozenset(
            name
            for number in numbers
            for name in (self.clips.names[number], self.clips.videos[number])
        )

    @property
    def key(self) -> str:
        """The same for the same data only."""
        digest = hashlib.sha256()
        arrays = [self.clips.xy, self.clips.visibility, self.clips.offsets]
        if self.seen is not None:
            arrays += [self.seen.xy, self.seen.sigma, self.seen.height]
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr(self.split).encode())
        return digest.hexdigest()[:16]

    def summary(self) -> Mapping[str, int]:
        """How many videos, clips and frames there are."""
        return {
            "videos": len(set(self.clips.videos)),
            "clips": len(self.clips),
            "frames": len(self.clips.xy),
        }


def _neutral(clips: PoseClips, seen: Sightings) -> PoseClips:
    """The clips with each one's keypoints moved by the median of what is seen less the labels."""
    xy = clips.xy.copy()
    for first, end in pairwise(clips.offsets.tolist()):
        off = seen.xy[first:end] - clips.xy[first:end]
        is_both = np.isfinite(off).any(axis=(0, 2))
        median = np.zeros(off.shape[1:], np.float32)
        median[is_both] = np.nanmedian(off[:, is_both], axis=0)
        xy[first:end] += median
    return replace(clips, xy=xy)


def rows_of(windows: Windows, numbers: torch.Tensor) -> torch.Tensor:
    """The rows of some windows' frames, (windows, time)."""
    ahead = torch.arange(windows.length, device=windows.starts.device) * windows.every
    return windows.starts[numbers][:, None] + ahead
