"""Shapes with round ends, smooth edges and any transparency, laid over a picture in place."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, Int32, UInt8

Colour = tuple[int, int, int]
"""RGB."""

# Blue and orange stay apart for colour-blind eyes, and a light orange and a dark blue in grey too.
# After Okabe and Ito, "Color Universal Design" (2008), the blue a little lighter for dark walls.
LEFT: Colour = (255, 170, 20)
RIGHT: Colour = (35, 125, 232)
NEUTRAL: Colour = (242, 242, 238)
DARK: Colour = (14, 16, 22)


def side_colour(keypoint: str) -> Colour:
    """The colour of a keypoint's side of the body."""
    side = keypoint.partition("_")[0]
    return {"left": LEFT, "right": RIGHT}.get(side, NEUTRAL)


SUBPIXEL_BITS = 4
"""Binary digits behind the point of the coordinates that OpenCV draws."""

_OUTSET = 0.67
"""Pixels by which OpenCV's smooth edge widens a polygon on each side (measured)."""

_TILE = 32
"""Rows and columns of the tiles in which touched parts of a picture are blended."""

_ARC = np.linspace(np.pi / 2, 3 * np.pi / 2, 9)


def to_opencv(xy: Float[np.ndarray, "*shape 2"]) -> Int32[np.ndarray, "*shape 2"]:
    """Turns our continuous coordinates into OpenCV's.

    Our first pixel's centre is at 0.5, OpenCV's at 0, counted in parts of a pixel.
    """
    parts: np.ndarray = np.round((xy - 0.5) * 2**SUBPIXEL_BITS)
    return parts.astype(np.int32)


class Canvas:
    """Strokes for one picture, drawn in the order they come and blended in once.

    Where strokes cross, the later hides the earlier, so that transparent strokes do not add up at
    their joints.

    Args:
        height: Of the picture, pixels.
        width: Of the picture, pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self._reach = 2.0 * max(height, width)
        # Premultiplied RGBA; memory that no stroke touches is never claimed from the system.
        self._paint = np.zeros((height, width, 4), np.uint8)
        self._touched = np.zeros((-(-height // _TILE), -(-width // _TILE)), bool)

    def draw(
        self,
        ends: Float[np.ndarray, "strokes 2 2"],
        widths: Float[np.ndarray, "strokes 2"],
        colours: Sequence[Colour],
        alphas: Float[np.ndarray, " strokes"],
    ) -> None:
        """Draws lines with round ends; one whose ends are the same is a dot.

        Lines that end at no known place, or farther away than twice the picture's longer side, are
        left out.

        Args:
            ends: Pixels of the picture.
            widths: Pixels, at each end.
            colours: RGB, for each line.
            alphas: Opacity from 0 to 1.
        """
        is_drawn = (alphas > 0) & (np.abs(ends) <= self._reach).all(axis=(1, 2))
        outlines = _outlines(ends[is_drawn], np.maximum(widths[is_drawn] / 2 - _OUTSET, 0))
        self._touch(outlines)
        premultiplied = alphas[is_drawn, None] * [
            (*colour, 255) for colour, drawn in zip(colours, is_drawn, strict=True) if drawn
        ]
        for outline, colour in zip(
            to_opencv(outlines), np.round(premultiplied).tolist(), strict=True
        ):
            cv2.fillConvexPoly(self._paint, outline, colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def _touch(self, outlines: Float[np.ndarray, "strokes points 2"]) -> None:
        """Marks the tiles under the strokes' bounding boxes."""
        last = self._touched.shape[::-1]
        low = np.clip((outlines.min(axis=1) - 2) // _TILE, 0, last).astype(int)
        high = np.clip((outlines.max(axis=1) + 2) // _TILE + 1, 0, last).astype(int)
        for (left, top), (right, bottom) in zip(low.tolist(), high.tolist(), strict=True):
            self._touched[top:bottom, left:right] = True

    def blend_into(self, image: UInt8[np.ndarray, "height width 3"]) -> None:
        """Lays the strokes over the picture, in place."""
        for tile_row in np.flatnonzero(self._touched.any(axis=1)).tolist():
            edges = np.diff(self._touched[tile_row].astype(np.int8), prepend=0, append=0)
            starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
            rows = slice(tile_row * _TILE, (tile_row + 1) * _TILE)
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
                columns = slice(start * _TILE, stop * _TILE)
                blend(image[rows, columns], self._paint[rows, columns])


def blend(
    image: UInt8[np.ndarray, "height width 3"], paint: UInt8[np.ndarray, "height width 4"]
) -> None:
    """Lays premultiplied RGBA over a picture or a part of one, in place."""
    kept = cv2.bitwise_not(paint[..., 3])
    blended = cv2.multiply(image, cv2.merge([kept, kept, kept]), scale=1 / 255)
    image[:] = cv2.add(blended, cv2.cvtColor(paint, cv2.COLOR_RGBA2RGB))


def _outlines(
    ends: Float[np.ndarray, "strokes 2 2"], radii: Float[np.ndarray, "strokes 2"]
) -> Float[np.ndarray, "strokes points 2"]:
    """The outlines of lines with round ends."""
    along = ends[:, 1] - ends[:, 0]
    angles = np.arctan2(along[:, 1], along[:, 0])[:, None] + _ARC
    arcs = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    first, last = ends[:, :1] + radii[:, :1, None] * arcs, ends[:, 1:] - radii[:, 1:, None] * arcs
    return np.concatenate([first, last], axis=1)
