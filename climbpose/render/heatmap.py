"""What the detector saw: the heatmaps, all keypoints together."""

from functools import cache
from typing import ClassVar

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from climbpose import render
from climbpose.poses import Analysis
from climbpose.render.canvas import Canvas, premultiplied
from climbpose.video import Colour, Picture

_ALPHA = 0.75


@render.register("heatmap")
class HeatmapLayer:
    """Tints the detection's box by the highest of its heatmaps, in a perceptual colour map."""

    order: ClassVar[int] = 10
    needs_detections: ClassVar[bool] = True

    def __init__(self, analysis: Analysis, scale: float) -> None:
        self._analysis = analysis
        self._scale = scale

    def draw(self, picture: Picture, row: int) -> None:
        """Tints the box of one row in place."""
        frame_index = int(self._analysis.poses.frame_index[row])
        detection = self._analysis.detections.get(frame_index)
        if detection is None:
            return
        box = detection.box.astype(np.float64) * self._scale
        area = _area(box, picture.height, picture.width)
        if area is None:
            return
        highest = np.nan_to_num(detection.maps.render()).max(axis=0)
        scores = _resampled(np.clip(highest, 0, 1), box, area)
        shades = np.round(255 * scores).astype(np.uint8)
        canvas = Canvas(picture)
        canvas.cover(area, _palette(picture.colour)[shades])
        canvas.blend()


@cache
def _palette(colour: Colour) -> UInt8[np.ndarray, "256 4"]:
    """Premultiplied YUVA for the scores from 0 to 1; a higher score hides more of the picture."""
    ramp = np.arange(256, dtype=np.uint8)
    colours = cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[:, 0, ::-1]
    return premultiplied(colours.astype(np.float64), _ALPHA * np.sqrt(ramp / 255), colour)


def _area(box: Float[np.ndarray, "4"], height: int, width: int) -> tuple[int, int, int, int] | None:
    """The picture's whole pixels under the box, None where there are none."""
    if not (np.isfinite(box).all() and (box[2:] > box[:2]).all()):
        return None
    left, top = np.clip(np.floor(box[:2]), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(box[2:]), 0, (width, height)).astype(int).tolist()
    return (left, top, right, bottom) if left < right and top < bottom else None


def _resampled(
    scores: Float[np.ndarray, "rows cols"],
    box: Float[np.ndarray, "4"],
    area: tuple[int, int, int, int],
) -> Float[np.ndarray, "height width"]:
    """The scores at the pixels of the area; the first cell's centre is at 0.5, like a pixel's."""
    left, top, right, bottom = area
    cells = np.array(scores.shape[::-1]) / (box[2:] - box[:2])  # per pixel
    offset = (np.array([left, top]) + 0.5 - box[:2]) * cells - 0.5
    to_cells = np.array([[cells[0], 0, offset[0]], [0, cells[1], offset[1]]])
    return cv2.warpAffine(
        scores.astype(np.float32),
        to_cells,
        (right - left, bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
