"""The pixels of a picture, of which only those are made that somebody looks at."""

from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float, UInt8

BLACK, EDGE = cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE
"""What lies outside a picture: nothing, or its outermost pixels again."""


@runtime_checkable
class Pixels(Protocol):
    """An upright picture, as RGB where it is looked at."""

    @property
    def width(self) -> int:
        """Pixels."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...

    def rgb(self) -> UInt8[np.ndarray, "height width 3"]:
        """The whole picture."""
        ...

    def warped(
        self, to_picture: Float[np.ndarray, "2 3"], side: int, outside: int = EDGE
    ) -> UInt8[np.ndarray, "side side 3"]:
        """A square cut out of the picture, bilinear.

        Args:
            to_picture: Affine matrix from columns and rows of the square to those of the picture.
            side: Pixels of the square.
            outside: `EDGE` or `BLACK`.
        """
        ...

    def reduced(self, width: int, height: int) -> "Pixels":
        """A smaller picture, each of its pixels the mean of those that it stands for.

        It may be kept: it holds no buffer of the reader's that is larger than itself.
        """
        ...


class RgbPixels:
    """A picture that is there as RGB.

    Args:
        image: The picture; not copied.
    """

    def __init__(self, image: UInt8[np.ndarray, "height width 3"]) -> None:
        self._image = image
        self.height, self.width = image.shape[:2]

    def rgb(self) -> UInt8[np.ndarray, "height width 3"]:
        """The picture itself; see `Pixels`."""
        return self._image

    def warped(
        self, to_picture: Float[np.ndarray, "2 3"], side: int, outside: int = EDGE
    ) -> UInt8[np.ndarray, "side side 3"]:
        """A square cut out of it; see `Pixels`."""
        return np.asarray(
            # For the sake of published networks' numbers: OpenCV rounds otherwise in `warpAffine`.
            cv2.warpPerspective(
                self._image,
                np.vstack([to_picture, [0, 0, 1]]),
                (side, side),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=outside,
            )
        )

    def reduced(self, width: int, height: int) -> "RgbPixels":
        """A smaller picture; see `Pixels`."""
        smaller = cv2.resize(self._image, (width, height), interpolation=cv2.INTER_AREA)
        return RgbPixels(np.asarray(smaller))
