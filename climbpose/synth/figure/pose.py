"""A clothed surface in a posture, and the light on it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from climbpose.synth.climb import Wall
from climbpose.synth.figure.doll import Doll, corner_sums, relax, surface_normals
from climbpose.synth.figure.shadow import LightView, surface_samples
from climbpose.synth.light import Light

_TEXEL = 0.02
"""Of the lamp's view, metres."""
_APART = 0.022
"""Metres from one point of the surface that the lamp sees to the next."""


@dataclass(frozen=True, eq=False)
class Pose:
    """The clothed surface at one moment.

    Attributes:
        vertices: In the world, metres.
        normals: Unit.
        facing: Share of the lamp's light that each vertex gets.
        above: Of the room's.
        lamp: Direction to the lamp along the picture's x and up in the rest's coordinates.
        sky: As `lamp`, upwards.
        bend: Of the nearest joint, right angles.
        light_view: The surface as the lamp sees it.
    """

    vertices: Float32[np.ndarray, "vertices 3"]
    normals: Float32[np.ndarray, "vertices 3"]
    facing: Float32[np.ndarray, " vertices"]
    above: Float32[np.ndarray, " vertices"]
    lamp: Float32[np.ndarray, "vertices 2"]
    sky: Float32[np.ndarray, "vertices 2"]
    bend: Float32[np.ndarray, " vertices"]
    light_view: LightView


class Poser:
    """Puts a dressed body into postures."""

    def __init__(self, doll: Doll, light: Light, wall: Wall) -> None:
        """Prepare.

        Args:
            doll: The dressed body.
            light: Where it stands.
            wall: Before which wall.
        """
        self._doll = doll
        self._light = light
        self._wall = wall
        self._gather = corner_sums(doll.body.triangles, len(doll.body.vertices))
        self._samples = surface_samples(doll.body.vertices, doll.body.triangles, _APART)

    def pose(
        self, rotations: Float[np.ndarray, "bones 3 3"], joints: Float[np.ndarray, "bones 3"]
    ) -> Pose:
        """The clothed surface in a posture, and its light.

        Args:
            rotations: Of each bone, from rest directions to the world's.
            joints: Where each bone begins, metres.
        """
        doll = self._doll
        vertices = doll.body.skin(rotations, joints)
        skin = slice(0, doll.skin_count)
        vertices[skin] = relax(vertices[skin], doll.neighbours, doll.looseness)
        if doll.hair is not None:
            vertices[doll.hair_rows] = doll.hair.hang(rotations, joints)
        normals = surface_normals(vertices, doll.body.triangles, self._gather)
        direction = np.array(self._light.direction)
        view = LightView.of(self._samples @ vertices, direction, _TEXEL, is_dense=True)
        sky = LightView.of(vertices, np.array([0, -0.35, 0.94]), 0.035)
        lit = view.lit(vertices + 0.02 * normals, 0.02, 1.0)
        facing = normals @ direction.astype(np.float32)
        turned = rotations.astype(np.float32)
        return Pose(
            vertices=vertices,
            normals=normals,
            facing=np.where(facing > 0, facing * lit, facing),
            above=self._room_light(vertices, normals, sky),
            lamp=self._mixed(np.einsum("bij,i->bj", turned, direction)[:, [0, 2]]),
            sky=self._mixed(turned[:, 2][:, [0, 2]]),
            bend=self._mixed(self._bends(turned)[:, None])[:, 0],
            light_view=view,
        )

    def _mixed(self, of_bones: Float[np.ndarray, "bones n"]) -> Float32[np.ndarray, "vertices n"]:
        """Values of bones at the vertices that they move."""
        body = self._doll.body
        values = of_bones.astype(np.float32)[body.vertex_bones]
        mixed: np.ndarray = np.einsum("vk,vkn->vn", body.vertex_weights, values)
        return mixed

    def _bends(self, rotations: np.ndarray) -> Float32[np.ndarray, " bones"]:
        """How far each bone is turned against its parent, or its child against it; right angles."""
        parents = np.array(self._doll.body.parents)
        own = np.zeros(len(parents), np.float32)
        trace = np.einsum("bij,bij->b", rotations[1:], rotations[parents[1:]])
        own[1:] = np.arccos(np.clip((trace - 1) / 2, -1, 1)) / (np.pi / 2)
        most = own.copy()
        np.maximum.at(most, parents[1:], own[1:])
        return most

    def _room_light(
        self, vertices: np.ndarray, normals: np.ndarray, sky: LightView
    ) -> Float32[np.ndarray, " vertices"]:
        """Share of the room's light: less under the body's own parts and close to the wall."""
        open_sky = sky.lit(vertices + np.float32(0.04) * normals, 0.05, 1.4)
        axis = self._wall.axes[2].astype(np.float32)
        gap = np.maximum(vertices @ axis, 0)
        into_wall = np.maximum(-(normals @ axis), 0)
        closed = into_wall * np.exp(-gap / np.float32(0.25))
        above = np.float32(0.75) + np.float32(0.25) * normals[:, 2]
        share: np.ndarray = above * (1 - 0.4 * (1 - open_sky)) * (1 - 0.55 * closed)
        return share.astype(np.float32)
