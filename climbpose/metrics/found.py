"""Found: the share of frames in which there is a pose at all, or one that lies on the climber."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from climbpose.metrics.base import (
    Annotated,
    Scores,
    checked_reference,
    checked_threshold,
    register,
)


@register("found")
class Found:
    """The share of labelled frames with a pose.

    Without a threshold anybody will do, bystanders too. With one (``found@0.5:torso``) the pose has
    to lie on the climber: half of the frame's visible keypoints within the threshold.

    Args:
        threshold: In reference lengths, or None.
        reference: What the length is of, or None.
    """

    description: ClassVar[str] = "share of frames with a pose; with a threshold, on the climber"
    is_of_keypoints: ClassVar[bool] = False
    is_of_motion: ClassVar[bool] = False
    unit = "%"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        is_plain = threshold is None and reference is None
        self._threshold = None if is_plain else checked_threshold("found", threshold)
        self._reference = "torso" if is_plain else checked_reference("found", reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """1 for each frame with a pose, whatever the keypoint."""
        judged = annotated.is_visible
        is_found: np.ndarray
        if self._threshold is None:
            is_found = np.isfinite(predicted).any(axis=(1, 2))
        else:
            is_near = annotated.errors(predicted, self._reference) <= self._threshold
            near: np.ndarray = (is_near & judged).sum(axis=1)
            is_found = 2 * near >= np.maximum(judged.sum(axis=1), 1)
        is_climber_seen = np.asarray(judged.any(axis=1))
        earned = np.broadcast_to((is_found & is_climber_seen)[:, None], judged.shape)
        possible = np.broadcast_to(is_climber_seen[:, None], judged.shape)
        return Scores(earned.astype(np.float64), possible.astype(np.float64), is_by_frame=True)
