"""Pictures as a decoder leaves them: in YUV, turned as the phone was held."""

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from climbpose.pixels import EDGE
from climbpose.video.colour import Colour
from climbpose.video.orientation import Orientation

Plane = UInt8[np.ndarray, "rows columns"]
Planes = tuple[
    Plane,
    UInt8[np.ndarray, "chroma_rows chroma_columns"],
    UInt8[np.ndarray, "chroma_rows chroma_columns"],
]


class PlanarPixels:
    """An upright picture whose stored planes are turned and coloured only where looked at.

    Args:
        planes: Luma and the two chromas, each half as wide and high, as stored.
        width: Of the upright picture, pixels.
        height: Of the upright picture, pixels.
        orientation: How what is stored is made upright.
        colour: What its numbers stand for.
        whole: Makes the whole picture as RGB, if there is a better way than from the planes.
    """

    def __init__(
        self,
        planes: Planes,
        width: int,
        height: int,
        orientation: Orientation,
        colour: Colour,
        whole: Callable[[], UInt8[np.ndarray, "height width 3"]] | None = None,
    ) -> None:
        self._planes, self.width, self.height = planes, width, height
        self._orientation, self._colour, self._whole = orientation, colour, whole

    def rgb(self) -> UInt8[np.ndarray, "height width 3"]:
        """The whole picture; see `climbpose.pixels.Pixels`."""
        if self._whole is not None:
            return self._whole()
        luma, *chromas = self._planes
        rows, columns = luma.shape
        linear = cv2.INTER_LINEAR
        wide = [cv2.resize(c, (columns, rows), interpolation=linear) for c in chromas]
        return self._orientation.upright(_coloured(luma, wide[0], wide[1], self._colour))

    def warped(
        self, to_picture: Float[np.ndarray, "2 3"], side: int, outside: int = EDGE
    ) -> UInt8[np.ndarray, "side side 3"]:
        """A square cut out of it; see `climbpose.pixels.Pixels`."""
        to_luma = _composed(self._to_stored, to_picture)
        luma, u, v = self._planes
        black = self._colour.black
        to_chroma = self._halved(to_luma)
        return _coloured(
            _warped(luma, to_luma, side, outside, black),
            _warped(u, to_chroma, side, outside, 128),
            _warped(v, to_chroma, side, outside, 128),
            self._colour,
        )

    def reduced(self, width: int, height: int) -> "PlanarPixels":
        """A smaller picture; see `climbpose.pixels.Pixels`."""
        # Even sides, so that chroma is still half of it.
        width, height = max(width // 2 * 2, 2), max(height // 2 * 2, 2)
        across, down = (height, width) if self._orientation.swaps_sides else (width, height)
        luma, u, v = self._planes
        planes = (
            _resized(luma[: self._rows, : self._columns], across, down),
            _resized(u, across // 2, down // 2),
            _resized(v, across // 2, down // 2),
        )
        return PlanarPixels(planes, width, height, self._orientation, self._colour)

    @property
    def _columns(self) -> int:
        return self.height if self._orientation.swaps_sides else self.width

    @property
    def _rows(self) -> int:
        return self.width if self._orientation.swaps_sides else self.height

    @cached_property
    def _to_stored(self) -> Float[np.ndarray, "2 3"]:
        return self._orientation.to_stored(self.width, self.height)

    @staticmethod
    def _halved(to_luma: Float[np.ndarray, "2 3"]) -> Float[np.ndarray, "2 3"]:
        """The same square in a plane whose pixels are the means of 2 x 2."""
        to_chroma = to_luma / 2
        to_chroma[:, 2] -= 0.25
        return to_chroma


def _warped(
    plane: Plane, to_plane: Float[np.ndarray, "2 3"], side: int, outside: int, black: int
) -> UInt8[np.ndarray, "side side"]:
    warped = cv2.warpAffine(
        plane,
        to_plane,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=outside,
        borderValue=black,
    )
    return np.asarray(warped, np.uint8)


def _resized(plane: Plane, width: int, height: int) -> UInt8[np.ndarray, "height width"]:
    # OpenCV hands back a copy in any case, so no larger buffer stays.
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _composed(
    after: Float[np.ndarray, "2 3"], first: Float[np.ndarray, "2 3"]
) -> Float[np.ndarray, "2 3"]:
    """The affine matrix that does one after the other."""
    both: Float[np.ndarray, "2 3"] = after[:, :2] @ first.astype(np.float64)
    both[:, 2] += after[:, 2]
    return both


def _coloured(luma: Plane, u: Plane, v: Plane, colour: Colour) -> UInt8[np.ndarray, "rows cols 3"]:
    """RGB of planes that are equally large."""
    return np.asarray(cv2.transform(cv2.merge([luma, u, v]), colour.to_rgb), np.uint8)
