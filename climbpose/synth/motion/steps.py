"""Gauss-Newton steps over all frames of a clip together.

A frame's residuals depend on its own 13 freedoms; steady motion and free flight couple it with the
next three frames. So the normal matrix is a band, and a step takes time in proportion to the clip.
"""

import numpy as np
from jaxtyping import Float
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d

from climbpose.synth.climb import Plan
from climbpose.synth.motion.cost import Cost
from climbpose.synth.motion.rig import FREEDOMS, Aim, Posture

GRAVITY = 9.81

_ACCELERATION = np.repeat([3.0, 9.0, 7.0, 14.0], [3, 3, 3, 4])
"""Tolerable ones: metres and radians a second squared."""

_JERK = np.repeat([28.0, 90.0, 70.0, 140.0], [3, 3, 3, 4])
"""Tolerable ones: metres and radians a second cubed."""

_FLIGHT = 0.3
"""Tolerable departure from free fall, metres a second squared."""

_JOINT = 20.0
"""Tolerable acceleration of elbows and knees, metres a second squared."""

_STEP = 1e-4
"""Of the finite differences, metres and radians."""

_LONGEST_STEP = np.repeat([0.15, 0.3, 0.25, 0.6], [3, 3, 3, 4])
"""Of an iteration."""

_DAMPING = 2e-2
"""Share of the diagonal of each frame's own matrix that is added to it."""


def stiffness_of(plan: Plan) -> Float[np.ndarray, "4 frames 13"]:
    """The bands of the matrix whose form is the cost of unsteady motion.

    Row k couples a frame with the k-th one after it. The body may move more sharply near a flight.
    """
    frames = len(plan)
    bands = np.zeros((4, frames, FREEDOMS))
    width = 0.25 * plan.fps
    flight = gaussian_filter1d(plan.airborne.astype(float), 0.5 * width, mode="nearest")
    ease = 1 / (1 + 5 * flight)
    for order, tolerable in ((2, _ACCELERATION), (3, _JERK)):
        weights = {2: (1.0, -2.0, 1.0), 3: (-1.0, 3.0, -3.0, 1.0)}[order]
        count = max(0, frames - order)
        size = (ease[:count, None] * plan.fps**order / tolerable) ** 2 * _share(plan)
        for i in range(order + 1):
            for j in range(i + 1):
                bands[i - j, j : j + count] += weights[i] * weights[j] * size
    return bands


def _share(plan: Plan) -> float:
    """Of a frame in the whole cost, so that the frame rate changes nothing."""
    return 30 / plan.fps


def step(
    freedoms: Float[np.ndarray, "frames 13"],
    cost: Cost,
    aim: Aim,
    stiffness: Float[np.ndarray, "4 frames 13"],
) -> Float[np.ndarray, "frames 13"]:
    """A Gauss-Newton step of all frames' freedoms together."""
    plan = cost.plan
    frames = len(plan)
    share = _share(plan)
    variants = np.repeat(freedoms[None], FREEDOMS + 1, axis=0)
    index = np.arange(FREEDOMS)
    variants[index + 1, :, index] += _STEP
    posture = cost.rig.stand(variants, plan.trunk, aim)
    residuals = cost(variants, posture, aim)
    slopes = np.moveaxis((residuals[1:] - residuals[0]) / _STEP, 0, -1)
    blocks = np.zeros((4, frames, FREEDOMS, FREEDOMS))
    blocks[0] = share * np.swapaxes(slopes, -1, -2) @ slopes
    gradient = share * np.einsum("ftd,ft->fd", slopes, residuals[0])
    # Not of what couples the frames, whose diagonal grows with the rate and would hold back slow,
    # wide motion.
    blocks[0][:, index, index] += _DAMPING * (1 + blocks[0][:, index, index])
    _add_flight(blocks, gradient, cost, posture)
    _add_joints(blocks, gradient, cost, posture)
    _add_stiffness(blocks, gradient, stiffness, freedoms)
    change = -_solved(blocks, gradient)
    limited: np.ndarray = np.clip(change, -_LONGEST_STEP, _LONGEST_STEP)
    return limited


def _add_flight(blocks: np.ndarray, gradient: np.ndarray, cost: Cost, posture: Posture) -> None:
    """Adds that the centre of mass falls freely while airborne."""
    airborne = cost.plan.airborne
    rows = np.flatnonzero(airborne[1:-1] & airborne[:-2] & airborne[2:])
    centres = cost.centre_of_mass(posture)
    fall = np.array([0, 0, -GRAVITY])
    _add_acceleration(blocks, gradient, centres, rows, fall, _FLIGHT, cost.plan.fps)


def _add_joints(blocks: np.ndarray, gradient: np.ndarray, cost: Cost, posture: Posture) -> None:
    """Adds that elbows and knees, which a straight limb throws about, move smoothly."""
    frames = len(cost.plan)
    points = posture.middle.reshape(FREEDOMS + 1, frames, 12)
    rows = np.arange(max(0, frames - 2))
    _add_acceleration(blocks, gradient, points, rows, np.zeros(12), _JOINT, cost.plan.fps)


def _add_acceleration(
    blocks: np.ndarray,
    gradient: np.ndarray,
    points: np.ndarray,
    rows: np.ndarray,
    expected: np.ndarray,
    tolerable: float,
    fps: float,
) -> None:
    """Adds the cost of points that accelerate otherwise than expected.

    Args:
        blocks: Of the matrix, changed in place.
        gradient: Changed in place.
        points: Coordinates in each variant and frame.
        rows: First frames of the triples that count.
        expected: Acceleration, metres a second squared.
        tolerable: Departure from it.
        fps: Frames a second.
    """
    slopes = np.moveaxis((points[1:] - points[0]) / _STEP, 0, -1)
    weights = (1.0, -2.0, 1.0)
    size = (30 / fps) ** 0.5 / tolerable
    second = points[0, rows] - 2 * points[0, rows + 1] + points[0, rows + 2]
    residual = size * (second * fps**2 - expected)
    parts = [size * fps**2 * weight * slopes[rows + k] for k, weight in enumerate(weights)]
    for i in range(3):
        gradient[rows + i] += np.einsum("ftd,ft->fd", parts[i], residual)
        for j in range(i + 1):
            blocks[i - j, rows + j] += np.swapaxes(parts[i], -1, -2) @ parts[j]


def _add_stiffness(
    blocks: np.ndarray, gradient: np.ndarray, stiffness: np.ndarray, freedoms: np.ndarray
) -> None:
    """Adds the cost of unsteady motion."""
    index = np.arange(FREEDOMS)
    blocks[..., index, index] += stiffness
    frames = len(freedoms)
    for k in range(min(4, frames)):
        part = stiffness[k, : frames - k]
        gradient[: frames - k] += part * freedoms[k:]
        if k:
            gradient[k:] += part * freedoms[: frames - k]


def _solved(blocks: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The solution of the symmetric system with the given blocks below the diagonal.

    Args:
        blocks: Row k, frame t: between frame t + k (rows) and frame t (columns).
        gradient: The right side.
    """
    count, frames, size = blocks.shape[:3]
    bands = np.zeros((count * size, frames * size))
    for k in range(count):
        for i in range(size):
            for j in range(size):
                below = k * size + i - j
                if below >= 0:
                    bands[below, j::size] = blocks[k, :, i, j]
    solution: np.ndarray = solveh_banded(
        bands, gradient.reshape(-1), lower=True, overwrite_ab=True, check_finite=False
    )
    return solution.reshape(frames, size)
