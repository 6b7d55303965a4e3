"""PCK: the share of keypoints that lie near enough to their label."""

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


@register("pck")
class Pck:
    """The percentage of correct keypoints of Yang and Ramanan (PAMI 2013).

    A keypoint is correct up to, and at, the threshold; a missing one is wrong.

    Args:
        threshold: In reference lengths.
        reference: What the length is of.
    """

    description: ClassVar[str] = "share of visible keypoints within a distance of the label"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = False
    unit = "%"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        self._threshold = checked_threshold("pck", threshold)
        self._reference = checked_reference("pck", reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """1 for each correct keypoint."""
        is_near = annotated.errors(predicted, self._reference) <= self._threshold
        judged = annotated.is_visible
        return Scores((is_near & judged).astype(np.float64), judged.astype(np.float64))
