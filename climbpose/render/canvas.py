"""Shapes with round ends, smooth edges and any transparency, laid over a picture in place."""

import threading
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, Int32, UInt8

from climbpose.video import Colour, Picture

RGB = tuple[int, int, int]
"""A colour, each share from 0 to 255."""

# Blue and orange stay apart for colour-blind eyes, and a light orange and a dark blue in grey too.
# After Okabe and Ito, "Color Universal Design" (2008), the blue a little lighter for dark walls.
LEFT: RGB = (255, 170, 20)
RIGHT: RGB = (35, 125, 232)
NEUTRAL: RGB = (242, 242, 238)
DARK: RGB = (14, 16, 22)


def side_colour(keypoint: str) -> RGB:
    """The colour of a keypoint's side of the body."""
    side = keypoint.partition("_")[0]
    return {"left": LEFT, "right": RIGHT}.get(side, NEUTRAL)


FONT = cv2.FONT_HERSHEY_SIMPLEX

SUBPIXEL_BITS = 4
"""Binary digits behind the point of the coordinates that OpenCV draws."""

_OUTSET = 0.67
"""Pixels by which OpenCV's smooth edge widens a polygon on each side (measured)."""

_BAND = 64
"""Rows that are blended at once: few enough for their copies to stay in the processor's cache;
even, so that chroma divides too."""

_ARC = np.linspace(np.pi / 2, 3 * np.pi / 2, 9)


def premultiplied(
    colours: Float[np.ndarray, "colours 3"], alphas: Float[np.ndarray, " colours"], target: Colour
) -> UInt8[np.ndarray, "colours 4"]:
    """Premultiplied YUVA, as a canvas holds it.

    Args:
        colours: RGB from 0 to 255.
        alphas: Opacity from 0 to 1.
        target: Of the picture.
    """
    opaque = np.column_stack([target.yuv(colours), np.full(len(colours), 255.0)])
    # The opacity is rounded first, so that the colours are what it leaves out of the picture.
    paint: np.ndarray = ((255 * alphas[:, None]).round() / 255 * opaque).round()
    return paint.clip(0, 255).astype(np.uint8)


def to_opencv(xy: Float[np.ndarray, "*shape 2"]) -> Int32[np.ndarray, "*shape 2"]:
    """Turns our continuous coordinates into OpenCV's.

    Our first pixel's centre is at 0.5, OpenCV's at 0, counted in parts of a pixel.
    """
    parts: np.ndarray = np.round((xy - 0.5) * 2**SUBPIXEL_BITS)
    return parts.astype(np.int32)


class _Sheets(threading.local):
    """Clean paint, kept from picture to picture: to make it takes longer than to draw on it."""

    def __init__(self) -> None:
        self._kept: UInt8[np.ndarray, "height width 4"] | None = None

    def take(self, height: int, width: int) -> UInt8[np.ndarray, "height width 4"]:
        """A sheet of zeros."""
        sheet, self._kept = self._kept, None
        is_fit = sheet is not None and sheet.shape[:2] == (height, width)
        return sheet if sheet is not None and is_fit else np.zeros((height, width, 4), np.uint8)

    def give_back(self, sheet: UInt8[np.ndarray, "height width 4"]) -> None:
        """Keeps a sheet that is clean again."""
        self._kept = sheet


_sheets = _Sheets()


