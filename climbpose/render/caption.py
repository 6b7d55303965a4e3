"""Time and frame index, in a corner."""

from typing import ClassVar

import cv2
import numpy as np

from climbpose import render
from climbpose.poses import Analysis
from climbpose.render.canvas import DARK, FONT, NEUTRAL, Canvas
from climbpose.video import Picture

_FONT_CAPITALS = 21  # height of its capital letters at scale 1, pixels
_CAPITALS = 8.5  # height of ours, at 360 pixels of the picture's shorter side
_PLATE_ALPHA = 0.55


@render.register("caption")
class CaptionLayer:
    """Writes time and frame index in the top left corner, and says when nobody is there."""

    order: ClassVar[int] = 50
    needs_detections: ClassVar[bool] = False

    def __init__(self, analysis: Analysis, scale: float) -> None:
        self._poses = analysis.poses
        self._has_climber = analysis.poses.has_climber

    def draw(self, picture: Picture, row: int) -> None:
        """Writes the caption of one row in place."""
        words = [clock(float(self._poses.time[row])), f"#{self._poses.frame_index[row]}"]
        if not self._has_climber[row]:
            words.append("no climber")
        _write(picture, "  ".join(words))


def clock(seconds: float) -> str:
    """The time as minutes, seconds and hundredths, such as ``0:12.34``."""
    hundredths = round(abs(seconds) * 100)
    minutes, rest = divmod(hundredths, 6000)
    sign = "-" if seconds < 0 and hundredths else ""
    return f"{sign}{minutes}:{rest // 100:02}.{rest % 100:02}"


def _write(picture: Picture, text: str) -> None:
    """Writes a line in the top left corner, on a dark plate that lets the picture through."""
    unit = min(picture.height, picture.width) / 360
    capitals = _CAPITALS * unit
    margin, plate = 8 * unit, 2.2 * capitals
    font_scale = capitals / _FONT_CAPITALS
    thickness = max(1, round(1.1 * unit))
    (length, _), _ = cv2.getTextSize(text, FONT, font_scale, thickness)
    middle = margin + plate / 2
    ends = np.array([[[middle, middle], [middle + length, middle]]])
    canvas = Canvas(picture)
    canvas.draw(ends, np.full((1, 2), plate), [DARK], np.array([_PLATE_ALPHA]))
    origin = round(middle), round(middle + capitals / 2)
    canvas.write(text, origin, font_scale, NEUTRAL, thickness)
    canvas.blend()
