"""How steadily keypoints move, and whether they are accelerated and on time as they should be.

The first two are of the second difference of positions, x(t+1) - 2 x(t) + x(t-1), at every frame
whose neighbours are there too.
"""

from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Float64

from climbpose.metrics.base import Annotated, Scores, refuse_qualifiers, register

TORSO = "torso"


@register("jitter")
class Jitter:
    """The mean length of the keypoints' second difference, whether they are labelled or not.

    ``jitter`` is in pixels a frame squared; ``jitter:torso`` in torso lengths a second squared, so
    that videos of different size and frame rate compare. A climber who moves has some, too: what
    is wrong is what goes beyond the truth's.
    """

    description: ClassVar[str] = "mean second difference, px/frame²; jitter:torso in torso/s²"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = True

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("jitter", threshold, reference, TORSO)
        self._is_of_torso = reference == TORSO
        self.unit = "torso/s^2" if self._is_of_torso else "px/frame^2"

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """The length at each frame between two others."""
        scale = annotated.fps**2 / annotated.torso_px if self._is_of_torso else 1.0
        return _means(scale * np.linalg.norm(second_differences(predicted), axis=2))


@register("acc_err")
class AccelerationError:
    """The mean distance of the second difference from the labels' (thesis B's ACC-ERR).

    In percent of the side of the square crop around the person. Judged are visible keypoints of
    frames whose neighbours have them visible, too: it needs labels of consecutive frames.
    """

    description: ClassVar[str] = "error of the second difference, % of the crop a frame²"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = True
    unit = "% of crop/frame^2"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("acc_err", threshold, reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """The distance at each frame between two others."""
        visible = np.where(annotated.is_visible[:, :, None], annotated.xy, np.float32(np.nan))
        error = second_differences(predicted) - second_differences(visible)
        side = np.maximum(annotated.crop_sides_px, 1.0)[:, None]
        return _means(np.linalg.norm(error, axis=2) / side)


@register("lag")
class Lag:
    """By how many frames the keypoints come late; below 0 they come early.

    If a keypoint is where its label was so many frames before, it lies behind the label by so many
    times the label's way from frame to frame. That number is fitted by least squares, the ways
    being in lengths of the square crop around the person. So it is of movement alone: a keypoint
    at rest has no lag, and a constant offset makes none where there are ways there and back. Judged
    is what the error of acceleration is judged by.
    """

    description: ClassVar[str] = "frames by which keypoints come late"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = True
    unit = "frames"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("lag", threshold, reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """How far each keypoint lies behind along its way, and the way, both times the way."""
        side = np.maximum(annotated.crop_sides_px, 1.0)[:, None, None]
        place = np.where(annotated.is_visible[:, :, None], annotated.xy.astype(np.float64), np.nan)
        way = np.full(place.shape, np.nan)
        # Divided last: the square changes from frame to frame, which is no movement.
        way[1:-1] = (place[2:] - place[:-2]) / 2 / side[1:-1]
        behind = ((place - predicted) / side * way).sum(axis=2)
        squared = (way**2).sum(axis=2)
        is_known = np.isfinite(behind)
        return Scores(np.where(is_known, behind, 0.0), np.where(is_known, squared, 0.0))


def second_differences(
    xy: Float32[np.ndarray, "frames keypoints 2"],
) -> Float64[np.ndarray, "frames keypoints 2"]:
    """Of each frame and its neighbours, pixels a frame squared; NaN where one is missing."""
    bend = np.full(xy.shape, np.nan)
    exact = xy.astype(np.float64)
    bend[1:-1] = exact[2:] - 2 * exact[1:-1] + exact[:-2]
    return bend


def _means(values: Float64[np.ndarray, "frames keypoints"]) -> Scores:
    is_known = np.isfinite(values)
    return Scores(np.where(is_known, values, 0.0), is_known.astype(np.float64))
