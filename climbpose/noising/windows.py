"""Windows of pose clips, as tensors: what a smoother is trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.splits import Segment
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25


class Detected(NamedTuple):
    """What a detector saw, for the same rows as the labels.

    Attributes:
        xy: Pixels; NaN where it saw nothing.
        sigma: Standard deviations of its heatmaps along x and y, pixels.
        height: Of its heatmaps' peaks, in [0, 1].
    """

    xy: Float[Tensor, "*rows keypoints 2"]
    sigma: Float[Tensor, "*rows keypoints 2"]
    height: Float[Tensor, "*rows keypoints"]


class Sight(NamedTuple):
    """The labels of some windows, and what was detected there if that is known.

    Attributes:
        xy: Pixels; 0 where unlabelled.
        is_known: Whether each keypoint is labelled.
        detected: None where detections are to be made up.
    """

    xy: Float[Tensor, "batch time keypoints 2"]
    is_known: Bool[Tensor, "batch time keypoints"]
    detected: Detected | None


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows of some segments; they overlap, as each begins ``stride`` frames after another.

    Attributes:
        xy: Pixels, all rows; 0 where unlabelled.
        is_known: Whether each keypoint of each row is labelled.
        starts: The row of each window's first frame.
        length: Frames of a window.
        every: Rows from one frame of a window to the next; 2 takes every second one.
        detected: What a detector saw in the same rows, if that is known.
    """

    xy: Float[Tensor, "rows keypoints 2"]
    is_known: Bool[Tensor, "rows keypoints"]
    starts: Int64[Tensor, " windows"]
    length: int
    every: int = 1
    detected: Detected | None = None

    @classmethod
    def of(
        cls,
        clips: PoseClips,
        segments: Sequence[Segment],
        length: int,
        *,
        stride: int = 1,
        every: int = 1,
        detected: Detected | None = None,
    ) -> "Windows":
        """The windows that lie within the segments.

        Args:
            clips: The labels.
            segments: Where windows may lie.
            length: Frames of a window.
            stride: Frames from one window's beginning to the next.
            every: Takes every so manyth frame only.
            detected: Of the same rows as the labels.

        Raises:
            DatasetError: No segment is as long as a window.
        """
        reach = (length - 1) * every + 1
        starts = [
            np.arange(begin + segment.first, begin + segment.end - reach + 1, stride)
            for segment in segments
            for begin in (int(clips.offsets[segment.clip]),)
        ]
        joined = np.concatenate([np.zeros(0, np.int64), *starts])
        if not len(joined):
            raise DatasetError(
                f"no clip has the {reach} frames of a window; give longer clips, or choose a "
                "network with a shorter window"
            )
        labelled = (clips.visibility > 0) & np.isfinite(clips.xy).all(axis=2)
        return cls(
            xy=torch.from_numpy(np.where(labelled[:, :, None], clips.xy, np.float32(0))),
            is_known=torch.from_numpy(labelled),
            starts=torch.from_numpy(joined.astype(np.int64)),
            length=length,
            every=every,
            detected=detected,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def to(self, device: torch.device) -> "Windows":
        """The same on another device; the rows are small next to the heatmaps made of them."""
        detected = self.detected
        return Windows(
            xy=self.xy.to(device),
            is_known=self.is_known.to(device),
            starts=self.starts.to(device),
            length=self.length,
            every=self.every,
            detected=None if detected is None else Detected(*(t.to(device) for t in detected)),
        )

    def __getitem__(self, numbers: Int64[Tensor, " batch"]) -> Sight:
        """The labels of some windows."""
        ahead = torch.arange(self.length, device=self.starts.device) * self.every
        rows = self.starts[numbers][:, None] + ahead
        detected = self.detected
        return Sight(
            xy=self.xy[rows],
            is_known=self.is_known[rows],
            detected=None if detected is None else Detected(*(t[rows] for t in detected)),
        )


_SIDES = [CLIMBING_25.indices(f"{side}_shoulder", f"{side}_hip") for side in ("left", "right")]


def torso_lengths(
    xy: Float[Tensor, "*frames keypoints 2"], is_known: Bool[Tensor, "*frames keypoints"]
) -> Float[Tensor, "*frames"]:
    """The mean distance from shoulder to hip of both sides; NaN where one of the four is unknown.

    Thesis A, section 5.1.
    """
    lengths = torch.stack(
        [(xy[..., shoulder, :] - xy[..., hip, :]).norm(dim=-1) for shoulder, hip in _SIDES]
    ).mean(dim=0)
    is_whole = is_known[..., [end for side in _SIDES for end in side]].all(dim=-1)
    return torch.where(is_whole, lengths, torch.nan)
