"""Letters on the comparison's pictures: which attempt is which, and when."""

import cv2
import numpy as np

from climbpose.render.canvas import DARK, FONT, RGB, Canvas
from climbpose.video import Picture

_FONT_CAPITALS = 21
"""Height of its capital letters at scale 1, pixels."""

_CAPITALS, _MARGIN, _THICKNESS = 15.0, 9.0, 1.6
"""Of ours, pixels of a picture that is 640 high."""

_PLATE_ALPHA = 0.6


def write_label(picture: Picture, text: str, colour: RGB, left: int, line: int = 0) -> None:
    """Writes a line on a dark plate at the top of a picture, in place.

    Args:
        picture: What is written on.
        text: ASCII.
        colour: Of the letters.
        left: Where the attempt's part of the picture begins, pixels.
        line: Which line, from the top.
    """
    unit = picture.height / 640
    capitals = _CAPITALS * unit
    margin, plate = _MARGIN * unit, 2.2 * capitals
    thickness = max(1, round(_THICKNESS * unit))
    scale = capitals / _FONT_CAPITALS
    (length, _), _ = cv2.getTextSize(text, FONT, scale, thickness)
    begin = left + margin + plate / 2
    middle = margin + plate / 2 + line * 1.15 * plate
    canvas = Canvas(picture)
    canvas.draw(
        np.array([[(begin, middle), (begin + length, middle)]]),
        np.full((1, 2), plate),
        [DARK],
        np.array([_PLATE_ALPHA]),
    )
    canvas.write(text, (round(begin), round(middle + capitals / 2)), scale, colour, thickness)
    canvas.blend()
