"""Keypoints that are missing for a moment are put in on the line between their neighbours."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64

from climbpose.poses import Detection

MAX_BRIDGE_S = 0.25
"""The longest time from one sight of a keypoint to the next that is bridged, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The coordinates of one detection.

    Attributes:
        frame_index: The frame's index.
        time: Seconds.
        xy: Pixels; NaN where missing.
        confidence: In [0, 1]; 0 where missing.
        is_filled: Whether the climber or the keypoint was not detected here and is put in.
        is_bridged: Whether the keypoint was not detected here and is put in.
    """

    frame_index: int
    time: float
    xy: Float32[np.ndarray, "keypoints 2"]
    confidence: Float32[np.ndarray, " keypoints"]
    is_filled: Bool[np.ndarray, " keypoints"]
    is_bridged: Bool[np.ndarray, " keypoints"]

    @classmethod
    def of(cls, detection: Detection) -> "Sample":
        """The peaks of a detection's heatmaps."""
        xy, confidence = detection.keypoints()
        is_filled = np.full(len(xy), detection.is_filled)
        return cls(
            detection.frame_index,
            detection.time,
            xy,
            confidence,
            is_filled,
            np.zeros(len(xy), bool),
        )

    def filled(
        self,
        keypoints: Bool[np.ndarray, " keypoints"],
        xy: Float64[np.ndarray, "keypoints 2"],
        confidence: Float32[np.ndarray, " keypoints"],
    ) -> "Sample":
        """The sample with other values for these keypoints, which count as bridged."""
        return replace(
            self,
            xy=np.where(keypoints[:, None], xy, self.xy).astype(np.float32),
            confidence=np.where(keypoints, confidence, self.confidence).astype(np.float32),
            is_filled=self.is_filled | keypoints,
            is_bridged=self.is_bridged | keypoints,
        )


def bridge(samples: Iterable[Sample]) -> Iterator[Sample]:
    """The samples of one segment, each keypoint's short absences bridged.

    A bridged keypoint is as confident as the less confident of the two that it lies between. Not
    more than `MAX_BRIDGE_S` of samples are held.
    """
    held: deque[Sample] = deque()
    """The samples that may still change."""
    seen: deque[Float64[np.ndarray, " keypoints"]] = deque()
    """For each of them, when each keypoint was last seen, up to and with it."""
    last: Sample | None = None
    """Each keypoint at its last sight."""
    last_seen = np.empty(0)
    for sample in samples:
        is_there = ~np.isnan(sample.xy).any(axis=1)
        if last is None:
            last, last_seen = sample, np.full(len(is_there), -np.inf)
        returns = is_there & (sample.time - last_seen <= MAX_BRIDGE_S)
        if returns.any() and held:
            held = _bridged(held, returns, last, last_seen, sample)
        last_seen = np.where(is_there, sample.time, last_seen)
        last = replace(
            sample,
            xy=np.where(is_there[:, None], sample.xy, last.xy),
            confidence=np.where(is_there, sample.confidence, last.confidence),
        )
        held.append(sample)
        seen.append(last_seen)
        while held and _is_settled(held[0], seen[0], sample.time):
            yield held.popleft()
            seen.popleft()
    yield from held


def _is_settled(sample: Sample, seen: Float64[np.ndarray, " keypoints"], now: float) -> bool:
    is_missing = np.isnan(sample.xy).any(axis=1)
    return bool((~is_missing | (now - seen > MAX_BRIDGE_S)).all())


def _bridged(
    held: deque[Sample],
    returns: Bool[np.ndarray, " keypoints"],
    last: Sample,
    last_seen: Float64[np.ndarray, " keypoints"],
    now: Sample,
) -> deque[Sample]:
    """The held samples, with the keypoints that are back put in since they were last seen."""
    span = np.where(returns, now.time - last_seen, 1.0)
    confidence = np.minimum(last.confidence, now.confidence)
    filled: deque[Sample] = deque()
    for sample in held:
        keypoints = returns & np.isnan(sample.xy).any(axis=1) & (sample.time >= last_seen)
        if keypoints.any():
            share = np.where(keypoints, (sample.time - last_seen) / np.maximum(span, 1e-9), 0.0)
            xy = last.xy + share[:, None] * (now.xy - last.xy).astype(np.float64)
            sample = sample.filled(keypoints, xy, confidence)
        filled.append(sample)
    return filled


def runs(is_there: Bool[np.ndarray, " time"]) -> list[slice]:
    """The stretches where it is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_there, [False]]).astype(np.int8)))
    return [
        slice(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)
    ]


def interpolate(
    xy: Float64[np.ndarray, "time keypoints 2"],
    is_there: Bool[np.ndarray, "time keypoints"],
    time: Float64[np.ndarray, " time"],
) -> Float64[np.ndarray, "time keypoints 2"]:
    """The coordinates with straight lines where there are none; 0 for a keypoint never seen."""
    whole = xy.copy()
    for keypoint in np.flatnonzero(~is_there.all(axis=0)):
        known = is_there[:, keypoint]
        for axis in range(2):
            whole[:, keypoint, axis] = (
                np.interp(time, time[known], xy[known, keypoint, axis]) if known.any() else 0.0
            )
    return whole
