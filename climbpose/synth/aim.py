"""Where a phone points: angles, rotations, and how a hand follows."""

import numpy as np
from jaxtyping import Float


def rotations(turns: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3 3"]:
    """World to camera for angles (..., 3): yaw to the right of +y, pitch up, roll clockwise."""
    yaw, pitch, roll = np.moveaxis(turns, -1, 0)
    zero = np.zeros_like(yaw)
    forward = np.stack(
        [np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)], axis=-1
    )
    right = np.stack([np.cos(yaw), -np.sin(yaw), zero], axis=-1)
    down = np.cross(forward, right)
    cos, sin = np.cos(roll)[..., None], np.sin(roll)[..., None]
    rows: np.ndarray = np.stack([cos * right + sin * down, cos * down - sin * right, forward], -2)
    return rows


def angles(directions: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2"]:
    """Yaw and pitch that look along directions (n, 3)."""
    flat = np.hypot(directions[:, 0], directions[:, 1])
    yaw = np.arctan2(directions[:, 0], directions[:, 1])
    return np.stack([yaw, np.arctan2(directions[:, 2], flat)], axis=1)


def chase(
    target: Float[np.ndarray, "frames 2"], lag_s: float, fps: float
) -> Float[np.ndarray, "frames 2"]:
    """What a hand makes of a target (frames, 2): late, smooth, a little too far.

    Args:
        target: Yaw and pitch in each frame.
        lag_s: How late the hand is.
        fps: Frames a second.
    """
    damping = 0.75
    # A critically slow spring trails a steady motion by 2 * damping / speed seconds.
    speed = 2 * damping / max(lag_s, 0.05)
    steps = 4
    pace = 1 / (fps * steps)
    place, motion = target[0].copy(), np.zeros(2)
    chased = np.empty_like(target)
    for frame, goal in enumerate(target):
        for _ in range(steps):
            motion += pace * speed * (speed * (goal - place) - 2 * damping * motion)
            place += pace * motion
        chased[frame] = place
    return chased
