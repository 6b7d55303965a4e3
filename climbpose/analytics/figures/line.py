"""The line of the centre of mass: its length, its detours, its speed."""

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import (
    NO_CLIMBING,
    NOT_SEEN,
    Findings,
    in_metres_too,
    median,
    register,
    series_in_metres_too,
)
from climbpose.analytics.values import Figure, Series

_STEP_S = 1 / 6
"""Paths are measured at 6 Hz, as in Watts et al. 2016: the finer, the longer."""

_LEAST_SHARE = 0.8
"""Of the time on the wall for which the centre of mass must be known."""

_ENTROPY = "Cordier et al. 1993, 1994; at 6 Hz as Watts et al. 2016"


@register("line")
def line(climb: Climb) -> Findings:
    """Path length, entropy, economy, speed."""
    yield from _speeds(climb)
    path = _path(climb)
    missing = _missing(climb) if path is None else ""
    length = float("nan") if path is None else _length(path)
    yield from in_metres_too(
        climb,
        Figure(
            name="path_length_bl", label="path of the centre of mass", group="line", unit="BL",
            value=length / climb.body_px, missing=missing,
            meaning="How far the centre of mass went, at six points a second.",
            caveat="Trembling of the tracks lengthens it by some percent.", source=_ENTROPY,
        ),
    )  # fmt: skip
    moved = path is not None and length > 0
    perimeter = _hull_perimeter(path) if path is not None else 0.0
    yield Figure(
        name="geometric_entropy", label="geometric index of entropy", group="line", unit="",
        value=float(np.log(2 * length / perimeter)) if perimeter > 0 else float("nan"),
        missing=missing or ("" if perimeter > 0 else "the centre of mass did not move"),
        meaning="ln(2 path / perimeter of its convex hull): 0 is a straight line, more is detours.",
        caveat="Compare attempts on the same route only; explains little of ability by itself.",
        source=_ENTROPY,
    )  # fmt: skip
    yield Figure(
        name="path_economy", label="straightness", group="line", unit="%",
        value=100 * float(np.linalg.norm(path[-1] - path[0])) / length
        if path is not None and length > 0 else float("nan"),
        missing=missing or ("" if moved else "the centre of mass did not move"),
        meaning="Distance from start to end as a share of the path.",
        caveat="Low on traverses that turn, and where the climber comes down again.",
        source="definition",
    )  # fmt: skip


def _speeds(climb: Climb) -> Findings:
    speed = climb.speed
    yield from series_in_metres_too(
        climb,
        Series("speed_bl_s", "speed of the centre of mass", "speed", "BL/s", speed,
               np.isfinite(speed)),
    )  # fmt: skip
    climbing = speed[climb.is_climbing & np.isfinite(speed)]
    missing = "" if len(climbing) else _missing(climb)
    caveat = "In the picture plane: movement to and from the wall is not seen."
    yield from in_metres_too(
        climb,
        Figure(
            name="median_speed_bl_s", label="median speed", group="movement", unit="BL/s",
            value=median(climbing), missing=missing,
            meaning="Speed of the centre of mass for half of the time on the wall.",
            caveat=caveat, source="definition; low-passed at 6 Hz, Winter 2009",
        ),
    )  # fmt: skip
    yield from in_metres_too(
        climb,
        Figure(
            name="peak_speed_bl_s", label="peak speed", group="movement", unit="BL/s",
            value=float(np.percentile(climbing, 99)) if len(climbing) else float("nan"),
            missing=missing,
            meaning="Exceeded in one hundredth of the time on the wall: jumps and swings.",
            caveat=caveat, source="definition; low-passed at 6 Hz, Winter 2009",
        ),
    )  # fmt: skip


def _missing(climb: Climb) -> str:
    return NOT_SEEN if climb.is_climbing.any() else NO_CLIMBING


def _path(climb: Climb) -> Float64[np.ndarray, "steps 2"] | None:
    """The centre of mass on the wall in equal steps; None where too little of it is known."""
    rows = np.flatnonzero(climb.is_climbing)
    known = rows[np.isfinite(climb.centre[rows]).all(axis=1)]
    if len(known) < 2 or len(known) < _LEAST_SHARE * len(rows):
        return None
    first, last = climb.time[known[0]], climb.time[known[-1]]
    steps = np.linspace(first, last, max(round((last - first) / _STEP_S) + 1, 2))
    centre = climb.centre[known].T
    return np.stack([np.interp(steps, climb.time[known], axis) for axis in centre], axis=1)


def _length(path: Float64[np.ndarray, "steps 2"]) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _hull_perimeter(path: Float64[np.ndarray, "steps 2"]) -> float:
    """Of the convex hull; of points on a line, there and back."""
    import cv2

    hull = cv2.convexHull(path.astype(np.float32))[:, 0].astype(np.float64)
    return _length(np.concatenate([hull, hull[:1]]))
