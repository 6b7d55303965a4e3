"""A texture in the making, and the noise that makes it look used."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.synth.light import Colour

Texture = UInt8[np.ndarray, "rows columns 3"]

CHALK: Colour = (0.93, 0.93, 0.92)

SHIFT = 4
"""OpenCV's fraction bits of a drawn coordinate."""


def noise(
    shape: tuple[int, int], cell: tuple[float, float], rng: np.random.Generator
) -> Float32[np.ndarray, "rows columns"]:
    """Smooth noise of mean 0 and standard deviation about 1.

    Args:
        shape: Rows and columns.
        cell: Height and width of its grains, pixels.
        rng: Its source.
    """
    rows, columns = (int(np.ceil(n / max(c, 1.0))) + 1 for n, c in zip(shape, cell, strict=True))
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    if (rows, columns) == (shape[0] + 1, shape[1] + 1):
        return coarse[: shape[0], : shape[1]].copy()
    # The grid is cut so that its cells keep their proportions at the far edges.
    size = (int(columns * max(cell[1], 1.0)) + 1, int(rows * max(cell[0], 1.0)) + 1)
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(fine[: shape[0], : shape[1]])


class Sheet:
    """A texture in the making.

    Attributes:
        scale: Pixels a metre.
        paint: Its colours, 0 to 255.
        gain: What the colours are multiplied with.
        ink: Dark strokes, 0 to 255.
        chalk: White dust, 0 to 255.
    """

    def __init__(self, width_m: float, height_m: float, scale: float, colour: Colour) -> None:
        self.width_m, self.height_m, self.scale = width_m, height_m, scale
        rows, columns = max(int(height_m * scale), 8), max(int(width_m * scale), 8)
        self.shape = (rows, columns)
        self.paint: np.ndarray = np.empty((rows, columns, 3), np.uint8)
        self.paint[:] = self.bytes(colour)
        self.gain: np.ndarray = np.ones((rows, columns), np.float32)
        self.ink: np.ndarray = np.zeros((rows, columns), np.uint8)
        self.chalk: np.ndarray = np.zeros((rows, columns), np.uint8)

    @staticmethod
    def bytes(colour: Colour) -> tuple[int, int, int]:
        """A colour for OpenCV."""
        red, green, blue = (int(np.clip(255 * c, 0, 255)) for c in colour)
        return red, green, blue

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """OpenCV's coordinates with `SHIFT` bits of fraction for points (n, 2) in metres."""
        xy = np.asarray(points, float) * [1, -1] + [0, self.height_m]
        fixed: np.ndarray = np.round((xy * self.scale - 0.5) * 2**SHIFT).astype(np.int32)
        return fixed

    def grain(self, strength: float, cell_m: tuple[float, float], rng: np.random.Generator) -> None:
        """Multiplies the gain with noise of cells so high and wide."""
        cell = (cell_m[0] * self.scale, cell_m[1] * self.scale)
        self.gain *= 1 + np.float32(strength) * noise(self.shape, cell, rng)

    def fill(self, points: np.ndarray, colour: Colour) -> None:
        """A polygon."""
        cv2.fillPoly(self.paint, [self.pixels(points)], self.bytes(colour), cv2.LINE_AA, SHIFT)

    def stroke(self, mask: np.ndarray, points: np.ndarray, level: int, width_m: float) -> None:
        """A line into the ink or the chalk."""
        thick = max(round(width_m * self.scale), 1)
        cv2.polylines(mask, [self.pixels(points)], False, (level,), thick, cv2.LINE_AA, SHIFT)

    def write(self, text: str, at: tuple[float, float], height_m: float, colour: Colour) -> None:
        """Letters whose lower left corner is at a point, metres."""
        x, y = (int(c) >> SHIFT for c in self.pixels(np.array([at]))[0])
        size = height_m * self.scale / 21
        thick = max(round(0.16 * height_m * self.scale), 1)
        cv2.putText(
            self.paint,
            text,
            (x, y),
            cv2.FONT_HERSHEY_DUPLEX,
            size,
            self.bytes(colour),
            thick,
            cv2.LINE_AA,
        )

    def finished(self) -> Texture:
        """The texture."""
        ink = cv2.GaussianBlur(self.ink, (0, 0), 0.6)
        gain = self.gain * (1 - ink.astype(np.float32) / 255)
        chalk = self.chalk.astype(np.float32) / 255
        gain *= 1 - chalk
        picture = self.paint.astype(np.float32) * gain[..., None]
        picture += (255 * chalk)[..., None] * np.array(CHALK, np.float32)
        return cv2.convertScaleAbs(np.maximum(picture, 0))
