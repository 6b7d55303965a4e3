"""What makes a posture costly: the residuals of one frame, each in units of what is tolerable."""

import numpy as np
from jaxtyping import Float

from climbpose.synth.climb import Plan
from climbpose.synth.motion.rig import SPINE, SWIVEL, TURN, Aim, Posture, Rig
from climbpose.synth.motion.rotation import apply, unit
from climbpose.synth.motion.touching import Touching

MASSES = {
    "pelvis": 0.142,
    "belly": 0.139,
    "chest": 0.216,
    "head": 0.081,
    "upper_arm": 0.028,
    "forearm": 0.016,
    "hand": 0.006,
    "thigh": 0.1,
    "shin": 0.0465,
    "foot": 0.0145,
}
"""Shares of the body's mass (Winter, Biomechanics and Motor Control of Human Movement)."""

REACH = 0.985
"""Share of a limb's straight length above which a contact is hard to keep."""

SWIVEL_RANGE = 1.9
"""Of elbows and knees about their limb, each way from the middle, radians."""

MARGIN = 0.03
"""Of skin from the wall, metres: clothes and a hand's breadth to move."""


class Cost:
    """The residuals of postures against a plan.

    All methods take a leading axis of variants before the frames, so that a Jacobian by finite
    differences is one call.
    """

    def __init__(self, plan: Plan, rig: Rig, touching: Touching) -> None:
        self.plan = plan
        self.rig = rig
        self._straight = rig.lengths.sum(axis=0)
        self._scale = float(self._straight[2]) / 0.86
        held = plan.in_contact.astype(float)
        near = touching.closeness * (1 - touching.looseness)
        self._reach = np.where(plan.in_contact, 1 / 0.004, 1 / (0.12 - 0.09 * near))
        self._extension = (0.35 + 0.65 * np.maximum(held, touching.looseness)) / 0.08
        self._lean = plan.trunk_weight[:, None] / 0.22
        self._pelvis = np.where(plan.airborne, 1.2, 7.0)[:, None]
        self._support, self._stands = self._supports()
        self._skin = _wall_points(rig)
        self._out = plan.wall.axes[2]
        self._up = plan.wall.axes[1]

    def __call__(
        self, freedoms: Float[np.ndarray, "*n 13"], posture: Posture, aim: Aim
    ) -> Float[np.ndarray, "*n terms"]:
        """The residuals of postures."""
        parts = [
            self._lengths(posture),
            self._wishes(freedoms, posture),
            self._walls(posture),
            self._limits(freedoms, posture),
            self._bodies(posture),
            self._balance(posture),
        ]
        return np.concatenate(parts, axis=-1)

    def centre_of_mass(self, posture: Posture) -> Float[np.ndarray, "*n 3"]:
        """Estimate from the segments' masses, metres."""
        origin, middle, end = posture.origin, posture.middle, posture.end
        upper = origin + 0.433 * (middle - origin)
        lower = middle + 0.433 * (end - middle)
        pelvis = 0.5 * (posture.root + origin[..., 2:, :].mean(axis=-2))
        chest = 0.5 * (posture.spine_heads[..., 3, :] + posture.spine_heads[..., 4, :])
        arms = (
            MASSES["upper_arm"] * upper[..., :2, :]
            + MASSES["forearm"] * lower[..., :2, :]
            + MASSES["hand"] * end[..., :2, :]
        )
        legs = (
            MASSES["thigh"] * upper[..., 2:, :]
            + MASSES["shin"] * lower[..., 2:, :]
            + MASSES["foot"] * end[..., 2:, :]
        )
        centre: np.ndarray = (
            MASSES["pelvis"] * pelvis
            + MASSES["belly"] * posture.spine_heads[..., 2, :]
            + MASSES["chest"] * chest
            + MASSES["head"] * posture.on_chest(self.rig.head_offset)
            + arms.sum(axis=-2)
            + legs.sum(axis=-2)
        )
        return centre

    def _lengths(self, posture: Posture) -> np.ndarray:
        """Too long, too short, and not as straight as wished."""
        wanted = posture.wanted
        metres = self._straight * self._reach
        return np.concatenate(
            [
                np.maximum(wanted - REACH, 0) * metres,
                np.maximum(0.33 - wanted, 0) * metres,
                np.maximum(0.4 - wanted, 0) / 0.05,
                (wanted - self.plan.extension) * self._extension,
            ],
            axis=-1,
        )

    def _wishes(self, freedoms: np.ndarray, posture: Posture) -> np.ndarray:
        """Pelvis, trunk and the swivels' poles."""
        hips = posture.origin[..., 2:, :].mean(axis=-2)
        direction = unit(posture.end - posture.origin)
        pole = self.plan.pole
        across = pole - np.einsum("...i,...i->...", pole, direction)[..., None] * direction
        size = np.sqrt(np.einsum("...i,...i->...", across, across))[..., None]
        turned = (
            posture.bend * np.minimum(size, 0.6) - across * np.minimum(1, 0.6 / (size + 1e-6))
        ) / 0.3
        return np.concatenate(
            [
                (hips - self.plan.pelvis) * self._pelvis,
                freedoms[..., TURN] * self._lean,
                freedoms[..., TURN] / 0.8,
                freedoms[..., SPINE] / [0.35, 0.22, 0.3],
                freedoms[..., SWIVEL] / 3.0,
                turned.reshape(*turned.shape[:-2], 12),
            ],
            axis=-1,
        )

    def _walls(self, posture: Posture) -> np.ndarray:
        """Points that must stay before the wall and over the floor."""
        points = [
            posture.root[..., None, :] + apply(posture.pelvis[..., None, :, :], self._skin[0]),
            posture.spine_heads[..., 2, None, :]
            + apply(posture.spine[..., 2, None, :, :], self._skin[1]),
            posture.spine_heads[..., 4, None, :]
            + apply(posture.chest[..., None, :, :], self._skin[2]),
        ]
        head = posture.on_chest(self.rig.head_offset)
        trunk = np.concatenate(points, axis=-2)
        gap = np.concatenate(
            [
                MARGIN - trunk @ self._out,
                0.16 - (head @ self._out)[..., None],
                [0.08, 0.08, 0.09, 0.09] - posture.middle @ self._out,
                0.06 - posture.end @ self._out,
            ],
            axis=-1,
        )
        top = self.plan.wall.height_m
        over = np.concatenate([trunk, head[..., None, :], posture.middle, posture.end], axis=-2)
        inside = np.minimum(np.maximum(gap, 0), np.maximum(top - over @ self._up, 0))
        low = np.concatenate(
            [
                0.12 - posture.origin[..., 2],
                0.06 - posture.middle[..., 2],
                0.05 - posture.end[..., 2],
            ],
            axis=-1,
        )
        return np.concatenate([inside, np.maximum(low, 0)], axis=-1) / 0.01

    def _limits(self, freedoms: np.ndarray, posture: Posture) -> np.ndarray:
        """Joints beyond their ranges."""
        spine = freedoms[..., SPINE]
        high, low = np.radians([60, 30, 40]), np.radians([-25, -30, -40])
        thigh = posture.middle[..., 2:, :] - posture.origin[..., 2:, :]
        thigh = unit(np.einsum("...ji,...kj->...ki", posture.pelvis, thigh))
        outward = thigh[..., 0] * [1.0, -1.0]
        arm = posture.middle[..., :2, :] - posture.origin[..., :2, :]
        arm = unit(np.einsum("...ji,...kj->...ki", posture.chest, arm))
        inward = arm[..., 0] * [-1.0, 1.0]
        hinges = [
            0.3 * (np.abs(freedoms[..., SWIVEL]) - SWIVEL_RANGE),
            spine - high,
            low - spine,
            thigh[..., 1] - np.sin(np.radians(25)),
            thigh[..., 2] - np.sin(np.radians(42)),
            outward - 0.95,
            -outward - 0.35,
            arm[..., 1] - np.sin(np.radians(40)),
            inward - 0.75,
        ]
        beyond: np.ndarray = np.maximum(np.concatenate(hinges, axis=-1), 0) / 0.05
        return beyond

    def _bodies(self, posture: Posture) -> np.ndarray:
        """Limbs that would run through the trunk, the head or each other."""
        scale = self._scale
        base = posture.spine_heads[..., 1, None, :]
        axis = posture.spine_heads[..., 4, None, :] - base
        forearm = 0.5 * (posture.middle + posture.end)[..., :2, :]
        arms = np.concatenate([posture.middle[..., :2, :], forearm, posture.end[..., :2, :]], -2)
        knees = posture.middle[..., 2:, :]
        points = np.concatenate([arms, knees], axis=-2)
        size = np.einsum("...i,...i->...", axis, axis)
        along = np.clip(np.einsum("...i,...i->...", points - base, axis) / size, 0, 1.15)
        trunk = _length(points - base - along[..., None] * axis)
        head = posture.on_chest(self.rig.head_offset)[..., None, :]
        lower = (posture.end - posture.middle)[..., 2:, :]
        upper = (posture.middle - posture.origin)[..., 2:, :]
        apart = []
        for left in (0.0, 0.5, 1.0):
            for right in (0.0, 0.5, 1.0):
                gap = knees[..., 0, :] + left * lower[..., 0, :]
                gap = gap - knees[..., 1, :] - right * lower[..., 1, :]
                apart.append((0.125 if left + right < 1 else 0.1) * scale - _length(gap))
        legs = np.concatenate([knees, knees + 0.5 * lower, knees - 0.5 * upper], axis=-2)
        across = _length(arms[..., :, None, :] - legs[..., None, :, :])
        hinges = [
            0.11 * scale - across.reshape(*across.shape[:-2], 36),
            np.array([0.2] * 2 + [0.19] * 2 + [0.17] * 2 + [0.19] * 2) * scale - trunk,
            0.15 * scale - _length(arms - head),
            np.stack(apart, axis=-1),
        ]
        inside: np.ndarray = np.maximum(np.concatenate(hinges, axis=-1), 0) / 0.03
        return inside

    def _balance(self, posture: Posture) -> np.ndarray:
        """The weight's distance from what carries it, seen along the wall and from above."""
        centre = self.centre_of_mass(posture)
        gap = centre - self._support
        right = (gap @ self.plan.wall.axes[0])[..., None]
        aside: np.ndarray = right * self._stands
        return aside

    def _supports(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the weight is carried, and how much it matters to be there."""
        plan = self.plan
        share = plan.in_contact * np.array([0.3, 0.3, 1.0, 1.0]) + 1e-9
        support = np.einsum("fl,flc->fc", share, plan.target) / share.sum(axis=1)[:, None]
        feet = plan.in_contact[:, 2:].sum(axis=1)
        matters = np.where(feet > 0, 1 / 0.2, np.where(plan.in_contact.any(axis=1), 1 / 0.3, 0.0))
        return support, matters[:, None]


def _wall_points(rig: Rig) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of the skin at the front and sides of pelvis, belly and chest, from their bones."""
    body = rig.body
    vertices = body.vertices.astype(float)
    scale = float(np.ptp(vertices[:, 2]))
    result = []
    for bone, heights in (("root", (-0.01, 0.03)), ("spine03", (0.0,)), ("spine01", (0.0, 0.05))):
        head = body.head(bone).astype(float)
        points = []
        for height in heights:
            near = np.abs(vertices[:, 2] - head[2] - height * scale) < 0.02 * scale
            trunk = vertices[near & (np.abs(vertices[:, 0]) < 0.105 * scale)]
            for aside in (-0.06, 0.0, 0.06):
                column = trunk[np.abs(trunk[:, 0] - aside * scale) < 0.02 * scale]
                points.append(column[column[:, 1].argmin()] - head)
            if bone == "root":
                points += [trunk[trunk[:, 0].argmin()] - head, trunk[trunk[:, 0].argmax()] - head]
        result.append(np.stack(points))
    return result[0], result[1], result[2]


def _length(vector: np.ndarray) -> np.ndarray:
    length: np.ndarray = np.sqrt(np.einsum("...i,...i->...", vector, vector))
    return length
