"""A posture's few degrees of freedom, and the joints that follow from them.

A posture has 13 numbers: where the middle of the hips is (3), how the pelvis is turned from the
wished trunk (rotation vector, 3), how the spine bends (rotation vector in the body's axes: positive
x flexes, y bends sideways, z twists; 3) and a swivel for each limb (4), the angle of the elbow or
knee about the line from shoulder to wrist or hip to ankle. Where wrists and ankles are follows from
what the limbs hold; two bones and their ends leave nothing else open.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from climbpose.synth.body import Body
from climbpose.synth.climb import Limb
from climbpose.synth.motion.rotation import apply, between, cross, eased, frame, turned, unit

FREEDOMS = 13
PELVIS, TURN, SPINE, SWIVEL = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 13)

SPINE_BONES = ("spine05", "spine04", "spine03", "spine02", "spine01")
SPINE_SHARES = np.array([0.12, 0.36, 0.6, 0.82, 1.0])
"""Of the whole bend, what each bone of the spine has reached."""

LIMB_BONES = {
    Limb.LEFT_HAND: ("upperarm01.L", "upperarm02.L", "lowerarm01.L", "lowerarm02.L", "wrist.L"),
    Limb.RIGHT_HAND: ("upperarm01.R", "upperarm02.R", "lowerarm01.R", "lowerarm02.R", "wrist.R"),
    Limb.LEFT_FOOT: ("upperleg01.L", "upperleg02.L", "lowerleg01.L", "lowerleg02.L", "foot.L"),
    Limb.RIGHT_FOOT: ("upperleg01.R", "upperleg02.R", "lowerleg01.R", "lowerleg02.R", "foot.R"),
}

LONGEST, SHORTEST = 0.996, 0.3
"""A limb's greatest and least length, as shares of the straight one."""

RAISE, RAISE_STRETCH = 0.3, 0.28
"""How far the collar bone rises with the arm, and more with a stretched one, radians."""


def limb_lengths(body: Body) -> Float[np.ndarray, "4"]:
    """Straight lengths from shoulder to wrist and from hip to ankle, metres."""
    lengths: np.ndarray = rig_of(body).lengths.sum(axis=0)
    return lengths


def reach(body: Body) -> Float[np.ndarray, "4"]:
    """Straight lengths from shoulder to gripping fingers and from hip to toe, metres.

    From the joint itself; the shoulder blade adds up to a tenth of a metre upwards. A foot stands
    pointing forward, so that the leg gains only the ankle's height over the toe and what a raised
    heel adds.
    """
    longest = limb_lengths(body)
    for limb in Limb:
        side = "L" if limb.is_left else "R"
        end = body.head(LIMB_BONES[limb][-1])
        if limb.is_hand:
            knuckle = body.head(f"finger3-1.{side}")
            longest[limb] += np.linalg.norm(knuckle - end) + 0.01
        else:
            longest[limb] += 0.7 * np.linalg.norm(body.head(f"toe1-1.{side}") - end)
    return longest


def mirrored(left: tuple[float, float, float]) -> Float[np.ndarray, "2 3"]:
    """A direction of the left half of the body, and its mirror image."""
    direction = unit(np.array(left))
    return np.stack([direction, direction * [-1, 1, 1]])


class Aim(NamedTuple):
    """Where wrists and ankles should be.

    Attributes:
        end: Of limbs that go to a target.
        looseness: Share by which a limb only points towards it, its own length away.
        extension: Of loose limbs, as a share of the straight length.
        firmness: 1 where the end must be met, 0 where the limb may stay well bent instead.
    """

    end: Float[np.ndarray, "*n 4 3"]
    looseness: Float[np.ndarray, "*n 4"]
    extension: Float[np.ndarray, "*n 4"]
    firmness: Float[np.ndarray, "*n 4"]


