"""All bones of the body from a posture's few freedoms."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from climbpose.synth.climb import Climb, Limb, Plan
from climbpose.synth.motion.ends import EndRig, Ends
from climbpose.synth.motion.parts import FINGERS
from climbpose.synth.motion.rig import LIMB_BONES, SPINE_BONES, Posture, Rig
from climbpose.synth.motion.rotation import apply, frame, split_twist, turned, unit

UPPER_TWIST = 0.5
"""Share of an upper arm's or thigh's twist that its first bone leaves to the second."""

FOREARM_TWIST = (0.2, 0.65)
"""Shares of the hand's twist that the two bones of the forearm follow."""

_GAZE_S = 0.15


def pose(rig: Rig, end_rig: EndRig, posture: Posture, ends: Ends) -> Climb:
    """The climb that postures make, with each bone's rotation."""
    plan = end_rig.plan
    body = rig.body
    turns = np.empty((len(plan), len(body.bones), 3, 3))
    turns[:, 0] = posture.pelvis
    for k, name in enumerate(SPINE_BONES):
        turns[:, body.bone(name)] = posture.spine[:, k]
    upper = frame(unit(posture.middle - posture.origin), posture.hinge)
    lower = frame(unit(posture.end - posture.middle), posture.hinge)
    upper = upper @ np.swapaxes(frame(rig.rest_upper, rig.rest_hinge), -1, -2)
    lower = lower @ np.swapaxes(frame(rig.rest_lower, rig.rest_hinge), -1, -2)
    free = rig.untwisted(posture, unit(posture.middle - posture.origin))
    for limb in Limb:
        rows = [body.bone(name) for name in LIMB_BONES[limb]]
        relative = np.swapaxes(free[:, limb], -1, -2) @ upper[:, limb]
        axis = rig.rest_upper[limb]
        _, angle = split_twist(relative, axis)
        angle = (1 - UPPER_TWIST) * np.unwrap(angle)
        turns[:, rows[0]] = free[:, limb] @ turned(angle[:, None] * axis)
        turns[:, rows[1]] = upper[:, limb]
        turns[:, rows[2:4]] = lower[:, None, limb]
        turns[:, rows[4]] = ends.turn[:, limb]
        if limb.is_hand:
            axis = rig.rest_lower[limb]
            for row, share in zip(rows[2:4], FOREARM_TWIST, strict=True):
                part = share * ends.twist[:, limb, None] * axis
                turns[:, row] = lower[:, limb] @ turned(part)
    for hand, side in enumerate("LR"):
        turns[:, body.bone(f"clavicle.{side}")] = posture.girdle[:, hand]
        turns[:, body.bone(f"shoulder01.{side}")] = posture.girdle[:, hand]
        turns[:, body.bone(f"toe1-1.{side}")] = ends.toes[:, hand]
    _close_fingers(turns, end_rig, ends)
    _look(turns, rig, posture, plan)
    joints = body.joints(turns, posture.root)
    local = np.concatenate([end_rig.hand_contact, end_rig.foot_contact], axis=1)
    wrists = joints[:, [body.bone(LIMB_BONES[limb][-1]) for limb in Limb]]
    return Climb(
        plan=plan,
        rotations=turns.astype(np.float32),
        joints=joints.astype(np.float32),
        contact_point=(wrists + apply(ends.turn, local)).astype(np.float32),
    )


def _close_fingers(turns: np.ndarray, end_rig: EndRig, ends: Ends) -> None:
    """Bends the fingers; the thumb follows by half."""
    hand = end_rig.hand
    body = end_rig.rig.body
    bends = hand.bends(ends.curl)
    for index, side in enumerate("LR"):
        palm = ends.turn[:, index]
        for finger in range(len(FINGERS)):
            for bone in range(3):
                turns[:, hand.rows[index, finger, bone]] = palm @ bends[:, index, finger, bone]
        for bone, share in ((1, 0.1), (2, 0.3), (3, 0.5)):
            axis = hand.axes[index, 0, 0]
            part = turned(share * (ends.curl[:, index, 0] - 0.2)[:, None] * axis)
            turns[:, body.bone(f"finger1-{bone}.{side}")] = palm @ part


def _look(turns: np.ndarray, rig: Rig, posture: Posture, plan: Plan) -> None:
    """Turns neck and head to where the climber looks, as far as they can."""
    body = rig.body
    eyes = posture.on_chest(rig.head_offset)
    local = unit(np.einsum("fji,fj->fi", posture.chest, plan.gaze - eyes))
    # Near the line over the head a small move of the gaze would turn the head around.
    front = np.sqrt(np.maximum(local[:, 1] ** 2, 0.05))
    yaw = np.arctan2(local[:, 0], front)
    pitch = np.arctan2(local[:, 2], np.hypot(local[:, 0], front))
    yaw = np.clip(yaw, -np.radians(70), np.radians(70))
    pitch = np.clip(pitch + 0.1, -np.radians(50), np.radians(60))
    yaw, pitch = gaussian_filter1d(
        np.stack([yaw, pitch]), _GAZE_S * plan.fps, axis=1, mode="nearest"
    )
    for name, share in (("neck01", 0.45), ("head", 1.0)):
        turn = turned(share * yaw[:, None] * np.array([0, 0, 1.0]))
        nod = turned(-share * pitch[:, None] * np.array([1.0, 0, 0]))
        turns[:, body.bone(name)] = posture.chest @ turn @ nod
