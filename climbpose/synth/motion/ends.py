"""Hands and feet: how they are turned, and where on them they touch.

A hand or foot first has a wish (fingers hook over the hold, the toe points into the wall); then it
keeps what the wrist or ankle allows from where the forearm or shin is.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from climbpose.synth.climb import Plan, Touch
from climbpose.synth.motion.parts import Foot, Hand
from climbpose.synth.motion.rig import Posture, Rig
from climbpose.synth.motion.rotation import (
    apply,
    cross,
    eased,
    frame,
    limited,
    split_twist,
    turned,
    unit,
)
from climbpose.synth.motion.touching import Touching

GRIP_CURL = (0.55, 1.15, 1.6)
"""How far the three bones of a gripping finger are bent from the palm in all, radians."""

LOOSE_CURL = (0.35, 0.75, 1.0)
"""The same of a hand at ease."""

EASY_TWIST = 0.7
"""How far the thumb of a hand at ease is turned forward from its rest, radians."""

_SMOOTH_S = 0.06
"""Standard deviation of the filter over a hand's or foot's turns, seconds."""

_TOUCHES = list(Touch)
_SIDE = np.array([1.0, -1.0])


class Ends(NamedTuple):
    """The hands and feet of each frame.

    Attributes:
        turn: Rotations of hands and feet.
        contact: From wrist or ankle to where it touches, in the world's directions, metres.
        toes: Rotations of the toes.
        curl: How far the fingers' three bones are bent from the palm, radians.
        twist: Of the forearms by the hands, radians.
    """

    turn: Float[np.ndarray, "frames 4 3 3"]
    contact: Float[np.ndarray, "frames 4 3"]
    toes: Float[np.ndarray, "frames 2 3 3"]
    curl: Float[np.ndarray, "frames 2 3"]
    twist: Float[np.ndarray, "frames 2"]


class EndRig:
    """Turns hands and feet over the frames of one plan."""

    def __init__(self, rig: Rig, plan: Plan) -> None:
        self.rig = rig
        self.plan = plan
        self.hand = Hand(rig.body)
        self.foot = Foot(rig.body)
        self.touching = Touching.of(plan)
        closed = self.touching.closeness[:, :2, None]
        self.curl = closed * np.array(GRIP_CURL) + (1 - closed) * np.array(LOOSE_CURL)
        self.hand_contact = self.hand.contact(self.hand.bends(self.curl))
        self.foot_contact = np.einsum(
            "fst,stc->fsc", self.touching.shares[:, 2:], self.foot.contacts
        )
        self._axes = plan.wall.axes

    def ends(self, posture: Posture) -> Ends:
        """The hands and feet that suit a posture."""
        lower = frame(unit(posture.end - posture.middle), posture.hinge)
        rest = frame(self.rig.rest_lower, self.rig.rest_hinge)
        carrier = lower @ np.swapaxes(rest, -1, -2)
        hands, twist = self._hands(posture, carrier[:, :2])
        feet, toes = self._feet(posture, carrier[:, 2:])
        turn = np.concatenate([hands, feet], axis=1)
        local = np.concatenate([self.hand_contact, self.foot_contact], axis=1)
        return Ends(turn, apply(turn, local), toes, self.curl, twist)

    def clearance(self, posture: Posture, ends: Ends) -> Float[np.ndarray, "frames 4"]:
        """How far hands stay before the wall and feet above the floor, metres."""
        tips = np.stack([self.hand.thumb, self.hand.thumb], axis=1)
        parts = apply(ends.turn[:, :2, None], tips)
        palm = apply(ends.turn[:, :2], self.hand.rest[..., 1])
        parts[:, :, 1] = ends.contact[:, :2] + 0.025 * palm
        hands = ((posture.end[:, :2, None] + parts) @ self._axes[2]).min(axis=2)
        soles = apply(ends.turn[:, 2:, None], self.foot.sole)
        feet = (posture.end[:, 2:, None] + soles)[..., 2].min(axis=2)
        return np.concatenate([hands - 0.01, self._smooth(feet) - 0.03], axis=1)

    def _hands(self, posture: Posture, forearm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        right, up, out = self._axes
        pull = unit(self.plan.target[:, :2] - posture.origin[:, :2])
        rise = pull @ up
        # A hand over the shoulder hooks from below; one far under it presses from above.
        tilt = 0.5 * np.pi * eased((0.15 - rise) / 0.8)[..., None]
        lean = 0.55 * (pull @ right)[..., None]
        grip_palm = -np.cos(tilt) * out - np.sin(tilt) * up
        grip_forward = np.cos(tilt) * up - np.sin(tilt) * out + lean * right
        gripping = frame(grip_forward, grip_palm) @ np.swapaxes(self.hand.rest, -1, -2)
        loose = self.touching.looseness[:, :2, None, None]
        axes = self.rig.rest_lower[:2] * _SIDE[:, None]
        easy = forearm @ turned(-EASY_TWIST * axes)
        wish = _orthonormal((1 - loose) * gripping + loose * easy)
        kept = np.empty_like(wish)
        twist = np.empty(wish.shape[:2])
        for hand in range(2):
            relative = np.swapaxes(forearm[:, hand], -1, -2) @ wish[:, hand]
            axis = self.rig.rest_lower[hand]
            swing, angle = split_twist(relative, axis)
            angle = _SIDE[hand] * _unwrapped(angle)
            angle = _SIDE[hand] * self._smooth(limited(angle, -1.5, 1.5))
            flexion = unit(cross(axis, self.hand.rest[hand, :, 1]))
            deviation = cross(axis, flexion)
            swing = self._smooth(
                limited(swing @ flexion, -1.2, 1.2)[:, None] * flexion
                + limited(swing @ deviation, -0.45, 0.45)[:, None] * deviation
            )
            kept[:, hand] = forearm[:, hand] @ turned(swing) @ turned(angle[:, None] * axis)
            twist[:, hand] = angle
        return kept, twist

    def _feet(self, posture: Posture, shin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        right, up, out = self._axes
        vertical = np.array([0.0, 0, 1])
        side = _SIDE[:, None]
        hip, knee, ankle = posture.origin[:, 2:], posture.middle[:, 2:], posture.end[:, 2:]
        knee_out = unit(knee - 0.5 * (hip + ankle)) @ right[:, None]
        turn_out = limited((knee_out[..., 0] * _SIDE) * 0.95, -1.0, 1.0)[..., None]
        toe_forward = -np.cos(turn_out) * out + np.sin(turn_out) * side * right
        toe_up = unit(up + 1.2 * vertical)
        lift = 0.15 + self._raised(posture)[..., None]
        toe = _feet_frame(toe_forward, np.broadcast_to(toe_up, toe_forward.shape))
        toe = toe @ turned(lift * [1.0, 0, 0])
        leg = unit(ankle - hip)
        heel = _feet_frame(0.9 * up + 0.35 * out - 0.3 * side * right, -leg)
        front = -posture.pelvis[:, None, :, 1] + 0.14 * side * posture.pelvis[:, None, :, 0]
        level = front - front[..., 2:] * vertical
        flat = _feet_frame(level, np.broadcast_to(vertical, level.shape))
        raised = flat @ turned(self._raised(posture)[..., None] * [1.0, 0, 0])
        hanging = shin @ turned(np.array([0.5, 0, 0]))
        shares = self.touching.shares[:, 2:, :, None, None]
        wish = sum(
            shares[:, :, _TOUCHES.index(touch)] * turn
            for touch, turn in ((Touch.TOE, toe), (Touch.HEEL, heel), (Touch.FLAT, raised))
        )
        loose = self.touching.looseness[:, 2:, None, None]
        standing = shares[:, :, _TOUCHES.index(Touch.FLAT)]
        loose = loose * (1 - 0.7 * standing)
        wish = _orthonormal((1 - loose) * wish + loose * hanging)
        kept = np.empty_like(wish)
        for foot in range(2):
            relative = np.swapaxes(shin[:, foot], -1, -2) @ wish[:, foot]
            axis = self.rig.rest_lower[2 + foot]
            swing, angle = split_twist(relative, axis)
            angle = self._smooth(limited(_unwrapped(angle), -0.75, 0.75))
            pitch = np.array([1.0, 0, 0])
            pitch = unit(pitch - (pitch @ axis) * axis)
            roll = cross(axis, pitch)
            swing = self._smooth(
                limited(swing @ pitch, -0.5, 0.95)[:, None] * pitch
                + limited(swing @ roll, -0.4, 0.4)[:, None] * roll
            )
            kept[:, foot] = shin[:, foot] @ turned(swing) @ turned(angle[:, None] * axis)
        kept = self._lifted(kept, out, 0.002)
        kept = self._lifted(kept, vertical, -0.004)
        bent = standing * self.touching.closeness[:, 2:, None, None]
        toes = _orthonormal(bent * flat + (1 - bent) * kept)
        return kept, toes

    def _lifted(self, feet: np.ndarray, normal: np.ndarray, least: float) -> np.ndarray:
        """Feet turned about where they touch until no part is behind a plane.

        Args:
            feet: Rotations.
            normal: Of a plane through the world's origin.
            least: Distance that is kept from it, metres.
        """
        arms = self.foot.sole - self.foot_contact[:, :, None]
        reach = np.maximum(np.linalg.norm(arms, axis=-1), 0.04)
        base = self.plan.target[:, 2:] @ normal
        for _ in range(2):
            reached = apply(feet[:, :, None], arms)
            short = (least - base[..., None] - reached @ normal) / reach
            soft = 0.03
            angle = soft * np.logaddexp(0, np.clip(short, -2, 1) / soft)
            axis = unit(cross(reached, np.broadcast_to(normal, reached.shape)))
            feet = turned((angle[..., None] * axis).mean(axis=2) * 2) @ feet
        return feet

    def _raised(self, posture: Posture) -> Float[np.ndarray, "frames 2"]:
        """How far the heels rise so that legs which are too short reach, radians."""
        straight = self.rig.lengths.sum(axis=0)[2:]
        short = np.clip(posture.wanted[:, 2:] - 0.965, 0, 0.2) * straight
        return self._smooth(np.arcsin(np.clip(short / 0.17, 0, 0.8)))

    def _smooth(self, values: np.ndarray) -> np.ndarray:
        """Values over the frames without jitter."""
        smooth: np.ndarray = gaussian_filter1d(
            values, _SMOOTH_S * self.plan.fps, axis=0, mode="nearest"
        )
        return smooth


def _feet_frame(forward: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rotations of feet that point forward as much as their soles' directions let them."""
    axes = frame(up, forward)
    return np.stack([axes[..., 2], -axes[..., 1], axes[..., 0]], axis=-1)


def _orthonormal(matrix: np.ndarray) -> np.ndarray:
    """The rotations nearest to mixtures of rotations."""
    flat = matrix.reshape(-1, 3, 3)
    turns: np.ndarray = Rotation.from_matrix(flat).as_matrix().reshape(matrix.shape)
    return turns


def _unwrapped(angle: np.ndarray) -> np.ndarray:
    """Angles over the frames without jumps, around zero as far as possible."""
    whole = np.unwrap(angle)
    around: np.ndarray = whole - 2 * np.pi * np.round(np.median(whole) / (2 * np.pi))
    return around