@dataclass(frozen=True, eq=False)
class Posture:
    """The joints of postures, metres in the world, and the turns of the trunk.

    Attributes:
        root: Where the first bone begins.
        pelvis: Rotation of the pelvis.
        spine: Rotations of the bones of `SPINE_BONES`.
        spine_heads: Where they begin.
        girdle: Rotations of the left and right collar bones.
        origin: Shoulders and hips.
        middle: Elbows and knees.
        end: Wrists and ankles.
        bend: Directions in which elbows and knees point, upright to the line origin to end.
        wanted: Lengths of the limbs that would meet their aims, as shares of the straight ones.
    """

    root: Float[np.ndarray, "*n 3"]
    pelvis: Float[np.ndarray, "*n 3 3"]
    spine: Float[np.ndarray, "*n 5 3 3"]
    spine_heads: Float[np.ndarray, "*n 5 3"]
    girdle: Float[np.ndarray, "*n 2 3 3"]
    origin: Float[np.ndarray, "*n 4 3"]
    middle: Float[np.ndarray, "*n 4 3"]
    end: Float[np.ndarray, "*n 4 3"]
    bend: Float[np.ndarray, "*n 4 3"]
    wanted: Float[np.ndarray, "*n 4"]

    @property
    def chest(self) -> Float[np.ndarray, "*n 3 3"]:
        """Rotation of the upper trunk, which carries shoulders and neck."""
        chest: np.ndarray = self.spine[..., -1, :, :]
        return chest

    def on_chest(self, offset: Float[np.ndarray, "*k 3"]) -> Float[np.ndarray, "*n 3"]:
        """A point that moves with the upper trunk.

        Args:
            offset: From the beginning of spine01, at rest.
        """
        point: np.ndarray = self.spine_heads[..., -1, :] + apply(self.chest, offset)
        return point

    @property
    def hinge(self) -> Float[np.ndarray, "*n 4 3"]:
        """Axes about which elbows and knees turn."""
        return cross(self.bend, unit(self.end - self.origin))


