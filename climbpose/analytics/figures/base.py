"""What a measure is: a function of a climb that yields figures and series."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.climb import Climb
from climbpose.analytics.values import Figure, Series
from climbpose.registry import Registry

Findings = Iterator[Figure | Series]

GROUPS = (
    "overview",
    "movement",
    "line",
    "rest",
    "hands",
    "feet",
    "smoothness",
    "angles",
    "quality",
)
"""Of figures, in the order in which they are read: time and pace first, as they tell most."""

NO_CLIMBING = "no hand was seen to hold anything on the wall"
NO_MOVES = "no hand was seen to move from one hold to another"
NOT_SEEN = "too little of the climber was seen"

_registry = Registry[Findings]("measure", "climbpose.analytics.figures")
register = _registry.register
names = _registry.names
factory = _registry.factory


def in_metres_too(climb: Climb, figure: Figure) -> Findings:
    """A figure in body lengths, and in metres where the climber's height was given.

    Args:
        climb: Whose size it is.
        figure: Its name ends in its unit, which begins with ``BL``.
    """
    yield figure
    if np.isfinite(climb.scale.metres):
        yield replace(
            figure,
            name=figure.name.replace("_bl", "_m"),
            value=figure.value * climb.scale.metres,
            unit=figure.unit.replace("BL", "m"),
            caveat=f"{figure.caveat} Metres come from the stature that was given, by average "
            "proportions: a few percent off.",
        )


def series_in_metres_too(climb: Climb, series: Series) -> Findings:
    """The same of a series."""
    yield series
    if np.isfinite(climb.scale.metres):
        yield replace(
            series,
            name=series.name.replace("_bl", "_m"),
            values=series.values * climb.scale.metres,
            unit=series.unit.replace("BL", "m"),
        )


def median(values: Float64[np.ndarray, " values"] | list[float]) -> float:
    """The median of those that are known, NaN of none."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(np.median(known)) if len(known) else float("nan")
