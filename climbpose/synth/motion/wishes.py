"""A plan's wishes, mended where a body could not follow them."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

from climbpose.synth.climb import Limb, Plan, Touch
from climbpose.synth.motion.cost import SWIVEL_RANGE
from climbpose.synth.motion.rig import SWIVEL, Aim, Posture, Rig
from climbpose.synth.motion.rotation import turned, unit

_NEAREST = (0.65, 0.65, 0.5, 0.5)
"""Distance that a free hand or foot keeps from shoulder or hip, as a share of the limb's length."""

_FASTEST = 8.0
"""Speed of a target above which it jumps, metres a second."""


def without_jumps(plan: Plan) -> Plan:
    """The plan with targets that leave and reach contacts by a way, not at once."""
    target = plan.target.copy()
    frames = np.arange(len(plan))
    width = 0.2 * plan.fps
    for limb in Limb:
        jump = np.diff(target[:, limb], axis=0)
        held = plan.in_contact[:, limb]
        speed = np.linalg.norm(jump, axis=1) * plan.fps
        around = np.pad(speed, 1)
        fast = speed > np.maximum(_FASTEST, 1.8 * np.maximum(around[:-2], around[2:]))
        for row in np.flatnonzero(fast & ~(held[1:] & held[:-1])):
            after = (frames > row) & ~held
            before = (frames <= row) & ~held
            fade = np.clip(1 - np.abs(frames - row - 0.5) / width, 0, 1) ** 2
            share = 0.5 if not (held[row] or held[row + 1]) else 1.0
            target[after, limb] -= share * fade[after, None] * jump[row] * (not held[row + 1])
            target[before, limb] += share * fade[before, None] * jump[row] * (not held[row])
    return replace(plan, target=target)


def with_toes_clear(plan: Plan) -> Plan:
    """The plan with knees off the wall where heels hook, since toes point as the knee does."""
    hooked = (plan.touch == list(Touch).index(Touch.HEEL)).astype(float)
    share = gaussian_filter1d(hooked, 0.1 * plan.fps, axis=0, mode="nearest")
    out = plan.wall.axes[2]
    short = share * np.maximum(0.35 - plan.pole @ out, 0)
    return replace(plan, pole=unit(plan.pole + short[..., None] * out))


def around_joints(
    plan: Plan, rig: Rig, posture: Posture, free: Float[np.ndarray, "frames 4"]
) -> Float[np.ndarray, "frames 4 3"]:
    """The limbs' targets, where free ones that would pass through shoulder or hip go around it."""
    target = plan.target.copy()
    for limb in Limb:
        side = 1.0 if limb.is_left else -1.0
        if limb.is_hand:
            away = posture.chest @ unit(np.array([side, -0.3, 0.0]))
        else:
            away = posture.pelvis @ unit(np.array([0.6 * side, 0.0, -0.8]))
        least = _NEAREST[limb] * rig.lengths[:, limb].sum()
        gap = target[:, limb] - posture.origin[:, limb]
        near = np.clip(1.2 - np.einsum("fi,fi->f", gap, gap) / least**2, 0, 1)
        push = gaussian_filter1d(1.2 * least * near, 0.06 * plan.fps, mode="nearest")
        target[:, limb] += (push * free[:, limb])[:, None] * away
    return target


def swaying(plan: Plan, rng: np.random.Generator) -> Plan:
    """The plan with the small movements of a body that never is quite still."""
    frames = len(plan)
    seconds = np.arange(frames) / plan.fps
    noise = np.zeros((frames, 6))
    for frequency in rng.uniform(0.15, 0.9, 5):
        phase = rng.uniform(0, 2 * np.pi, 6)
        noise += np.sin(2 * np.pi * frequency * seconds[:, None] + phase) * rng.normal(0, 0.4, 6)
    return replace(
        plan,
        pelvis=plan.pelvis + 0.012 * noise[:, :3],
        trunk=plan.trunk @ turned(0.025 * noise[:, 3:]),
    )


def first_swivel(
    rig: Rig, plan: Plan, freedoms: Float[np.ndarray, "frames 13"], aim: Aim
) -> Float[np.ndarray, "frames 4"]:
    """Swivels that follow the poles without jumps, even where those say little.

    A shoulder or hip has a range; so an angle never goes around, but back the way it came.
    """
    out = plan.wall.axes[2]
    pole = plan.pole
    swivel = np.zeros((len(plan), 4))
    for _ in range(4):
        freedoms = np.concatenate([freedoms[:, : SWIVEL.start], swivel], axis=1)
        posture = rig.stand(freedoms, plan.trunk, aim)
        wish = rig.swivel_of(posture, pole) + np.array([0.1, 0.0])
        swivel = np.clip(np.arctan2(wish[..., 1], wish[..., 0]), -SWIVEL_RANGE, SWIVEL_RANGE)
        # Least squares find no way for a joint that begins behind the wall.
        behind = np.maximum(0.1 - posture.middle @ out, 0)
        pole = pole + 4 * behind[..., None] * out
    smooth: np.ndarray = gaussian_filter1d(swivel, 0.12 * plan.fps, axis=0, mode="nearest")
    return smooth
