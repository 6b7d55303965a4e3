"""The climber's body: a mesh, its bones, and where its keypoints are."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int64

from climbpose.skeleton import CLIMBING_25

_SIDES = ("left", "right")


def _definition(**points: str) -> tuple[str, ...]:
    """The baked point of each keypoint, in the skeleton's order."""
    names = []
    for keypoint in CLIMBING_25.keypoints:
        side, _, part = keypoint.partition("_")
        names.append(f"{side}_{points[part]}" if side in _SIDES else points[keypoint])
    return tuple(names)


DEFINITIONS: dict[str, tuple[str, ...]] = {
    "detector": _definition(
        nose="nose",
        ear="ear",
        shoulder="shoulder",
        elbow="elbow_surface",
        wrist="wrist",
        pinky="pinky",
        index="index",
        thumb="thumb",
        hip="hip",
        knee="knee",
        ankle="ankle_surface",
        heel="heel_surface",
        toes="toe_tip",
    ),
    "anatomical": _definition(
        nose="nose_tip",
        ear="ear",
        shoulder="shoulder",
        elbow="elbow",
        wrist="wrist",
        pinky="pinky",
        index="index",
        thumb="thumb",
        hip="hip",
        knee="knee",
        ankle="ankle",
        heel="heel_surface",
        toes="toe_tip",
    ),
}
"""Two written definitions of the 25 keypoints, by baked point.

``detector`` is the one nearest to what BlazePose marks. ``anatomical`` takes rotation centres of
the shoulder, elbow, wrist, hip, knee and ankle; knuckles (metacarpophalangeal) of index, little
finger and thumb; tip of the nose, tragus, rearmost part of the heel, tip of the big toe.
"""


@dataclass(frozen=True)
class BodyShape:
    """Which body: a mixture of the baked ones, scaled.

    Attributes:
        mixture: Shares by name of the baked shape; they sum to one.
        stature_m: Height standing, metres.
    """

    mixture: dict[str, float]
    stature_m: float

    @classmethod
    def base(cls) -> "BodyShape":
        """The body where bodies do not vary."""
        return cls({"man": 1.0}, 1.76)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "BodyShape":
        """A grown woman or man, or sometimes a youth."""
        names = [str(name) for name in _baked()["shapes"]]
        is_woman = rng.random() < 0.45
        kin = [n for n in names if n == "youth" or n.endswith("woman") == is_woman]
        shares = rng.dirichlet([0.25 if n == "youth" else 0.6 for n in kin])
        kept = {n: float(s) for n, s in zip(kin, shares, strict=True) if s > 0.02}
        total = sum(kept.values())
        mixture = {n: round(s / total, 4) for n, s in kept.items()}
        mixture[max(mixture, key=lambda n: mixture[n])] += 1 - sum(mixture.values())
        mean = 1.66 if is_woman else 1.77
        mean -= 0.12 * mixture.get("youth", 0.0)
        return cls(mixture, round(float(np.clip(rng.normal(mean, 0.065), 1.45, 1.98)), 3))


@lru_cache(maxsize=1)
def _baked() -> dict[str, np.ndarray]:
    source = resources.files("climbpose.synth") / "bodies.npz"
    with resources.as_file(source) as path, np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


