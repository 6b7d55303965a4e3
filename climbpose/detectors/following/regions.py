"""Turned square regions of a picture: where a person is, upright along the trunk."""

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np
from jaxtyping import Float, Float32, UInt8

from climbpose.pixels import EDGE, Pixels

_MARGIN = 1.25
"""The region's side over the diameter of the circle around the body (the reference's factor)."""


@dataclass(frozen=True, slots=True)
class Region:
    """A square, turned clockwise by ``rotation`` about its centre.

    Attributes:
        x: Centre, pixels.
        y: Centre, pixels.
        size: Side, pixels.
        rotation: Radians; 0 where the person's trunk is upright.
    """

    x: float
    y: float
    size: float
    rotation: float

    @classmethod
    def from_axis(cls, hips: Float[np.ndarray, "2"], top: Float[np.ndarray, "2"]) -> "Region":
        """The region of a body from its hips' centre and a point above the head's end.

        ``top`` lies on the circle around the body, in the trunk's direction.
        """
        dx, dy = float(top[0] - hips[0]), float(top[1] - hips[1])
        rotation = pi / 2 - atan2(-dy, dx)
        return cls(
            x=float(hips[0]),
            y=float(hips[1]),
            size=2 * hypot(dx, dy) * _MARGIN,
            rotation=(rotation + pi) % (2 * pi) - pi,
        )

    @classmethod
    def around(
        cls, hips: Float[np.ndarray, "2"], shoulders: Float[np.ndarray, "2"], radius: float
    ) -> "Region":
        """The region of a body that reaches so far from its hips' centre, its trunk upright."""
        trunk = shoulders - hips
        return cls.from_axis(hips, hips + trunk * (radius / max(float(np.hypot(*trunk)), 1e-6)))

    def enlarged(self, factor: float) -> "Region":
        """The same region in a picture that is larger by a factor."""
        return Region(self.x * factor, self.y * factor, self.size * factor, self.rotation)

    def to_image(self, side: int) -> Float32[np.ndarray, "2 3"]:
        """Affine matrix from the region's crop of ``side`` pixels to the picture.

        Both have their origin at a pixel's corner, as the reference has it.
        """
        a = cos(self.rotation) * self.size / side
        b = sin(self.rotation) * self.size / side
        half = side / 2
        return np.array(
            [[a, -b, self.x - (a - b) * half], [b, a, self.y - (a + b) * half]], np.float32
        )

    def crop(
        self, pixels: Pixels, side: int, outside: int = EDGE
    ) -> UInt8[np.ndarray, "side side 3"]:
        """The region's pixels, bilinear."""
        return pixels.warped(self.to_image(side), side, outside)
