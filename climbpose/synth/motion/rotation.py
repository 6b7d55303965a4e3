"""Rotations and directions of many postures at once."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation


def unit(vector: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    """The directions of vectors."""
    length = np.sqrt(np.einsum("...i,...i->...", vector, vector))
    direction: np.ndarray = vector / np.maximum(length, 1e-9)[..., None]
    return direction


def cross(a: Float[np.ndarray, "*n 3"], b: Float[np.ndarray, "*m 3"]) -> Float[np.ndarray, "*k 3"]:
    """Vector products; NumPy's own takes several times as long for many short rows."""
    product = np.empty(np.broadcast_shapes(a.shape, b.shape))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        product[..., i] = a[..., j] * b[..., k] - a[..., k] * b[..., j]
    return product


def apply(
    turn: Float[np.ndarray, "*n 3 3"], vector: Float[np.ndarray, "*m 3"]
) -> Float[np.ndarray, "*k 3"]:
    """Turned vectors."""
    turned: np.ndarray = (turn @ vector[..., None])[..., 0]
    return turned


def turned(rotvec: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3 3"]:
    """Rotations about axes by the vectors' lengths, radians (Rodrigues)."""
    angle = np.sqrt(np.einsum("...i,...i->...", rotvec, rotvec))
    safe = np.maximum(angle, 1e-8)
    sine = np.sin(safe) / safe
    bend = 0.5 * (np.sin(safe / 2) / (safe / 2)) ** 2
    x, y, z = rotvec[..., 0], rotvec[..., 1], rotvec[..., 2]
    matrix: np.ndarray = (bend[..., None] * rotvec)[..., :, None] * rotvec[..., None, :]
    diagonal = 1 - bend * angle**2
    for i in range(3):
        matrix[..., i, i] += diagonal
    for i, j, part in ((2, 1, x), (0, 2, y), (1, 0, z)):
        matrix[..., i, j] += sine * part
        matrix[..., j, i] -= sine * part
    return matrix


def frame(
    first: Float[np.ndarray, "*n 3"], second: Float[np.ndarray, "*m 3"]
) -> Float[np.ndarray, "*k 3 3"]:
    """Right-handed axes as columns: the first direction, then the second made upright to it."""
    a = unit(first)
    b = unit(second - np.einsum("...i,...i->...", second, a)[..., None] * a)
    return np.stack([a, b, cross(a, b)], axis=-1)


def between(
    start: Float[np.ndarray, "*n 3"], end: Float[np.ndarray, "*m 3"]
) -> Float[np.ndarray, "*k 3 3"]:
    """The least rotations that bring one unit vector to another."""
    axis = cross(start, end)
    cosine = np.einsum("...i,...i->...", start, end)
    share = 1 / np.maximum(1 + cosine, 1e-3)
    matrix: np.ndarray = (share[..., None] * axis)[..., :, None] * axis[..., None, :]
    for i in range(3):
        matrix[..., i, i] += cosine
    for i, j, k in ((2, 1, 0), (0, 2, 1), (1, 0, 2)):
        matrix[..., i, j] += axis[..., k]
        matrix[..., j, i] -= axis[..., k]
    return matrix


def split_twist(
    turn: Float[np.ndarray, "*n 3 3"], axis: Float[np.ndarray, "3"]
) -> tuple[Float[np.ndarray, "*n 3"], Float[np.ndarray, "..."]]:
    """Rotations as a twist about an axis, then a swing about a line upright to it.

    Returns:
        The swing's rotation vector and the twist's angle, radians.
    """
    shape = turn.shape[:-2]
    whole = Rotation.from_matrix(turn.reshape(-1, 3, 3))
    quaternion = whole.as_quat()
    angle = 2 * np.arctan2(quaternion[:, :3] @ axis, quaternion[:, 3])
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    swing = (whole * Rotation.from_rotvec(-angle[:, None] * axis)).as_rotvec()
    return swing.reshape(*shape, 3), angle.reshape(shape)


def limited(value: Float[np.ndarray, "..."], low: float, high: float) -> Float[np.ndarray, "..."]:
    """Values pressed smoothly into a range around zero; the inner 70 % stays as it is."""
    bound = np.where(value < 0, -low, high)
    share = np.abs(value) / bound
    pressed = np.where(share < 0.7, share, 0.7 + 0.3 * np.tanh((share - 0.7) / 0.3))
    kept: np.ndarray = np.sign(value) * pressed * bound
    return kept


def eased(share: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Zero to one without a corner, for shares below zero to above one."""
    kept = np.clip(share, 0, 1)
    smooth: np.ndarray = kept * kept * (3 - 2 * kept)
    return smooth
