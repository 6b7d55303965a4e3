"""What a metric is: for each keypoint of each labelled frame, what it earned of what it could."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from climbpose.errors import UsageError
from climbpose.poses import BOX_MARGIN
from climbpose.registry import Registry
from climbpose.skeleton import CLIMBING_25, Skeleton

VISIBLE = 2
"""COCO's visibility of what is seen; only such keypoints are judged."""

REFERENCES = ("torso", "box")


@dataclass(frozen=True, slots=True, eq=False)
class Annotated:
    """The labelled frames of one clip.

    Attributes:
        xy: Pixels; NaN where unlabelled.
        visibility: COCO's: 0 unlabelled, 1 occluded, 2 visible.
        skeleton: Names the keypoints.
        fps: Frames a second of the video; NaN where unknown.
    """

    xy: Float32[np.ndarray, "frames keypoints 2"]
    visibility: UInt8[np.ndarray, "frames keypoints"]
    skeleton: Skeleton = CLIMBING_25
    fps: float = math.nan

    @classmethod
    def of_labels(
        cls,
        xy: Float32[np.ndarray, "frames keypoints 2"],
        visibility: UInt8[np.ndarray, "frames keypoints"],
    ) -> "Annotated":
        """The labels, without what is said of unlabelled keypoints.

        Args:
            xy: Pixels.
            visibility: COCO's.
        """
        return cls(np.where(visibility[:, :, None] > 0, xy, np.float32(np.nan)), visibility)

    def __len__(self) -> int:
        return len(self.xy)

    @property
    def is_visible(self) -> np.ndarray:
        """Whether each keypoint (frames, keypoints) is labelled as visible."""
        visible: np.ndarray = self.visibility == VISIBLE
        return visible

    def lengths_px(self, reference: str) -> Float64[np.ndarray, " frames"]:
        """Of each frame, the length that distances are measured in, pixels.

        Args:
            reference: ``torso``, the clip's own, or ``box``, the longer side of the frame's box.
        """
        if reference == "box":
            longer: np.ndarray = self.box_sides_px.max(axis=1)
            return longer
        return np.full(len(self), self.torso_px)

    @property
    def box_sides_px(self) -> Float64[np.ndarray, "frames 2"]:
        """Width and height of the labelled keypoints' extent, pixels; 0 where there are none."""
        is_known = np.isfinite(self.xy)
        low = np.where(is_known, self.xy, np.inf).min(axis=1)
        high = np.where(is_known, self.xy, -np.inf).max(axis=1)
        sides: np.ndarray = np.maximum(high - low, 0).astype(np.float64)
        return sides

    @property
    def crop_sides_px(self) -> Float64[np.ndarray, " frames"]:
        """Side of the square that is cropped for a network (thesis B), pixels.

        It is the longer side of the labelled keypoints' box, which is widened as everywhere.
        """
        sides: np.ndarray = (1 + 2 * BOX_MARGIN) * self.box_sides_px.max(axis=1)
        return sides

    @property
    def torso_px(self) -> float:
        """The clip's median distance from shoulder to hip, pixels, the upper one of an even number.

        Of each frame the mean of the sides whose two keypoints are labelled; NaN if there are none.
        """
        index = self.skeleton.indices
        ends = [self.xy[:, index(f"left_{part}", f"right_{part}")] for part in ("shoulder", "hip")]
        sides = np.linalg.norm((ends[0] - ends[1]).astype(np.float64), axis=2)
        known = sides[np.isfinite(sides).any(axis=1)]
        lengths = np.sort(np.nanmean(known, axis=1)) if len(known) else np.array([np.nan])
        return float(lengths[len(lengths) // 2])

    def errors(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], reference: str
    ) -> Float64[np.ndarray, "frames keypoints"]:
        """Distances from the labels in lengths of the reference; infinite where missing.

        Args:
            predicted: Pixels; NaN where missing.
            reference: One of `REFERENCES`.
        """
        distance = np.linalg.norm(predicted.astype(np.float64) - self.xy, axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors: np.ndarray = distance / self.lengths_px(reference)[:, None]
        errors[np.isnan(errors)] = np.inf
        return errors


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What each keypoint of each frame earned, and the most it could have: a share of sums.

    A metric that is no share has a weighted mean instead: what was measured, times its weight, and
    the weight.

    Attributes:
        earned: At most what was possible, if it is a share.
        possible: 0 where the keypoint is not judged.
        is_by_frame: A frame's share is formed first, so each frame weighs the same; else each
            keypoint does.
    """

    earned: Float64[np.ndarray, "frames keypoints"]
    possible: Float64[np.ndarray, "frames keypoints"]
    is_by_frame: bool = False

    def over(
        self, keypoints: Sequence[int]
    ) -> tuple[Float64[np.ndarray, " frames"], Float64[np.ndarray, " frames"]]:
        """What each frame earned and could have earned with some of the keypoints."""
        earned = self.earned[:, keypoints].sum(axis=1)
        possible = self.possible[:, keypoints].sum(axis=1)
        if not self.is_by_frame:
            return earned, possible
        share = np.divide(earned, possible, out=np.zeros_like(earned), where=possible > 0)
        return share, (possible > 0).astype(np.float64)

    def share(self, keypoints: Sequence[int]) -> float:
        """The share of all frames together, in [0, 1]; NaN where nothing was possible."""
        earned, possible = self.over(keypoints)
        total = possible.sum()
        return float(earned.sum() / total) if total else math.nan


@runtime_checkable
class Metric(Protocol):
    """Compares predicted keypoints with labels.

    Made as ``Metric(threshold, reference)``, both None where the name has none: a name such as
    ``pck@0.1:torso`` is made of the metric, the threshold and the reference length.
    """

    description: ClassVar[str]
    """One line for the help."""

    is_of_keypoints: ClassVar[bool]
    """Whether it differs from keypoint to keypoint, or is about frames as a whole."""

    is_of_motion: ClassVar[bool]
    """Whether it compares frames with their neighbours, so that it is to be given all frames of a
    video instead of the labelled ones; then what is not labelled has visibility 0."""

    unit: str
    """Of the figure; one that begins with ``%`` is a hundred times the ratio of the scores."""

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """How well the predictions of a clip's frames do.

        Args:
            predicted: Pixels; NaN where missing.
            annotated: Of the same frames.
        """
        ...


registry: Registry[Metric] = Registry("metric", "climbpose.metrics")
register = registry.register


def checked_threshold(metric: str, threshold: float | None) -> float:
    """The threshold of a metric that needs one.

    Raises:
        UsageError: It is missing, or not above 0.
    """
    if threshold is None or not (math.isfinite(threshold) and threshold > 0):
        raise UsageError(f"metric {metric} needs a threshold above 0, such as {metric}@0.1:torso")
    return threshold


def checked_reference(metric: str, reference: str | None) -> str:
    """The reference length of a metric that needs one.

    Raises:
        UsageError: It is missing or not known.
    """
    if reference not in REFERENCES:
        raise UsageError(
            f"metric {metric} needs a reference length, {' or '.join(REFERENCES)}, such as "
            f"{metric}@0.1:torso"
        )
    return reference


def refuse_qualifiers(
    metric: str, threshold: float | None, reference: str | None, *allowed: str
) -> None:
    """Makes sure that a metric that takes no threshold, and few references or none, got no other.

    Raises:
        UsageError: It got one.
    """
    if threshold is None and reference in (None, *allowed):
        return
    if not allowed:
        raise UsageError(f"metric {metric} takes neither threshold nor reference; write {metric}")
    names = " or ".join((metric, *(f"{metric}:{reference}" for reference in allowed)))
    raise UsageError(
        f"metric {metric} takes neither a threshold nor another reference than "
        f"{' or '.join(allowed)}; write {names}"
    )
