"""How the numbers of a stored picture stand for colours."""

from dataclasses import dataclass
from functools import cache

import av
import numpy as np
from av.video.reformatter import ColorRange
from jaxtyping import Float, Float32

UNSPECIFIED = 2
"""What H.273 calls unspecified, for the matrix, the primaries and the transfer alike."""

# Matrix coefficients of H.273. The converter's own numbers are the same, but SMPTE 170M is BT.470
# BG to it. BT.2020's constant luminance is rare and has no converter; it is read as the usual
# non-constant one.
_BT709, _FCC, _BT470BG, _SMPTE170M, _SMPTE240M, _BT2020, _BT2020_CONSTANT = 1, 4, 5, 6, 7, 9, 10
# Kr and Kb, the shares of red and blue in luma (H.273, table 4).
_WEIGHTS = {
    _BT709: (0.2126, 0.0722),
    _FCC: (0.30, 0.11),
    _BT470BG: (0.299, 0.114),
    _SMPTE170M: (0.299, 0.114),
    _SMPTE240M: (0.212, 0.087),
    _BT2020: (0.2627, 0.0593),
}
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
        if matrix not in _WEIGHTS:
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

    @property
    def black(self) -> int:
        """Luma of black."""
        return 0 if self.is_full_range else 16

    @property
    def to_rgb(self) -> Float32[np.ndarray, "3 4"]:
        """Affine matrix from luma and chromas, as stored, to RGB from 0 to 255 (H.273, 8.3)."""
        return _to_rgb(*_WEIGHTS[self.matrix], self.is_full_range)

    def yuv(self, rgb: Float[np.ndarray, "*shape 3"]) -> Float[np.ndarray, "*shape 3"]:
        """Luma and the two chromas of colours, not rounded (H.273, 8.3).

        Args:
            rgb: From 0 to 255.
        """
        red, blue = _WEIGHTS[self.matrix]
        luma = rgb @ np.array([red, 1 - red - blue, blue])
        u, v = (rgb[..., 2] - luma) / (2 - 2 * blue), (rgb[..., 0] - luma) / (2 - 2 * red)
        shares = np.stack([luma, u, v], axis=-1) / 255
        steps, zero = ([255, 255, 255], 0) if self.is_full_range else ([219, 224, 224], 16)
        yuv: np.ndarray = shares * steps + np.array([zero, 128, 128])
        return yuv


@cache
def _to_rgb(red: float, blue: float, is_full_range: bool) -> Float32[np.ndarray, "3 4"]:
    green = 1 - red - blue
    v_of_red, u_of_blue = 2 - 2 * red, 2 - 2 * blue
    shares = np.array(
        [
            [1, 0, v_of_red],
            [1, -blue * u_of_blue / green, -red * v_of_red / green],
            [1, u_of_blue, 0],
        ]
    )
    steps, zero = ([255, 255, 255], 0) if is_full_range else ([219, 224, 224], 16)
    linear = shares * 255 / np.array(steps)
    constant = -linear @ np.array([zero, 128, 128])
    matrix: Float32[np.ndarray, "3 4"] = np.column_stack([linear, constant]).astype(np.float32)
    return matrix
