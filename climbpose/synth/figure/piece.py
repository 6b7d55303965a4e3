"""A surface that is worn over the body's own."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Int64
from scipy.spatial import cKDTree

from climbpose.synth.body import Body
from climbpose.synth.figure.hair import AROUND
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.sites import Sites


@dataclass(frozen=True, eq=False)
class Piece:
    """A surface of its own that follows the body's bones.

    Attributes:
        vertices: At the body's rest, metres.
        triangles: Rows of vertices, counter-clockwise seen from outside.
        uv: Where its own picture is painted on each corner of each triangle.
        bones: Up to four that move a vertex.
        weights: Their shares.
        colour: Its own picture.
        height: Of the folds on it, metres.
        rings: Of hair that hangs: rings of vertices from the scalp down; 0 for all else.
    """

    vertices: Float32[np.ndarray, "vertices 3"]
    triangles: Int64[np.ndarray, "triangles 3"]
    uv: Float32[np.ndarray, "triangles 3 2"]
    bones: Int64[np.ndarray, "vertices 4"]
    weights: Float32[np.ndarray, "vertices 4"]
    colour: Float32[np.ndarray, "_rows _cols 3"]
    height: Float32[np.ndarray, "_rows _cols"]
    rings: int = 0


@dataclass(frozen=True, eq=False)
class Wearer:
    """A body with its tight clothes on, to which pieces are fitted.

    Attributes:
        body: Its vertices stand off the skin by the clothes.
        sites: Where on the body they are.
        outfit: What is worn.
        seed: Of the patterns on the clothes.
    """

    body: Body
    sites: Sites
    outfit: Outfit
    seed: int

    @cached_property
    def scale(self) -> float:
        """Metres of this body to one of the body of 1.76 m."""
        return float(np.ptp(self.body.vertices[:, 2])) / 1.76

    def rigid(self, bone: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Bones and weights of vertices that one bone moves."""
        bones = np.full((count, 4), self.body.bone(bone))
        weights = np.zeros((count, 4), np.float32)
        weights[:, 0] = 1
        return bones, weights

    def followed(
        self, points: np.ndarray, among: np.ndarray, together: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Bones and weights of points that go with the part of the body near to them.

        Args:
            points: Rings of points.
            among: Which of the body's vertices they may follow.
            together: How much each point goes with its whole ring, 0 to 1.
        """
        rows = np.flatnonzero(among)
        _, near = cKDTree(self.body.vertices[rows]).query(points, 14)
        total = np.zeros((len(points), len(self.body.bones)))
        for k in range(14):
            source = rows[near[:, k]]
            for j in range(4):
                bone = self.body.vertex_bones[source, j]
                total[np.arange(len(points)), bone] += self.body.vertex_weights[source, j]
        rings = total.reshape(-1, AROUND, len(self.body.bones))
        rings = (1 - together) * rings + together * rings.mean(axis=1, keepdims=True)
        total = rings.reshape(total.shape)
        bones = np.argsort(-total, axis=1)[:, :4]
        weights = np.take_along_axis(total, bones, axis=1)
        return bones, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def tube_grid(
    rings: int,
) -> tuple[Int64[np.ndarray, "triangles 3"], Float32[np.ndarray, "triangles 3 2"]]:
    """Triangles of a tube of rings, and their corners as shares around and along it."""
    ring, around = np.meshgrid(np.arange(rings - 1), np.arange(AROUND), indexing="ij")
    corner = ring * AROUND + around
    right = ring * AROUND + (around + 1) % AROUND
    below, across = corner + AROUND, right + AROUND
    triangles = np.stack([corner, below, right, right, below, across], -1).reshape(-1, 3)
    u, v = around / AROUND, ring / (rings - 1)
    du, dv = 1 / AROUND, 1 / (rings - 1)
    places = [(0, 0), (0, dv), (du, 0), (du, 0), (0, dv), (du, dv)]
    uv = np.stack([np.stack([u + a, v + b], -1) for a, b in places], -2).reshape(-1, 3, 2)
    return triangles, uv.astype(np.float32)
