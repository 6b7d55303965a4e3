"""Where the light comes from."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

Colour = tuple[float, float, float]
"""Red, green, blue; 1 is what turns white into full white."""


@dataclass(frozen=True)
class Light:
    """One lamp or window, and what the room gives back.

    Attributes:
        direction: From the scene to the lamp, in the world's coordinates, unit.
        key: The lamp's colour and strength.
        ambient: The room's, from above; from below it is weaker.
        softness: Half-width of a shadow's edge as a share of the distance it is cast over.
    """

    direction: tuple[float, float, float] = (-0.35, -0.66, 0.66)
    key: Colour = (0.62, 0.6, 0.57)
    ambient: Colour = (0.46, 0.47, 0.5)
    softness: float = 0.15

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Light":
        """A hall's lamps, a window, the sun, or a dim cellar."""
        azimuth = np.radians(rng.uniform(-70, 70))
        height = np.radians(rng.uniform(20, 75))
        direction = (
            float(np.sin(azimuth) * np.cos(height)),
            float(-np.cos(azimuth) * np.cos(height)),
            float(np.sin(height)),
        )
        level = float(rng.choice([0.6, 0.8, 1.0, 1.1, 1.2]) * rng.uniform(0.9, 1.1))
        share = float(rng.uniform(0.15, 0.6))
        warmth = float(rng.normal(0, 0.06))
        tint = np.array([1 + warmth, 1.0, 1 - warmth])
        cool = np.array([1 - 0.5 * warmth, 1.0, 1 + 0.5 * warmth])
        key = tuple(float(c) for c in 1.08 * level * share * tint)
        ambient = tuple(float(c) for c in 1.08 * level * (1 - share) * cool)
        softness = float(rng.choice([0.03, 0.12, 0.25, 0.4]))
        return cls(direction, key, ambient, softness)  # type: ignore[arg-type]

    def shade(
        self, normals: Float32[np.ndarray, "*n 3"], lit: Float32[np.ndarray, "*n"] | float = 1.0
    ) -> Float32[np.ndarray, "*n 3"]:
        """What a matt surface's own colour is multiplied with.

        Args:
            normals: Unit, in the world's coordinates.
            lit: Share of the lamp that reaches the surface, 0 in the shadow.
        """
        facing = np.maximum(normals @ np.array(self.direction, np.float32), 0) * lit
        above = np.float32(0.75) + np.float32(0.25) * normals[..., 2]
        shade: np.ndarray = (
            facing[..., None] * np.array(self.key, np.float32)
            + above[..., None] * np.array(self.ambient, np.float32)
        ).astype(np.float32)
        return shade