class Canvas:
    """Strokes for one picture, drawn in the order they come and blended in once.

    Where strokes cross, the later hides the earlier, so that transparent strokes do not add up at
    their joints.

    Args:
        picture: What is drawn on; it stays as it is until `blend`.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        height, width = picture.y.shape
        self._reach = 2.0 * max(height, width)
        # Premultiplied YUVA.
        self._paint = _sheets.take(height, width)
        bands = -(-height // _BAND)
        self._left, self._right = np.full(bands, width), np.zeros(bands, np.int64)

    def draw(
        self,
        ends: Float[np.ndarray, "strokes 2 2"],
        widths: Float[np.ndarray, "strokes 2"],
        colours: Sequence[RGB],
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
        paints = premultiplied(
            np.array(colours, float).reshape(-1, 3)[is_drawn],
            alphas[is_drawn],
            self._picture.colour,
        )
        for outline, paint in zip(to_opencv(outlines), paints.tolist(), strict=True):
            cv2.fillConvexPoly(self._paint, outline, paint, cv2.LINE_AA, SUBPIXEL_BITS)

    def write(
        self, text: str, origin: tuple[int, int], scale: float, colour: RGB, thickness: int
    ) -> None:
        """Writes a line of text, opaque.

        Args:
            text: ASCII.
            origin: Where its base line begins, whole pixels.
            scale: Of OpenCV's font.
            colour: RGB.
            thickness: Pixels.
        """
        (length, ascent), descent = cv2.getTextSize(text, FONT, scale, thickness)
        (x, y), rim = origin, thickness
        corners = [(x - rim, y - ascent - rim), (x + length + rim, y + descent + rim)]
        self._touch(np.array([corners], float))
        ((*paint,),) = premultiplied(
            np.array([colour], float), np.ones(1), self._picture.colour
        ).tolist()
        cv2.putText(self._paint, text, origin, FONT, scale, paint, thickness, cv2.LINE_AA)

    def cover(
        self, area: tuple[int, int, int, int], paint: UInt8[np.ndarray, "height width 4"]
    ) -> None:
        """Replaces what is drawn within an area.

        Args:
            area: ``x1 y1 x2 y2``, whole pixels of the picture.
            paint: As `premultiplied` makes it.
        """
        left, top, right, bottom = area
        self._paint[top:bottom, left:right] = paint
        self._touch(np.array([[(left, top), (right, bottom)]], float))

    def _touch(self, outlines: Float[np.ndarray, "strokes points 2"]) -> None:
        """Widens each band's touched columns to hold the strokes' bounding boxes."""
        if not len(outlines):
            return
        width = self._picture.y.shape[1]
        low, high = outlines.min(axis=1) - 2, outlines.max(axis=1) + 2
        band = np.arange(len(self._left))[:, None]
        is_in = (low[:, 1] < (band + 1) * _BAND) & (high[:, 1] >= band * _BAND)
        # Even columns, so that chroma divides.
        left = np.clip(low[:, 0] // 2 * 2, 0, width).astype(np.int64)
        right = np.clip(-(-high[:, 0] // 2) * 2, 0, width).astype(np.int64)
        self._left = np.minimum(self._left, np.where(is_in, left, width).min(axis=1))
        self._right = np.maximum(self._right, np.where(is_in, right, 0).max(axis=1))

    def blend(self) -> None:
        """Lays the strokes over the picture, in place, once."""
        for band, (left, right) in enumerate(
            zip(self._left.tolist(), self._right.tolist(), strict=True)
        ):
            if left < right:
                self._blend(band * _BAND, (band + 1) * _BAND, left, right)
                self._paint[band * _BAND : (band + 1) * _BAND, left:right] = 0
        _sheets.give_back(self._paint)

    def _blend(self, top: int, bottom: int, left: int, right: int) -> None:
        """Lays a part of the paint over the picture."""
        paint, picture = self._paint[top:bottom, left:right], self._picture
        y, _, _, alpha = cv2.split(paint)
        _lay(picture.y[top:bottom, left:right], y, cv2.bitwise_not(alpha))
        # The mean of 2 x 2 pixels, as chroma is.
        rows, columns = paint.shape[:2]
        halved = cv2.resize(paint, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
        _, u, v, alpha = cv2.split(halved)
        kept, part = cv2.bitwise_not(alpha), np.s_[top // 2 : bottom // 2, left // 2 : right // 2]
        _lay(picture.u[part], u, kept)
        _lay(picture.v[part], v, kept)


def _lay(
    plane: UInt8[np.ndarray, "height width"],
    paint: UInt8[np.ndarray, "height width"],
    kept: UInt8[np.ndarray, "height width"],
) -> None:
    """Lays premultiplied paint over a plane's part; ``kept`` is how much of it shows, to 255."""
    cv2.add(cv2.multiply(plane, kept, scale=1 / 255), paint, plane)


def _outlines(
    ends: Float[np.ndarray, "strokes 2 2"], radii: Float[np.ndarray, "strokes 2"]
) -> Float[np.ndarray, "strokes points 2"]:
    """The outlines of lines with round ends."""
    along = ends[:, 1] - ends[:, 0]
    angles = np.arctan2(along[:, 1], along[:, 0])[:, None] + _ARC
    arcs = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    first, last = ends[:, :1] + radii[:, :1, None] * arcs, ends[:, 1:] - radii[:, 1:, None] * arcs
    return np.concatenate([first, last], axis=1)
