"""Colour and orientation of a stored picture."""

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange
from jaxtyping import Int32, UInt8

UNSPECIFIED = 2
"""What H.273 calls unspecified, for the matrix, the primaries and the transfer alike."""

# Matrix coefficients of H.273. The converter's own numbers are the same, but SMPTE 170M is BT.470
# BG to it. BT.2020's constant luminance is rare and has no converter; it is read as the usual
# non-constant one.
_BT709, _FCC, _BT470BG, _SMPTE170M, _SMPTE240M, _BT2020, _BT2020_CONSTANT = 1, 4, 5, 6, 7, 9, 10
_MATRICES = frozenset({_BT709, _FCC, _BT470BG, _SMPTE170M, _SMPTE240M, _BT2020})
_HD_HEIGHT = 720


@dataclass(frozen=True, slots=True)
class Colour:
    """How the numbers of a stored picture stand for colours; code points of H.273.

    Attributes:
        matrix: Between RGB and YUV, always one that the converter knows.
        is_full_range: Whether luma spans 0 to 255 instead of 16 to 235.
        primaries: As tagged, 2 where untagged.
        transfer: As tagged, 2 where untagged.
    """

    matrix: int = _BT709
    is_full_range: bool = False
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED

    @classmethod
    def of(cls, frame: av.VideoFrame, context: av.VideoCodecContext) -> "Colour":
        """The colour of a decoded frame.

        An untagged matrix is BT.709 from 720 stored rows on and BT.601 below, an untagged range is
        limited: what players assume.
        """
        matrix = int(frame.colorspace)
        if matrix == _BT2020_CONSTANT:
            matrix = _BT2020
        if matrix not in _MATRICES:
            matrix = _BT709 if frame.height >= _HD_HEIGHT else _SMPTE170M
        is_full = not frame.format.is_rgb and (
            int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")
        )
        primaries, transfer = int(context.color_primaries), int(context.color_trc)
        return cls(
            matrix=matrix,
            is_full_range=is_full,
            primaries=primaries or UNSPECIFIED,
            transfer=transfer or UNSPECIFIED,
        )

    @property
    def converter_matrix(self) -> int:
        """The matrix by the converter's number."""
        return _BT470BG if self.matrix == _SMPTE170M else self.matrix

    @property
    def converter_other_matrix(self) -> int:
        """Any other matrix, for the RGB side, which has none.

        Before PyAV 17 the converter passes matrix and range on only where the two sides differ.
        """
        return _BT470BG if self.matrix == _BT709 else _BT709

    @property
    def converter_range(self) -> ColorRange:
        """The range by the converter's name."""
        return ColorRange.JPEG if self.is_full_range else ColorRange.MPEG


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

    def upright(
        self, image: UInt8[np.ndarray, "height width 3"]
    ) -> UInt8[np.ndarray, "upright_height upright_width 3"]:
        """A stored picture made upright; the same array where nothing has to be done."""
        match self.quarter_turns, self.is_mirrored:
            case 0, False:
                return image
            case 1, False:
                turned = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
            case 2, False:
                turned = cv2.rotate(image, cv2.ROTATE_180)
            case 3, False:
                turned = cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)
            case 0, True:
                turned = cv2.flip(image, 1)
            case 1, True:
                turned = cv2.flip(cv2.transpose(image), -1)
            case 2, True:
                turned = cv2.flip(image, 0)
            case _:
                turned = cv2.transpose(image)
        return np.asarray(turned, dtype=np.uint8)
