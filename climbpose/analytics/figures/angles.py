"""Angles at the joints and the lean of the trunk, as the picture shows them."""

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import NOT_SEEN, Findings, median, register
from climbpose.analytics.values import Figure, Series

_JOINTS = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
}

_PROJECTION = "An angle in the picture: true where the limb lies in its plane; the flag tells."


@register("angles")
def angles(climb: Climb) -> Findings:
    """Series of eight joints' angles and of the trunk's lean, and the most common of them."""
    for joint, ends in _JOINTS.items():
        for side in ("left", "right"):
            first, vertex, last = (f"{side}_{end}" for end in ends)
            values, is_sure = climb.angle_deg(first, vertex, last)
            yield Series(
                f"{side}_{joint}_angle_deg", f"{side} {joint}", "angle", "deg", values, is_sure
            )
            known = values[is_sure & climb.is_climbing]
            yield Figure(
                name=f"{side}_{joint}_angle_deg", label=f"{side} {joint}", group="angles",
                unit="deg", value=median(known),
                missing="" if len(known) else NOT_SEEN,
                meaning="Median angle on the wall; 180 is straight.", caveat=_PROJECTION,
                source="angle between the two segments, in two dimensions",
            )  # fmt: skip
    lean = climb.tilt_deg(("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"))
    yield Series("trunk_lean_deg", "lean of the trunk", "angle", "deg", lean, np.isfinite(lean))
    known = np.abs(lean[climb.is_climbing & np.isfinite(lean)])
    yield Figure(
        name="trunk_lean_deg", label="lean of the trunk", group="angles", unit="deg",
        value=median(known), missing="" if len(known) else NOT_SEEN,
        meaning="Median lean to either side from the picture's upright.",
        caveat="A camera held at a slant leans everything.", source="definition",
    )  # fmt: skip