@dataclass(frozen=True, eq=False)
class Body:
    """A body at rest: arms half raised, soles at height 0.

    Metres; x to the body's left, y to its back, z up. A bone turns about its head and is given by
    the rotation of its rest directions to the world's, whatever its parent does; so at rest all
    rotations are the identity.

    Attributes:
        vertices: At rest.
        triangles: Rows of vertices, counter-clockwise seen from outside; a closed surface.
        vertex_bones: Up to four bones that move a vertex.
        vertex_weights: Their shares, which sum to one.
        bones: Names, a parent before its children; ``.L`` and ``.R`` are the body's left and right.
        parents: Of each bone, -1 for the first.
        heads: Where each bone begins.
        points: Names of the marked points.
        point_rest: The marked points at rest.
        point_bones: As `vertex_bones`.
        point_weights: As `vertex_weights`.
    """

    vertices: Float32[np.ndarray, "vertices 3"]
    triangles: Int64[np.ndarray, "triangles 3"]
    vertex_bones: Int64[np.ndarray, "vertices 4"]
    vertex_weights: Float32[np.ndarray, "vertices 4"]
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Float32[np.ndarray, "bones 3"]
    points: tuple[str, ...]
    point_rest: Float32[np.ndarray, "points 3"]
    point_bones: Int64[np.ndarray, "points 4"]
    point_weights: Float32[np.ndarray, "points 4"]

    @classmethod
    def of(cls, shape: BodyShape) -> "Body":
        """The body of a shape."""
        baked = _baked()
        names = [str(name) for name in baked["shapes"]]
        shares = np.array([shape.mixture.get(name, 0.0) for name in names])

        def mixed(key: str) -> Any:
            return np.tensordot(shares, baked[key] * 1e-4, axes=1)

        vertices = mixed("vertices")
        scale = shape.stature_m / float(np.ptp(vertices[:, 2]))
        ground = vertices[:, 2].min() * np.array([0, 0, 1.0])

        def placed(metres: np.ndarray) -> np.ndarray:
            scaled: np.ndarray = ((metres - ground) * scale).astype(np.float32)
            return scaled

        return cls(
            vertices=placed(vertices),
            triangles=baked["triangles"].astype(np.int64),
            vertex_bones=baked["vertex_bones"].astype(np.int64),
            vertex_weights=(baked["vertex_weights"] / 255).astype(np.float32),
            bones=tuple(str(name) for name in baked["bones"]),
            parents=tuple(int(parent) for parent in baked["parents"]),
            heads=placed(mixed("heads")),
            points=tuple(str(name) for name in baked["points"]),
            point_rest=placed(mixed("point_rest")),
            point_bones=baked["point_bones"].astype(np.int64),
            point_weights=(baked["point_weights"] / 255).astype(np.float32),
        )

    @cached_property
    def _bone_rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.bones)}

    def bone(self, name: str) -> int:
        """Row of a bone."""
        return self._bone_rows[name]

    def head(self, name: str) -> Float32[np.ndarray, "3"]:
        """Where a bone begins, at rest."""
        head: np.ndarray = self.heads[self.bone(name)]
        return head

    def point(self, name: str) -> Float32[np.ndarray, "3"]:
        """A marked point, at rest."""
        point: np.ndarray = self.point_rest[self.points.index(name)]
        return point

    def joints(
        self,
        rotations: Float[np.ndarray, "*frames bones 3 3"],
        root: Float[np.ndarray, "*frames 3"],
    ) -> Float[np.ndarray, "*frames bones 3"]:
        """Where the bones begin in a posture.

        Args:
            rotations: Of each bone, from rest directions to the world's.
            root: Where the first bone begins, metres.
        """
        heads = np.empty((*root.shape[:-1], len(self.bones), 3), rotations.dtype)
        heads[..., 0, :] = root
        for row, parent in list(enumerate(self.parents))[1:]:
            offset = self.heads[row] - self.heads[parent]
            heads[..., row, :] = heads[..., parent, :] + rotations[..., parent, :, :] @ offset
        return heads

    def skin(
        self, rotations: Float[np.ndarray, "bones 3 3"], joints: Float[np.ndarray, "bones 3"]
    ) -> Float32[np.ndarray, "vertices 3"]:
        """The vertices in a posture, by linear blend skinning."""
        placed: np.ndarray = _skinned(
            self.vertices, self.vertex_bones, self.vertex_weights, self.heads, rotations, joints
        )
        return placed

    def marks(
        self,
        rotations: Float[np.ndarray, "frames bones 3 3"],
        joints: Float[np.ndarray, "frames bones 3"],
    ) -> Float32[np.ndarray, "frames points 3"]:
        """The marked points in each posture."""
        return np.stack(
            [
                _skinned(
                    self.point_rest, self.point_bones, self.point_weights, self.heads, turn, head
                )
                for turn, head in zip(rotations, joints, strict=True)
            ]
        )

    def keypoints(
        self,
        rotations: Float[np.ndarray, "frames bones 3 3"],
        joints: Float[np.ndarray, "frames bones 3"],
        definition: str = "detector",
    ) -> Float32[np.ndarray, "frames 25 3"]:
        """The skeleton's keypoints in each posture, metres.

        Args:
            rotations: As for `skin`, for each frame.
            joints: As for `skin`, for each frame.
            definition: A name of `DEFINITIONS`.
        """
        rows = [self.points.index(name) for name in DEFINITIONS[definition]]
        return self.marks(rotations, joints)[:, rows]

    def centre_of_mass(self, vertices: Float[np.ndarray, "vertices 3"]) -> Float[np.ndarray, "3"]:
        """Centre of the volume that the mesh encloses in a posture.

        Each triangle spans a tetrahedron with the vertices' mean; the signed sum is the body's
        (the divergence theorem).
        """
        origin = vertices.mean(axis=0)
        a, b, c = (vertices[self.triangles[:, k]] - origin for k in range(3))
        volumes = np.einsum("tc,tc->t", a, np.cross(b, c))
        centre: np.ndarray = origin + volumes @ (a + b + c) / (4 * volumes.sum())
        return centre


def _skinned(
    rest: np.ndarray,
    bones: np.ndarray,
    weights: np.ndarray,
    heads: np.ndarray,
    rotations: np.ndarray,
    joints: np.ndarray,
) -> np.ndarray:
    """Points that follow a weighted mean of their bones' motions."""
    rotations = rotations.astype(np.float32)
    shift = joints.astype(np.float32) - np.einsum("bij,bj->bi", rotations, heads)
    motion = np.concatenate([rotations, shift[..., None]], axis=2).reshape(len(heads), 12)
    blended = np.einsum("vk,vkm->vm", weights, motion[bones]).reshape(-1, 3, 4)
    placed: np.ndarray = np.einsum("vij,vj->vi", blended[:, :, :3], rest) + blended[:, :, 3]
    return placed
