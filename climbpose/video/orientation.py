"""Which way up a stored picture is."""

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from jaxtyping import Float, Int32, UInt8


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture is made upright: mirrored first, then turned.

    Attributes:
        quarter_turns: Clockwise, 0 to 3.
        is_mirrored: Whether left and right of the stored picture are swapped before it is turned.
    """

    quarter_turns: int = 0
    is_mirrored: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Orientation":
        """The orientation that a decoded frame's display matrix asks for."""
        all_side_data: Any = frame.side_data  # its stub knows motion vectors only
        for side_data in all_side_data:
            if side_data.type.name == "DISPLAYMATRIX":
                values = np.frombuffer(bytes(side_data), dtype=np.int32, count=9)
                return cls.of_matrix(values.reshape(3, 3))
        return cls()

    @classmethod
    def of_matrix(cls, matrix: Int32[np.ndarray, "3 3"]) -> "Orientation":
        """The nearest quarter turn, mirrored or not, to a display matrix.

        Args:
            matrix: Maps the row vector (x, y, 1) of a stored pixel to the displayed one; 16.16
                fixed point in its upper left.
        """
        # ISO/IEC 14496-12, 8.3.2: x' = a x + c y, y' = b x + d y, with y down.
        (a, b), (c, d) = matrix[:2, :2].astype(np.float64)
        is_mirrored = bool(a * d - b * c < 0)
        if is_mirrored:
            a, b = -a, -b
        # What is left is a turn and a scale: (a, b) is where the stored x axis goes, (-d, c) is the
        # same turned by a quarter.
        angle = np.degrees(np.arctan2(b - c, a + d))
        return cls(quarter_turns=round(float(angle) / 90) % 4, is_mirrored=is_mirrored)

    @property
    def degrees(self) -> int:
        """Degrees clockwise."""
        return 90 * self.quarter_turns

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.quarter_turns % 2 == 1

    def to_stored(self, width: int, height: int) -> Float[np.ndarray, "2 3"]:
        """Affine matrix from columns and rows of the upright picture to those of the stored one.

        Args:
            width: Of the upright picture, pixels.
            height: Of the upright picture, pixels.
        """
        right, bottom = width - 1, height - 1
        match self.quarter_turns, self.is_mirrored:
            case 0, False:
                matrix = [[1, 0, 0], [0, 1, 0]]
            case 1, False:
                matrix = [[0, 1, 0], [-1, 0, right]]
            case 2, False:
                matrix = [[-1, 0, right], [0, -1, bottom]]
            case 3, False:
                matrix = [[0, -1, bottom], [1, 0, 0]]
            case 0, True:
                matrix = [[-1, 0, right], [0, 1, 0]]
            case 1, True:
                matrix = [[0, -1, bottom], [-1, 0, right]]
            case 2, True:
                matrix = [[1, 0, 0], [0, -1, bottom]]
            case _:
                matrix = [[0, 1, 0], [1, 0, 0]]
        return np.array(matrix, np.float64)

    def upright(
        self,
        stored: UInt8[np.ndarray, "height width *channels"],
        into: UInt8[np.ndarray, "upright_height upright_width *channels"] | None = None,
    ) -> UInt8[np.ndarray, "upright_height upright_width *channels"]:
        """A stored picture, or one plane of it, made upright.

        Args:
            stored: Stays as it is.
            into: Takes the result. If None a new array does, or the stored one where nothing has to
                be done.
        """
        match self.quarter_turns, self.is_mirrored:
            case 0, False:
                if into is None:
                    return stored
                into[:] = stored
                return into
            case 1, False:
                turned = cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE, into)
            case 2, False:
                turned = cv2.rotate(stored, cv2.ROTATE_180, into)
            case 3, False:
                turned = cv2.rotate(stored, cv2.ROTATE_90_COUNTERCLOCKWISE, into)
            case 0, True:
                turned = cv2.flip(stored, 1, into)
            case 1, True:
                turned = cv2.flip(cv2.transpose(stored), -1, into)
            case 2, True:
                turned = cv2.flip(stored, 0, into)
            case _:
                turned = cv2.transpose(stored, into)
        return np.asarray(turned, dtype=np.uint8)
