"""Left taken for right: keypoints that lie at the label of the body's other side.

Judged are pairs whose two labels are visible and at least 0.2 of the torso apart, where both
keypoints were predicted: what is missing is wrong in other metrics, but on no side.
"""

from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float32

from climbpose.metrics.base import Annotated, Scores, refuse_qualifiers, register

APART = 0.2
"""Pairs nearer to each other, in torso lengths, are not judged: there is nothing to confuse."""


@register("sides")
class Sides:
    """The share of keypoints that lie nearer to the other side's label than to their own.

    It grows with swapped pairs, and where both of a pair are seen on one side.
    """

    description: ClassVar[str] = "share of keypoints at the other side's label; less is better"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = False
    unit = "%"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("sides", threshold, reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """1 for each keypoint on the wrong side."""
        is_judged, is_crossed = _crossed(predicted, annotated)
        return Scores(is_crossed.astype(np.float64), is_judged.astype(np.float64))


@register("swaps")
class Swaps:
    """The share of pairs in which both keypoints lie nearer to the other side's label.

    Half of a pair counts for each of its keypoints.
    """

    description: ClassVar[str] = "share of left/right pairs that are exchanged; less is better"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = False
    unit = "%"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("swaps", threshold, reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """One half for each keypoint of a swapped pair."""
        is_judged, is_crossed = _crossed(predicted, annotated)
        is_swapped = is_crossed & is_crossed[:, list(annotated.skeleton.flipped)]
        return Scores(0.5 * is_swapped, 0.5 * is_judged)


def _crossed(
    predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
) -> tuple[Bool[np.ndarray, "frames keypoints"], Bool[np.ndarray, "frames keypoints"]]:
    """Which keypoints are judged, and which of them lie nearer to the other side's label."""
    other = list(annotated.skeleton.flipped)
    to_own = np.linalg.norm(predicted - annotated.xy, axis=2)
    to_other = np.linalg.norm(predicted - annotated.xy[:, other], axis=2)
    apart = np.linalg.norm(annotated.xy - annotated.xy[:, other], axis=2)
    # What has no partner is its own, at a distance of 0; comparisons with NaN are false.
    least = APART * max(annotated.torso_px, 1.0)
    is_judged = annotated.is_visible & np.isfinite(to_own) & (apart >= least)
    is_judged &= is_judged[:, other]
    return is_judged, is_judged & (to_other < to_own)
