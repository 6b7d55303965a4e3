"""What the comparison's scripts work with, and the lines that both climbs share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.values import Series
from climbpose.pages.ground import Ground
from climbpose.pages.payload import climb_events, frame_times, points, rounded, series_data
from climbpose.pages.plots import drawn
from climbpose.pages.thinning import spaced
from climbpose.pages.values import Climb, Pair
from climbpose.pages.wall import on_the_wall

NAMES = ("first", "second")


def centres(pair: Pair) -> Mapping[str, Float64[np.ndarray, "frames 2"]]:
    """Both centres of mass in the first climb's wall frame."""
    return {
        "first": pair.first.measures.centre_of_mass,
        "second": pair.registration.on_a(pair.second.measures.centre_of_mass),
    }


def paths(pair: Pair) -> Mapping[str, Float64[np.ndarray, "frames 2"]]:
    """The lines that are drawn: those of both on the wall."""
    climbs = dict(zip(NAMES, (pair.first, pair.second), strict=True))
    return {name: on_the_wall(climbs[name].measures, xy) for name, xy in centres(pair).items()}


def hold_places(pair: Pair) -> list[Float64[np.ndarray, "holds 2"]]:
    """Where the holds of both are, in the first climb's wall frame."""
    first, second = (
        np.array([hold.xy for hold in climb.measures.holds], np.float64).reshape(-1, 2)
        for climb in (pair.first, pair.second)
    )
    return [first, pair.registration.on_a(second)]


def lines(pair: Pair) -> list[Series]:
    """Height and speed of both; what one of them lacks, neither has."""
    return [series for _, series in _owned(pair)]


def pair_data(pair: Pair, ground: Ground) -> dict[str, Any]:
    """Two climbs for the scripts; each climb's times are on its own annotated video's clock."""
    climbs = (pair.first, pair.second)
    offsets = [climb.offset_s for climb in climbs]
    shown = {series.name for series in drawn(lines(pair))}
    return {
        "kind": "pair",
        "climbs": [
            {
                **climb_events(climb),
                "frames": frame_times(climb),
                "path": _path(climb, ground, xy),
            }
            for climb, xy in zip(climbs, paths(pair).values(), strict=True)
        ],
        "times": [
            [rounded(time - offset) for time in column.tolist()]
            for column, offset in zip(pair.alignment.moments.T, offsets, strict=True)
        ],
        "pairs": [
            {
                "first": None if one.first is None else one.first.number,
                "second": None if one.second is None else one.second.number,
            }
            for one in pair.alignment.moves
        ],
        "series": [
            {**series_data(series, climbs[owner].times), "owner": owner}
            for owner, series in _owned(pair)
            if series.name in shown
        ],
    }


def _owned(pair: Pair) -> list[tuple[int, Series]]:
    """Each line with the climb that it is of: 0 or 1."""
    return [*_heights(pair), *_speeds(pair)]


def _path(climb: Climb, ground: Ground, xy: Float64[np.ndarray, "frames 2"]) -> dict[str, Any]:
    rows = spaced(len(xy))
    return {
        "times": [rounded(time) for time in climb.times[rows].tolist()],
        "line": points(ground.place(xy[rows])),
    }


def _heights(pair: Pair) -> list[tuple[int, Series]]:
    """Heights of the centres of mass above the lowest place of either, in lengths of the first."""
    both = list(centres(pair).values())
    known = np.concatenate([xy[:, 1] for xy in both])
    scale = pair.first.measures.scale.length_px
    if not np.isfinite(known).any() or not np.isfinite(scale):
        return []
    base = float(np.nanmax(known))
    return [
        (
            owner,
            Series(
                name=f"{NAMES[owner]}_height",
                label=f"height of {'AB'[owner]}",
                group="height",
                unit="BL",
                values=(base - xy[:, 1]) / scale,
                is_sure=np.ones(len(xy), bool),
            ),
        )
        for owner, xy in enumerate(both)
    ]


def _speeds(pair: Pair) -> list[tuple[int, Series]]:
    first, second = (
        {one.name: one for one in climb.measures.series if one.group == "speed"}
        for climb in (pair.first, pair.second)
    )
    for name in reversed(first):
        if name in second:
            return [
                (
                    owner,
                    replace(one, name=f"{NAMES[owner]}_{name}", label=f"speed of {'AB'[owner]}"),
                )
                for owner, one in enumerate((first[name], second[name]))
            ]
    return []
