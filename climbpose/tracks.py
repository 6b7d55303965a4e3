"""One climber out of all detections: link people over time, choose one, bridge short gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from math import sqrt
from typing import Literal

import numpy as np
from jaxtyping import Float

from climbpose.heatmaps import between
from climbpose.poses import LOW_CONFIDENCE, Detection
from climbpose.skeleton import CLIMBING_25
from climbpose.spool import Spool

MAX_FILLED_GAP_S = 0.25
"""Longer gaps stay missing."""

_MAX_LINK_GAP_S = 0.5
_MAX_JUMP = 0.3
_MAX_SPEED = 2.0
"""A person is linked over a jump of `_MAX_JUMP` + `_MAX_SPEED` per second, in box sizes."""

_FORBIDDEN = 1e6
"""The cost of a link that is out of reach."""

_MAX_RISE = 2.0
"""A rise beyond so many body heights counts no further."""

_MAX_RETURN_GAP_S = 5.0
_MAX_RETURN_JUMP = 2.0
"""Who comes back does so after so many seconds at most, and so many box sizes away at most."""

Selection = Literal["auto"] | tuple[float, float]
"""Who is the climber: found out from the whole video, or whoever is at a point in pixels."""

_WRISTS = CLIMBING_25.indices("left_wrist", "right_wrist")
_SHOULDERS = CLIMBING_25.indices("left_shoulder", "right_shoulder")
_HIPS = CLIMBING_25.indices("left_hip", "right_hip")


def follow(
    detections: Iterable[Detection], times: Mapping[int, float], person: Selection = "auto"
) -> Sequence[Detection]:
    """The detections of one climber, short gaps filled.

    Args:
        detections: Everybody's, in the order of frames.
        times: Presentation time of every decoded frame by its index, seconds.
        person: ``"auto"`` chooses after the whole video; a point chooses whoever is nearest to it
            in the first frame where somebody is.

    Returns:
        At most one detection a frame, in order; empty if nobody was found. Gaps of at most
        `MAX_FILLED_GAP_S` hold detections with ``is_filled``, longer ones nothing.
    """
    people = link(detections)
    if not people:
        return Spool()
    if person == "auto":
        scores = {id(one): climbing_score(one) for one in people}
        visits = max(
            (_visits(one, people) for one in people),
            key=lambda visits: sum(scores[id(visit)] for visit in visits),
        )
    else:
        visits = _visits(_person_at(people, person), people)
    return Spool(fill(chain.from_iterable(visits), times))


def link(detections: Iterable[Detection]) -> list[Spool]:
    """Links detections of the same person over time: each of the spools is one person's.

    A frame's detections are assigned to the people of before so that the sum of jumps is least; who
    is not seen for `_MAX_LINK_GAP_S` starts anew.
    """
    people: list[Spool] = []
    recent: list[Spool] = []
    for _, group in groupby(detections, key=lambda detection: detection.frame_index):
        found = list(group)
        recent = [person for person in recent if found[0].time - person[-1].time <= _MAX_LINK_GAP_S]
        linked = set()
        if recent:
            jumps = np.array([[_jump(person[-1], one) for one in found] for person in recent])
            allowed = np.array(
                [_MAX_JUMP + _MAX_SPEED * (found[0].time - person[-1].time) for person in recent]
            )
            for row, column in _assign(np.where(jumps <= allowed[:, None], jumps, _FORBIDDEN)):
                recent[row].append(found[column])
                linked.add(column)
        new = [Spool([one]) for column, one in enumerate(found) if column not in linked]
        people += new
        recent += new
    return people


def _assign(costs: Float[np.ndarray, "people found"]) -> list[tuple[int, int]]:
    """The pairs of least total cost, without the forbidden ones."""
    if costs.size == 1:
        pairs = [(0, 0)]
    else:
        # Loaded here because it is slow to load and most videos show one person.
        from scipy.optimize import linear_sum_assignment

        pairs = [
            (int(row), int(column))
            for row, column in zip(*linear_sum_assignment(costs), strict=True)
        ]
    return [pair for pair in pairs if costs[pair] < _FORBIDDEN]


def climbing_score(person: Sequence[Detection]) -> float:
    """How likely a person is the one who climbs: seconds in view, more for size, rise and reach.

    A bystander may be in view for as long and stand nearer, but neither rises nor holds the hands
    above the shoulders.
    """
    postures = np.array([_posture(one) for one in person])
    height = float(np.median(postures[:, 0]))
    hips = postures[np.isfinite(postures[:, 1]), 1]
    rise = float(np.ptp(np.percentile(hips, [5, 95]))) / height if len(hips) else 0.0
    reach = float(postures[:, 2].mean())
    seconds = person[-1].time - person[0].time
    return seconds * sqrt(height) * (0.1 + float(np.fmin(rise, _MAX_RISE)) + reach)


def _posture(detection: Detection) -> tuple[float, float, bool]:
    """Height and the hips' y, pixels, and whether a hand is surely above the shoulders."""
    xy, confidence = detection.keypoints()
    is_reaching = (confidence[_WRISTS] >= LOW_CONFIDENCE) & (
        xy[_WRISTS, 1] < xy[_SHOULDERS, 1].mean()
    )
    height = float(detection.box[3] - detection.box[1])
    return height, float(xy[_HIPS, 1].mean()), bool(is_reaching.any())