class Rig:
    """The measures of a body's skeleton.

    Attributes:
        body: Whose.
        lengths: Of upper and lower limb bones, metres, as two rows.
        rest_hinge: Axes of elbows and knees at rest.
        rest_upper: Directions of upper arms and thighs at rest.
        rest_lower: Directions of forearms and shins at rest.
    """

    def __init__(self, body: Body) -> None:
        self.body = body
        heads = body.heads.astype(float)
        rows = [[body.bone(name) for name in LIMB_BONES[limb]] for limb in Limb]
        origin, middle, end = (heads[[row[k] for row in rows]] for k in (0, 2, 4))
        self.lengths = np.stack(
            [np.linalg.norm(middle - origin, axis=1), np.linalg.norm(end - middle, axis=1)]
        )
        self.rest_upper = unit(middle - origin)
        self.rest_lower = unit(end - middle)
        self.rest_hinge = unit(cross(self.rest_upper, self.rest_lower))
        self._hips = origin[2:].mean(axis=0) - heads[0]
        self._hip_offset = origin[2:] - heads[0]
        spine = heads[[body.bone(name) for name in SPINE_BONES]]
        self._spine_offset = np.diff(spine, axis=0)
        collar = heads[[body.bone("clavicle.L"), body.bone("clavicle.R")]]
        self._collar_offset = collar - spine[-1]
        self._shoulder_offset = origin[:2] - collar
        self.head_offset = body.head("head") + np.array([0, -0.005, 0.045]) - spine[-1]
        arms = mirrored((0.5, -0.75, -0.45))
        legs = mirrored((0.2, -0.6, -0.8))
        self._axis = np.concatenate([arms, legs])
        elbows = mirrored((0.45, 0.1, -1.0))
        knees = mirrored((0.15, -0.9, 0.45))
        self._bend = frame(self._axis, np.concatenate([elbows, knees]))[..., 1]
        self._side = np.array([1.0, -1, 1, -1])
        self._from_rest = between(self.rest_upper, self._axis)

    def stand(
        self,
        freedoms: Float[np.ndarray, "*n 13"],
        trunk: Float[np.ndarray, "*m 3 3"],
        aim: Aim,
    ) -> Posture:
        """The postures of given freedoms.

        Args:
            freedoms: As the module says.
            trunk: The wished rotations of the pelvis.
            aim: Where wrists and ankles should be.
        """
        pelvis = trunk @ turned(freedoms[..., TURN])
        root = freedoms[..., PELVIS] - pelvis @ self._hips
        bends = freedoms[..., None, SPINE] * SPINE_SHARES[:, None]
        spine = pelvis[..., None, :, :] @ turned(bends)
        steps = apply(spine[..., :-1, :, :], self._spine_offset)
        first = root[..., None, :]
        spine_heads = np.concatenate([first, first + np.cumsum(steps, axis=-2)], axis=-2)
        chest = spine[..., -1, :, :]
        collar = spine_heads[..., -1, None, :] + np.einsum(
            "...ij,kj->...ki", chest, self._collar_offset
        )
        girdle = self._girdle(chest, collar, aim)
        shoulders = collar + apply(girdle, self._shoulder_offset)
        hips = root[..., None, :] + np.einsum("...ij,kj->...ki", pelvis, self._hip_offset)
        origin = np.concatenate([shoulders, hips], axis=-2)
        direction, distance, wanted = self._stretch(origin, aim)
        bend = self.bend(pelvis, chest, direction, freedoms[..., SWIVEL])
        upper, lower = self.lengths
        along = (distance**2 + upper**2 - lower**2) / (2 * distance)
        aside = np.sqrt(np.maximum(upper**2 - along**2, 0))
        return Posture(
            root=root,
            pelvis=pelvis,
            spine=spine,
            spine_heads=spine_heads,
            girdle=girdle,
            origin=origin,
            middle=origin + along[..., None] * direction + aside[..., None] * bend,
            end=origin + distance[..., None] * direction,
            bend=bend,
            wanted=wanted,
        )

    def bend(
        self,
        pelvis: Float[np.ndarray, "*n 3 3"],
        chest: Float[np.ndarray, "*n 3 3"],
        direction: Float[np.ndarray, "*n 4 3"],
        swivel: Float[np.ndarray, "*n 4"],
    ) -> Float[np.ndarray, "*n 4 3"]:
        """Where elbows and knees point, for limbs in given directions at given swivels.

        At swivel zero the bend is carried from a limb that reaches forward by the least rotation,
        which is undefined only for arms and legs that point backwards and up.
        """
        carrier = np.stack([chest, chest, pelvis, pelvis], axis=-3)
        axis = apply(carrier, self._axis)
        middle = apply(between(axis, direction), apply(carrier, self._bend))
        angle = (swivel * self._side)[..., None]
        bend: np.ndarray = np.cos(angle) * middle + np.sin(angle) * cross(direction, middle)
        return bend

    def swivel_of(
        self, posture: Posture, pole: Float[np.ndarray, "*n 4 3"]
    ) -> Float[np.ndarray, "*n 4 2"]:
        """Cosine and sine of the swivels that turn elbows and knees to poles.

        Both are scaled by how far from the limb's own line the pole points.
        """
        direction = unit(posture.end - posture.origin)
        zero = np.zeros(direction.shape[:-1])
        middle = self.bend(posture.pelvis, posture.chest, direction, zero)
        across = cross(direction, middle)
        cosine = np.einsum("...i,...i->...", pole, middle)
        sine = np.einsum("...i,...i->...", pole, across) * self._side
        return np.stack([cosine, sine], axis=-1)

    def untwisted(
        self, posture: Posture, upper: Float[np.ndarray, "*n 4 3"]
    ) -> Float[np.ndarray, "*n 4 3 3"]:
        """Rotations of upper arms and thighs without twist about themselves.

        Args:
            posture: The body's.
            upper: Directions of upper arms and thighs.
        """
        pelvis = posture.pelvis
        carrier = np.stack(
            [posture.girdle[..., 0, :, :], posture.girdle[..., 1, :, :], pelvis, pelvis], axis=-3
        )
        axis = apply(carrier, self._axis)
        turn: np.ndarray = between(axis, upper) @ carrier @ self._from_rest
        return turn

    def _girdle(
        self, chest: np.ndarray, collar: np.ndarray, aim: Aim
    ) -> Float[np.ndarray, "*n 2 3 3"]:
        """Rotations of the collar bones, which follow the arms."""
        local = aim.end[..., :2, :] - collar
        local = np.einsum("...ji,...kj->...ki", chest, local) - self._shoulder_offset
        distance = np.sqrt(np.einsum("...i,...i->...", local, local))
        local = local / np.maximum(distance, 1e-6)[..., None]
        upward = (local[..., 2] + 0.35) / 1.3
        straight = (
            aim.looseness[..., :2] * aim.extension[..., :2]
            + (1 - aim.looseness[..., :2]) * distance / self.lengths.sum(axis=0)[:2]
        )
        stretch = np.clip((straight - 0.72) / 0.26, 0, 1)
        rise = eased(upward) * (RAISE + RAISE_STRETCH * eased(stretch))
        forward = 0.3 * np.clip(-local[..., 1], -0.5, 1) * (0.5 + 0.5 * stretch)
        side = self._side[:2]
        rotvec = np.stack([np.zeros_like(rise), -side * rise, -side * forward], axis=-1)
        girdle: np.ndarray = chest[..., None, :, :] @ turned(rotvec)
        return girdle

    def _stretch(self, origin: np.ndarray, aim: Aim) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Directions and lengths of the limbs, and the lengths as shares that they would need."""
        straight = self.lengths.sum(axis=0)
        gap = aim.end - origin
        distance = np.sqrt(np.einsum("...i,...i->...", gap, gap))
        direction = gap / np.maximum(distance, 1e-6)[..., None]
        own = aim.extension * straight
        wanted = distance + aim.looseness * (own - distance)
        share = wanted / straight
        # An almost straight limb that yields a little bends a lot, so a free one yields early.
        free = 1 - aim.firmness
        soft = 0.002 + 0.048 * free
        kept = share - soft * np.logaddexp(0, (share - LONGEST + 0.03 * free) / soft)
        kept = kept + soft * np.logaddexp(0, (SHORTEST - kept) / soft)
        return direction, kept * straight, share


@lru_cache(maxsize=8)
def rig_of(body: Body) -> Rig:
    """The measures of a body, worked out once."""
    return Rig(body)
