"""OKS: COCO's object keypoint similarity."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float32

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


_BOX_FILL = 0.53
"""Share of its box that a person covers, as COCO's tools take it where no outline is known."""


@register("oks")
class Oks:
    """Object keypoint similarity, the mean over frames of that over their visible keypoints.

    A keypoint at a distance d has exp(-d² / (2 area (2 sigma)²)), a missing one 0. The area is
    0.53 of the labelled keypoints' box, at least a pixel.
    """

    description: ClassVar[str] = "COCO's object keypoint similarity, times 100"
    is_of_keypoints: ClassVar[bool] = True

    def __init__(self, threshold: float | None, reference: str | None) -> None:
        refuse_qualifiers("oks", threshold, reference)

    def __call__(
        self, predicted: Float32[np.ndarray, "frames keypoints 2"], annotated: Annotated
    ) -> Scores:
        """The similarity of each visible keypoint."""
        sigma = np.array([SIGMAS[name.split("_")[-1]] for name in annotated.skeleton.keypoints])
        squared = ((predicted.astype(np.float64) - annotated.xy) ** 2).sum(axis=2)
        area = np.maximum(_BOX_FILL * annotated.box_sides_px.prod(axis=1), 1.0)
        scale = 2 * area[:, None] * (2 * sigma) ** 2
        similarity = np.exp(-np.nan_to_num(squared, nan=np.inf, posinf=np.inf) / scale)
        judged = annotated.is_visible
        return Scores(
            np.where(judged, similarity, 0.0), judged.astype(np.float64), is_by_frame=True
        )
