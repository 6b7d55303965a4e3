"""What the page's scripts work with: times, events, paths and series."""

from typing import Any

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.values import Contact, Move, Series
from climbpose.pages import wording
from climbpose.pages.ground import Ground
from climbpose.pages.plots import drawn
from climbpose.pages.thinning import spaced, thinned
from climbpose.pages.values import Climb
from climbpose.pages.wall import paths_of

_EVEN_S = 1e-3
"""Frames that are off an even rate by less are stepped through at that rate."""

_LONE_FRAME_S = 0.04


def climb_data(climb: Climb, ground: Ground) -> dict[str, Any]:
    """A climb for the scripts, in JSON's own types; times are on the annotated video's clock."""
    measures = climb.measures
    rows = spaced(len(climb.times))
    return {
        "kind": "climb",
        **climb_events(climb),
        "frames": frame_times(climb),
        "paths": {
            "times": [rounded(time) for time in climb.times[rows].tolist()],
            "lines": {
                name: points(ground.place(xy[rows])) for name, xy in paths_of(measures).items()
            },
        },
        "series": [series_data(series, climb.times) for series in drawn(measures.series)],
    }


def climb_events(climb: Climb) -> dict[str, Any]:
    """What happened when."""
    measures, offset = climb.measures, climb.offset_s
    return {
        "seconds": rounded(climb.seconds),
        "moves": [_move(move, offset) for move in measures.moves],
        "rests": [
            {"start": rounded(rest.start_s - offset), "end": rounded(rest.end_s - offset)}
            for rest in measures.rests
        ],
        "contacts": [_contact(contact, offset) for contact in measures.contacts],
    }


def frame_times(climb: Climb) -> dict[str, Any]:
    """When frames are shown and the number of the first one.

    Start, step and count stand for frames that are even; others have a list too.
    """
    times, indices = climb.times, climb.measures.poses.frame_index
    count = len(times)
    step = float(times[-1] - times[0]) / (count - 1) if count > 1 else _LONE_FRAME_S
    even: dict[str, Any] = {
        "start": rounded(float(times[0])) if count else 0.0,
        "step": round(step, 9),
        "count": count,
        "first": int(indices[0]) if count else 0,
    }
    if count and np.abs(times - (times[0] + step * np.arange(count))).max() > _EVEN_S:
        even["list"] = [rounded(time) for time in times.tolist()]
    return even


def points(xy: Float64[np.ndarray, "points 2"]) -> list[list[float] | None]:
    """Points, None where not known."""
    return [[x, y] if np.isfinite(x) and np.isfinite(y) else None for x, y in xy.tolist()]


def series_data(series: Series, times: Float64[np.ndarray, " frames"]) -> dict[str, Any]:
    """A series for a plot."""
    rows = thinned(series.values)
    return {
        "group": series.group,
        "label": series.label,
        "unit": wording.unit(series.unit),
        "side": wording.side(series.name),
        "x": [rounded(time) for time in times[rows].tolist()],
        "y": [
            float(f"{value:.4g}") if np.isfinite(value) else None
            for value in series.values[rows].tolist()
        ],
        "unsure": np.flatnonzero(~series.is_sure[rows]).tolist(),
    }


def _move(move: Move, offset: float) -> dict[str, Any]:
    return {
        "number": move.number,
        "limb": move.limb.word,
        "words": wording.limb(move.limb),
        "start": rounded(move.start_s - offset),
        "end": rounded(move.end_s - offset),
        "from": wording.hold(move.from_hold),
        "to": wording.hold(move.to_hold),
    }


def _contact(contact: Contact, offset: float) -> dict[str, Any]:
    return {
        "limb": contact.limb.word,
        "hold": wording.hold(contact.hold),
        "number": contact.hold,
        "start": rounded(contact.start_s - offset),
        "end": rounded(contact.end_s - offset),
    }


def rounded(seconds: float) -> float:
    """A time, short."""
    return round(seconds, 4)
