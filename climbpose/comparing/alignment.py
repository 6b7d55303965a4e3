"""Two climbs in step: which moment of one belongs to which of the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float64, Int64

from climbpose.analytics.values import Measures
from climbpose.comparing.moves import MoveDifference, compare_moves
from climbpose.comparing.registration import Registration
from climbpose.comparing.warping import warp

_LEAST_GAP_S = 0.1
"""Two moments that belong together are at least so long after the two before."""

_LEAVES, _ARRIVES = 1.0, 1.5
"""How much it counts when a hand leaves a hold, and when it arrives at one."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Which moments of two climbs belong together.

    Attributes:
        moments: Seconds of A's tracks and of B's, ascending in both; between them both climbs go
            on evenly.
        time: Of each picture that shows both, seconds from the first one.
        a_rows: Row of A's track in each picture.
        b_rows: Row of B's track in each picture.
        moves: All moves of both climbs.
        by: What put them in step: ``move``, ``height`` or ``time``.
    """

    moments: Float64[np.ndarray, "moments 2"]
    time: Float64[np.ndarray, " pictures"]
    a_rows: Int64[np.ndarray, " pictures"]
    b_rows: Int64[np.ndarray, " pictures"]
    moves: Sequence[MoveDifference]
    by: str


def align(a: Measures, b: Measures, registration: Registration) -> Alignment:
    """Puts two climbs in step: by the moves of both, and between them by height.

    A's times are kept, and B goes faster or slower.

    Args:
        a: One climb; it must have rows.
        b: The other; it must have rows.
        registration: How the wall of B lies on that of A.
    """
    moves = compare_moves(a, b, registration)
    heights = _heights(a, b, registration)
    spans = [_span(measures, height) for measures, height in zip((a, b), heights, strict=True)]
    ends = np.array(
        [
            [measures.poses.time[rows[place]] for measures, rows in zip((a, b), spans, strict=True)]
            for place in (0, 1)
        ]
    )
    anchors = _anchors(moves, ends)
    timed = [(one.poses.time, height) for one, height in zip((a, b), heights, strict=True)]
    pieces = [
        warp(_cut(*timed[0], start[0], end[0]), _cut(*timed[1], start[1], end[1]))
        for start, end in pairwise(anchors)
    ]
    moments = np.concatenate([pieces[0][:1], *(piece[1:] for piece in pieces)])
    first, last = spans[0]
    a_rows = np.arange(first, last + 1)
    a_times = a.poses.time[a_rows]
    b_times = np.interp(a_times, moments[:, 0], moments[:, 1])
    by = "move" if len(anchors) > 2 else "height" if len(moments) > 2 else "time"
    b_rows = _nearest(b.poses.time, b_times)
    return Alignment(moments, a_times - a_times[0], a_rows, b_rows, moves, by)


def from_start(a: Measures, b: Measures, registration: Registration) -> Alignment:
    """Both climbs in real time from where each begins; the one that ends first waits.

    Args:
        a: One climb; it must have rows.
        b: The other; it must have rows.
        registration: How the wall of B lies on that of A.
    """
    spans = [
        _span(measures, height)
        for measures, height in zip((a, b), _heights(a, b, registration), strict=True)
    ]
    times = [
        measures.poses.time[first : last + 1] - measures.poses.time[first]
        for measures, (first, last) in zip((a, b), spans, strict=True)
    ]
    longer = times[0]
    if times[1][-1] > longer[-1]:
        step = float(np.median(np.diff(longer))) if len(longer) > 1 else 1 / 30
        more = np.arange(longer[-1] + step, times[1][-1] + step / 2, step)
        longer = np.concatenate([longer, more])
    rows = [_nearest(own, longer) + first for own, (first, _) in zip(times, spans, strict=True)]
    both = float(min(times[0][-1], times[1][-1]))
    starts = [one.poses.time[first] for one, (first, _) in zip((a, b), spans, strict=True)]
    moments = np.array([starts, [start + both for start in starts]])
    moves = compare_moves(a, b, registration)
    return Alignment(moments, longer, rows[0], rows[1], moves, "time")


def _heights(a: Measures, b: Measures, registration: Registration) -> list[np.ndarray]:
    """How high both centres of mass are in A's wall frame, body lengths of A; up is more."""
    places = (a.centre_of_mass, registration.on_a(b.centre_of_mass))
    return [-xy[:, 1] / a.scale.length_px for xy in places]


def _span(measures: Measures, height: np.ndarray) -> tuple[int, int]:
    """The first and the last row in which somebody climbs; all rows where nobody is known."""
    known = np.flatnonzero(np.isfinite(height))
    if len(known) < 2:
        return 0, len(measures.poses) - 1
    return int(known[0]), int(known[-1])


def _anchors(
    moves: Sequence[MoveDifference], ends: Float64[np.ndarray, "2 2"]
) -> list[Float64[np.ndarray, "2"]]:
    """Moments that surely belong together: the ends, and where moves of both begin and end.

    Of moments that contradict each other, as two hands may move at once, most are kept; when a hand
    arrives is surer than when it leaves.
    """
    wished = []
    for one in moves:
        if one.first is not None and one.second is not None:
            wished.append((one.first.start_s, one.second.start_s, _LEAVES))
            wished.append((one.first.end_s, one.second.end_s, _ARRIVES))
    offered = np.array(sorted(wished), np.float64).reshape(-1, 3)
    is_inside = (offered[:, :2] - ends[0] >= _LEAST_GAP_S).all(axis=1)
    is_inside &= (ends[1] - offered[:, :2] >= _LEAST_GAP_S).all(axis=1)
    return [ends[0], *_longest(offered[is_inside]), ends[1]]


def _longest(offered: Float64[np.ndarray, "moments 3"]) -> list[Float64[np.ndarray, "2"]]:
    """The ascending moments that weigh the most together.

    Args:
        offered: Seconds of A and of B, and the weight, sorted.
    """
    moments, weights = offered[:, :2], offered[:, 2]
    total, before = weights.copy(), np.full(len(offered), -1)
    for number in range(len(offered)):
        is_before = (moments[number] - moments[:number] >= _LEAST_GAP_S).all(axis=1)
        reached = np.where(is_before, total[:number], 0)
        if reached.any():
            before[number] = reached.argmax()
            total[number] += reached.max()
    chosen = []
    number = int(total.argmax()) if len(total) else -1
    while number >= 0:
        chosen.append(moments[number])
        number = int(before[number])
    return chosen[::-1]


def _cut(
    time: np.ndarray, height: np.ndarray, start_s: float, end_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """A stretch of a climb that begins and ends exactly where it is asked to."""
    inside = (time > start_s) & (time < end_s)
    known = np.isfinite(height)
    at_ends = (
        np.interp([start_s, end_s], time[known], height[known]) if known.any() else [np.nan] * 2
    )
    return (
        np.concatenate([[start_s], time[inside], [end_s]]),
        np.concatenate([[at_ends[0]], height[inside], [at_ends[1]]]),
    )


def _nearest(
    times: Float64[np.ndarray, " rows"], wanted: Float64[np.ndarray, " pictures"]
) -> Int64[np.ndarray, " pictures"]:
    """The rows whose times are the nearest, the last one of two that are as near."""
    after = np.clip(np.searchsorted(times, wanted), 1, max(len(times) - 1, 1))
    if len(times) < 2:
        return np.zeros(len(wanted), np.int64)
    is_before = wanted - times[after - 1] < times[after] - wanted
    rows: np.ndarray = (after - is_before).astype(np.int64)
    return rows