def fill(person: Iterable[Detection], times: Mapping[int, float]) -> Iterator[Detection]:
    """Bridges the short gaps of one person's detections, in a straight line.

    A filled detection has the interpolated keypoints and, of the two around it, the lower
    confidences.
    """
    before: Detection | None = None
    for after in person:
        if before and after.time - before.time <= MAX_FILLED_GAP_S:
            for index in range(before.frame_index + 1, after.frame_index):
                yield _put_in(before, after, index, times[index])
        yield after
        before = after


def _put_in(before: Detection, after: Detection, frame_index: int, time: float) -> Detection:
    share = (time - before.time) / (after.time - before.time)
    return replace(between(before, after, share), frame_index=frame_index, time=time)


def _visits(person: Spool, people: Sequence[Spool]) -> list[Spool]:
    """A person's stay in the picture with those before and after: who leaves may come back."""
    visits = [person]
    for other in sorted(people, key=lambda one: one[0].frame_index):
        last = visits[-1][-1]
        if other[0].frame_index > last.frame_index and _is_return(last, other[0]):
            visits.append(other)
    for other in sorted(people, key=lambda one: one[-1].frame_index, reverse=True):
        first = visits[0][0]
        if other[-1].frame_index < first.frame_index and _is_return(other[-1], first):
            visits.insert(0, other)
    return visits


def _is_return(gone: Detection, back: Detection) -> bool:
    sizes = _size(gone), _size(back)
    return (
        back.time - gone.time <= _MAX_RETURN_GAP_S
        and max(sizes) <= 2 * min(sizes)
        and _jump(gone, back) <= _MAX_RETURN_JUMP
    )


def _person_at(people: list[Spool], point: tuple[float, float]) -> Spool:
    """Whoever's box is nearest to a point in the first frame where somebody is."""
    first = min(person[0].frame_index for person in people)

    def distance(person: Spool) -> float:
        x1, y1, x2, y2 = person[0].box
        outside = np.hypot(
            max(x1 - point[0], 0, point[0] - x2), max(y1 - point[1], 0, point[1] - y2)
        )
        from_centre = np.hypot((x1 + x2) / 2 - point[0], (y1 + y2) / 2 - point[1])
        return float(outside) * 1e3 + float(from_centre)

    return min((p for p in people if p[0].frame_index == first), key=distance)


def _size(detection: Detection) -> float:
    """Side of the square as large as the box, pixels."""
    width, height = detection.box[2:] - detection.box[:2]
    return float(np.sqrt(width * height))


def _jump(a: Detection, b: Detection) -> float:
    """Distance between the boxes' corners, on average, over the larger box's size."""
    corners = (b.box - a.box).reshape(2, 2)
    return float(np.hypot(*corners.T).mean()) / max(_size(a), _size(b))
