"""Streams of detections at the frame rate that a network was trained at, continued at the ends."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

import numpy as np
from jaxtyping import Float

from climbpose.heatmaps import GaussianMaps, between
from climbpose.poses import HEATMAP_SIZE, Detection

_SAMPLE = 31
"""Frames from whose times the rate is judged."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How frames of a video are made frames of a network.

    Attributes:
        every: Of faster video, every so manyth frame goes together.
        inserted: Of slower video, so many frames are put in between two.
    """

    every: int = 1
    inserted: int = 0


def pace_of(times: Float[np.ndarray, " frames"], fps: float | None) -> Pace:
    """The pace that comes nearest to a frame rate; rates within a factor of 1.5 are left.

    Args:
        times: Of consecutive frames, seconds.
        fps: Frames a second that are wanted; None for any.
    """
    steps = np.diff(times)
    if fps is None or not len(steps) or (step := float(np.median(steps))) <= 0:
        return Pace()
    return Pace(every=max(1, round(1 / (step * fps))), inserted=max(1, round(step * fps)) - 1)


def paced_for(
    fps: float | None, detections: Iterable[Detection]
) -> tuple[Pace, Iterator[Detection]]:
    """The pace of a segment, and its detections with those put in that the pace asks for.

    Args:
        fps: Frames a second that are wanted; None for any.
        detections: Of consecutive frames.
    """
    stream = iter(detections)
    if fps is None:
        return Pace(), stream
    first = list(islice(stream, _SAMPLE))
    pace = pace_of(np.array([detection.time for detection in first]), fps)
    whole = chain(first, stream)
    return pace, _filled_in(whole, pace.inserted) if pace.inserted else whole


def _filled_in(detections: Iterable[Detection], count: int) -> Iterator[Detection]:
    """The detections with ``count`` more between each two."""
    last = None
    for before, last in pairwise(detections):
        yield before
        for number in range(1, count + 1):
            yield between(before, last, number / (count + 1))
    if last is not None:
        yield last


def continued(detections: Iterable[Detection], count: int) -> Iterator[Detection]:
    """A segment with ``count`` more frames at both ends, as if turned about its end points.

    A movement of steady speed so goes on, and a smoother that weighs past and future alike leaves
    the end points where they were detected.
    """
    stream = iter(detections)
    first = list(islice(stream, count + 1))
    if not first:
        return
    yield from reversed(_turned(first[0], first, count))
    latest: deque[Detection] = deque(maxlen=count + 1)
    for detection in chain(first, stream):
        latest.append(detection)
        yield detection
    backwards = list(reversed(latest))
    yield from _turned(backwards[0], backwards, count)


def _turned(end: Detection, inwards: list[Detection], count: int) -> list[Detection]:
    """What lies beyond an end, from it outwards; of short segments the last one repeats."""
    last = len(inwards) - 1
    return [_mirrored(end, inwards[min(step, last)]) for step in range(1, count + 1)]


def _mirrored(end: Detection, inner: Detection) -> Detection:
    """A detection on the other side of the end; the end itself where maps are dense."""
    box = 2 * end.box - inner.box
    is_box = bool((box[2:] - box[:2] >= 1).all())
    if not (isinstance(end.maps, GaussianMaps) and isinstance(inner.maps, GaussianMaps) and is_box):
        return end
    cell = (box[2:] - box[:2]) / HEATMAP_SIZE
    inner_cell = (inner.box[2:] - inner.box[:2]) / HEATMAP_SIZE
    xy = 2 * end.keypoints()[0] - inner.keypoints()[0]
    sigma = inner.maps.sigma if inner.maps.sigma.ndim == 2 else inner.maps.sigma[:, None]
    maps = GaussianMaps(
        xy=((xy - box[:2]) / cell).astype(np.float32),
        sigma=(sigma * inner_cell / cell).astype(np.float32),
        height=inner.maps.height,
    )
    return replace(inner, time=2 * end.time - inner.time, box=box, maps=maps)
