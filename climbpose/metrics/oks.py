"""OKS: the object keypoint similarity, COCO's and thesis B's."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Float64

from climbpose.metrics.base import Annotated, Scores, refuse_qualifiers, register

SIGMAS = {
    "nose": 0.026,
    "ear": 0.035,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "hip": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
    "pinky": 0.020,
    "index": 0.026,
    "thumb": 0.037,
    "heel": 0.080,
    "toes": 0.080,
}
"""How far people differ who label a keypoint, in square roots of the person's area.

Nose to ankles are COCO's. The others are COCO-WholeBody's (Jin et al., ECCV 2020): of pinky and
index finger the first knuckle, of the thumb the second; of heels and toes the mean of both feet
(left 0.066 and 0.068, right 0.094 and 0.092), so that a mirrored picture scores the same.
"""

CROP = "crop"
"""The reference of thesis B's variant."""

CROP_SIGMAS = {
    **SIGMAS,
    **dict.fromkeys(("pinky", "index", "thumb"), SIGMAS["wrist"]),
    **dict.fromkeys(("heel", "toes"), SIGMAS["ankle"]),
}
"""Thesis B's: hands as wrists, feet as ankles."""

_BOX_FILL = 0.53
"""Share of its box that a person covers, as COCO's tools take it where no outline is known."""


@register("oks")
class Oks:
    """Object keypoint similarity, the mean over frames of that over their visible keypoints.

    A keypoint at a distance d has exp(-d² / (2 area (2 sigma)²)), a missing one 0. The area is
    0.53 of the labelled keypoints' box, at least a pixel.

    ``oks:crop`` is thesis B's: the area is that of the square crop around the person, hands have
    the wrists' sigma and feet the ankles', and each keypoint weighs the same.
    """

    description: ClassVar[str] = "COCO's object keypoint similarity; oks:crop is thesis B's"
    is_of_keypoints: ClassVar[bool] = True
    is_of_motion: ClassVar[bool] = False
    unit = "%"

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("oks", threshold, reference, CROP)
        self._is_of_crop = reference == CROP

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """The similarity of each visible keypoint."""
        sigmas = CROP_SIGMAS if self._is_of_crop else SIGMAS
        sigma = np.array([sigmas[name.split("_")[-1]] for name in annotated.skeleton.keypoints])
        squared = ((predicted.astype(np.float64) - annotated.xy) ** 2).sum(axis=2)
        scale = 2 * self._areas(annotated)[:, None] * (2 * sigma) ** 2
        similarity = np.exp(-np.nan_to_num(squared, nan=np.inf, posinf=np.inf) / scale)
        judged = annotated.is_visible
        return Scores(
            np.where(judged, similarity, 0.0),
            judged.astype(np.float64),
            is_by_frame=not self._is_of_crop,
        )

    def _areas(self, annotated: Annotated) -> Float64[np.ndarray, " frames"]:
        """Of the person in each frame, square pixels."""
        areas: np.ndarray
        if self._is_of_crop:
            areas = annotated.crop_sides_px**2
        else:
            areas = _BOX_FILL * annotated.box_sides_px.prod(axis=1)
        floored: np.ndarray = np.maximum(areas, 1.0)
        return floored
