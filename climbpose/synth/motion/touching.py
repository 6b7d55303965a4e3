"""How hands and feet touch over the frames of a plan."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from climbpose.synth.climb import Limb, Plan
from climbpose.synth.motion.rotation import eased

_SETTLE_S = 0.22
"""How long before and after a contact a hand or foot takes its shape."""


class Touching(NamedTuple):
    """How each limb touches over time, without jumps.

    Attributes:
        shares: Of each `Touch`; between two contacts it goes from one to the other.
        looseness: 0 in contact, 1 well within a time in which the limb is loose.
        closeness: 1 in contact, 0 well away from any: how far the fingers close.
    """

    shares: Float[np.ndarray, "frames 4 4"]
    looseness: Float[np.ndarray, "frames 4"]
    closeness: Float[np.ndarray, "frames 4"]

    @classmethod
    def of(cls, plan: Plan) -> "Touching":
        """The touches of a plan."""
        frames = np.arange(len(plan))
        shares = np.zeros((len(plan), 4, 4))
        looseness = np.zeros((len(plan), 4))
        closeness = np.zeros((len(plan), 4))
        for limb in Limb:
            held = np.flatnonzero(plan.in_contact[:, limb])
            rows = np.eye(4)[plan.touch[:, limb]]
            for touch in range(4):
                known = rows[held, touch] if len(held) else rows[:, touch]
                shares[:, limb, touch] = np.interp(frames, held if len(held) else frames, known)
            away = frames_to(plan.in_contact[:, limb]) / plan.fps / _SETTLE_S
            closeness[:, limb] = 1 - eased(away)
            tied = frames_to(~plan.is_loose[:, limb]) / plan.fps / _SETTLE_S
            looseness[:, limb] = eased(tied)
        return cls(shares, looseness, closeness)


def frames_to(mask: Bool[np.ndarray, " frames"]) -> Float[np.ndarray, " frames"]:
    """How many frames away the nearest true one is."""
    rows = np.flatnonzero(mask)
    if not len(rows):
        return np.full(len(mask), 1e6)
    frames = np.arange(len(mask))
    after = np.searchsorted(rows, frames)
    later = rows[np.minimum(after, len(rows) - 1)]
    sooner = rows[np.maximum(after - 1, 0)]
    nearest: np.ndarray = np.minimum(np.abs(later - frames), np.abs(frames - sooner))
    return nearest.astype(float)
