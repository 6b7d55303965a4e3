"""A figure laid over a picture, pixel by pixel."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

_TOLERANCE = 0.03
"""How deep in the scene the figure may lie and still be seen, metres: fingers on a hold."""


def hide(
    colour: Float32[np.ndarray, "rows cols 4"],
    distance: Float32[np.ndarray, "rows cols"],
    scene: Float32[np.ndarray, "rows cols"],
) -> Bool[np.ndarray, "rows cols"]:
    """Take away what is behind the scene; gives where."""
    near = cv2.erode(distance, np.ones((3, 3), np.uint8))
    with np.errstate(invalid="ignore"):
        behind = near - scene
    hidden: np.ndarray = (behind > _TOLERANCE) & np.isfinite(near)
    if hidden.any():
        rows, cols = np.nonzero(hidden)
        left = 1 - (np.minimum(behind[rows, cols], 1) - _TOLERANCE) / np.float32(0.012)
        colour[rows, cols] *= np.clip(left, 0, 1)[:, None]
    return hidden


def composite(
    part: UInt8[np.ndarray, "rows cols 3"], layer: Float32[np.ndarray, "rows cols 4"]
) -> None:
    """Lay colours times coverage over a part of a picture."""
    bare = 1 - layer[..., 3]
    kept = cv2.multiply(part, cv2.merge([bare, bare, bare]), dtype=cv2.CV_32F)
    laid = cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB)
    part[:] = cv2.scaleAdd(laid, 255.0, kept + np.float32(0.5)).astype(np.uint8)


def look_up(
    picture: Float32[np.ndarray, "rows cols channels"], xy: Float32[np.ndarray, "hits 2"]
) -> Float32[np.ndarray, "hits channels"]:
    """A picture's values at places between its pixels."""
    wide = 4096
    count = len(xy)
    padded = np.zeros((-(-count // wide) * wide, 2), np.float32)
    padded[:count] = xy
    x, y = (np.ascontiguousarray(padded[:, k].reshape(-1, wide)) for k in (0, 1))
    values = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32).reshape(-1, picture.shape[2])[:count]
