"""The climber's bounding box."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float

from climbpose import render
from climbpose.poses import Analysis, Status, widened_box
from climbpose.render.canvas import DARK, NEUTRAL, Canvas
from climbpose.video import Picture

_FAR_PIXELS = 1e6  # no keypoint can be that far away
_ALPHA, _FILLED_ALPHA, _HALO_ALPHA = 0.85, 0.45, 0.5
_ARM, _RADIUS = 0.14, 0.035  # of the box's shorter side: a corner's length, and its rounding


@render.register("box")
class BoxLayer:
    """Draws the rounded corners of the pose's box, which is as steady as the pose."""

    order: ClassVar[int] = 20
    needs_detections: ClassVar[bool] = False

    def __init__(self, analysis: Analysis, scale: float) -> None:
        self._analysis = analysis
        self._scale = scale

    def draw(self, picture: Picture, row: int) -> None:
        """Draws the box of one row in place."""
        box, is_filled = self._box(row)
        if not np.isfinite(box).all():
            return
        unit = min(picture.height, picture.width) / 360
        lines = _corners(box * self._scale)
        alphas = np.full(len(lines), _FILLED_ALPHA if is_filled else _ALPHA)
        widths = np.full((len(lines), 2), 1.3 * unit)
        canvas = Canvas(picture)
        canvas.draw(lines, widths + 1.2 * unit, [DARK] * len(lines), _HALO_ALPHA * alphas)
        canvas.draw(lines, widths, [NEUTRAL] * len(lines), alphas)
        canvas.blend()

    def _box(self, row: int) -> tuple[Float[np.ndarray, "4"], bool]:
        """The box in source pixels, NaN where nobody is, and whether it was filled in."""
        pose = self._analysis.poses[row]
        is_near = (np.abs(pose.xy) < _FAR_PIXELS).all(axis=1)
        is_known = (pose.status != Status.MISSING.value) & is_near
        if not is_known.any():
            return np.full(4, np.nan), False
        is_filled = bool((pose.status == Status.FILLED.value).any())
        return widened_box(pose.xy[is_known]).astype(np.float64), is_filled


def _corners(box: Float[np.ndarray, "4"]) -> Float[np.ndarray, "lines 2 2"]:
    """The lines that make up the box's four rounded corners."""
    left, top, right, bottom = box.tolist()
    shorter = min(right - left, bottom - top)
    arm, radius = _ARM * shorter, _RADIUS * shorter
    angles = np.linspace(0, np.pi / 2, 7)
    arc = radius * (1 - np.stack([np.sin(angles), np.cos(angles)], axis=1))
    path = np.concatenate([[[0, arm]], arc[::-1], [[arm, 0]]])
    lines = []
    for x, across in ((left, 1), (right, -1)):
        for y, down in ((top, 1), (bottom, -1)):
            points = np.array([x, y]) + path * [across, down]
            lines.append(np.stack([points[:-1], points[1:]], axis=1))
    return np.concatenate(lines)
