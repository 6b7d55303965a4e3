"""Hair that hangs from a head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from climbpose.synth.body import Body
from climbpose.synth.figure.outfit import Outfit

AROUND = 28
"""Vertices around a ring."""


@dataclass(frozen=True, eq=False)
class HangingHair:
    """A ponytail or long loose hair: a chain that falls, lies on the back, and carries rings.

    Attributes:
        body: Whose, dressed.
        root: Where it begins, at the body's rest.
        length_m: Of the chain.
        half_width_m: Of each ring, to the sides.
        half_depth_m: Of each ring, to front and back.
        away: How far it first goes backwards, as a share of the fall.
        back_height: Heights on the trunk at rest, rising.
        back_depth: y of the trunk's back there.
        ragged_m: How much further down than its ring each vertex is.
    """

    body: Body
    root: Float[np.ndarray, "3"]
    length_m: float
    half_width_m: Float[np.ndarray, " rings"]
    half_depth_m: Float[np.ndarray, " rings"]
    away: float
    back_height: Float[np.ndarray, " heights"]
    back_depth: Float[np.ndarray, " heights"]
    ragged_m: Float[np.ndarray, "rings around"]

    @classmethod
    def of(cls, body: Body, outfit: Outfit, rings: int, rng: np.random.Generator) -> "HangingHair":
        """The hair of a dressed body, in `rings` rings."""
        scale = float(np.ptp(body.vertices[:, 2])) / 1.76
        ear = body.point("left_ear") / scale
        share = np.linspace(0, 1, rings)
        tip = np.clip((1 - share) / 0.2, 0.25, 1) ** 0.6
        if outfit.hair == "long":
            root = np.array([0, ear[1] + 0.065, ear[2] + 0.07])
            tip = np.clip((1 - share) / 0.12, 0.65, 1)
            wide = (0.075 + 0.03 * np.sin(np.pi * share)) * tip
            deep = (0.05 - 0.03 * share) * tip
            away = 0.15
        else:
            root = np.array([0, ear[1] + 0.105, ear[2] + 0.05])
            bulge = 0.016 + 0.02 * np.sin(np.pi * np.minimum(share * 1.2, 1))
            wide, deep, away = bulge * tip, 0.85 * bulge * tip, 0.9
        heights = np.linspace(0.95, 1.55, 25) * scale
        near = body.vertices[np.abs(body.vertices[:, 0]) < 0.12 * scale]
        bands = [near[np.abs(near[:, 2] - height) < 0.03, 1] for height in heights]
        depth = np.array([band.max(initial=0.0) for band in bands])
        length = outfit.hair_length * scale
        ragged = 0.12 * length * rng.normal(size=AROUND) * share[:, None] ** 6
        return cls(
            body, root * scale, length, wide * scale, deep * scale, away, heights, depth, ragged
        )

    def hang(
        self, rotations: Float[np.ndarray, "bones 3 3"], joints: Float[np.ndarray, "bones 3"]
    ) -> Float32[np.ndarray, "vertices 3"]:
        """The rings' vertices in a posture."""
        head, chest = self.body.bone("head"), self.body.bone("spine02")
        turn = rotations[head].astype(np.float64)
        start = joints[head] + turn @ (self.root - self.body.heads[head])
        rings = len(self.half_width_m)
        step = self.length_m / (rings - 1)
        down = np.array([0, 0, -1.0])
        chain = [start - 0.25 * step * turn[:, 1]]
        for k in range(1, rings):
            stiff = self.away * np.exp(-1.2 * (k - 1))
            way = down + stiff * turn[:, 1] - 0.6 * stiff * turn[:, 2]
            chain.append(chain[-1] + step * way / np.linalg.norm(way))
            chain[-1] = self._before_back(chain[-1], rotations[chest], joints[chest], k)
        return self._rings(np.array(chain), turn[:, 0])

    def _before_back(
        self, point: np.ndarray, turn: np.ndarray, joint: np.ndarray, ring: int
    ) -> np.ndarray:
        """The point, pushed out of the trunk."""
        rest = turn.T @ (point - joint) + self.body.head("spine02")
        if not self.back_height[0] < rest[2] < self.back_height[-1] or abs(rest[0]) > 0.25:
            return point
        surface = float(np.interp(rest[2], self.back_height, self.back_depth))
        short = surface + 0.7 * float(self.half_depth_m[ring]) - rest[1]
        # Hair that has fallen over a shoulder stays in front.
        if 0 < short < 0.22:
            point = point + short * turn[:, 1]
        return np.asarray(point)

    def _rings(self, chain: np.ndarray, left: np.ndarray) -> Float32[np.ndarray, "vertices 3"]:
        along = np.gradient(chain, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        across = left - (along @ left)[:, None] * along
        across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
        back = np.cross(across, along)
        turns = 2 * np.pi * np.arange(AROUND) / AROUND
        wide = (self.half_width_m[:, None] * np.cos(turns))[..., None] * across[:, None]
        deep = (self.half_depth_m[:, None] * np.sin(turns))[..., None] * back[:, None]
        ragged = self.ragged_m[..., None] * along[:, None]
        placed: np.ndarray = (
            (chain[:, None] + wide + deep + ragged).reshape(-1, 3).astype(np.float32)
        )
        return placed
