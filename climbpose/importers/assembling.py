"""From what a file says to a track: our keypoints, checked, at the times of the video's frames."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from climbpose.datasets.keypoint_names import keypoint_of
from climbpose.datasets.person_labels import MAX_FRAME, MAX_PX
from climbpose.errors import TracksError, UsageError
from climbpose.importers.base import MAX_FRAMES, Readings
from climbpose.poses import LOW_CONFIDENCE, PoseTrack, Status
from climbpose.skeleton import CLIMBING_25

Times = Sequence[float] | np.ndarray | Callable[[], Sequence[float] | np.ndarray]
"""Presentation times of a video's frames by index, seconds; or what gives them."""

_CLOCK_TOLERANCE_S = 1e-3
"""Files round their times, and no two frames are so close."""

_SAME_ROW = 1e-3

_CONFIDENCES = (-0.5, 2.0)
"""Other tools' confidences may go a little beyond 0 and 1; what is further off is none."""


def assembled(readings: Readings, path: Path, times: Times | None, fps: float | None) -> PoseTrack:
    """The track that a file holds; see `climbpose.importers.read_tracks`.

    Raises:
        UsageError: Times are not known.
        TracksError: A value is not what it should be, or the track is of another video.
    """
    readings = _checked(_ours(readings, path), path)
    if readings.frame_index is None:
        return _at_own_times(readings, times)
    if readings.time is not None:
        return _track(readings.frame_index, readings.time, readings)
    frames = readings.frame_index
    if times is not None:
        clock = _clock(times)
        if frames[-1] >= len(clock):
            raise TracksError(
                f"{path} has frame {frames[-1]} but the video has {len(clock)} frames; are the "
                "tracks of another video?"
            )
        return _spread(readings, np.arange(len(clock)), clock)
    if fps is None or not fps > 0:
        raise UsageError(f"{path} has no times; name its video, or its frames a second")
    if frames[-1] - frames[0] >= MAX_FRAMES:
        raise TracksError(f"{path} spans more than {MAX_FRAMES} frames; expected one video")
    every = np.arange(frames[0], frames[-1] + 1)
    return _spread(readings, every, every / fps)


def _ours(readings: Readings, path: Path) -> Readings:
    """The readings of our keypoints alone, in our order."""
    columns: dict[str, int] = {}
    for column, label in enumerate(readings.keypoints):
        try:
            name = keypoint_of(label)
        except KeyError:
            continue
        if name in columns:
            raise TracksError(f"{path}: {name} is there twice; rename or remove one")
        if name is not None:
            columns[name] = column
    if not columns:
        raise TracksError(
            f"{path} has none of climbpose's keypoints, such as left_wrist; found "
            f"{', '.join(readings.keypoints)[:120] or 'none'}"
        )
    rows = len(readings.xy)
    xy = np.full((rows, len(CLIMBING_25), 2), np.nan)
    confidence = np.zeros((rows, len(CLIMBING_25)))
    status = np.full(confidence.shape, Status.MISSING.value, np.uint8)
    ours, theirs = CLIMBING_25.indices(*columns), list(columns.values())
    xy[:, ours], confidence[:, ours] = readings.xy[:, theirs], readings.confidence[:, theirs]
    if readings.status is not None:
        status[:, ours] = readings.status[:, theirs]
    kept = None if readings.status is None else status
    return replace(
        readings, keypoints=CLIMBING_25.keypoints, xy=xy, confidence=confidence, status=kept
    )


def _checked(readings: Readings, path: Path) -> Readings:
    """The readings with all that is missing NaN, confidence 0 and of that status."""
    frames, time = readings.frame_index, readings.time
    if not 0 < len(readings.xy) <= MAX_FRAMES:
        raise TracksError(f"{path}: expected 1 to {MAX_FRAMES} frames, found {len(readings.xy)}")
    if frames is not None and not (
        frames[0] >= 0 and frames[-1] < MAX_FRAME and (np.diff(frames) > 0).all()
    ):
        raise TracksError(f"{path}: expected increasing frames from 0 on, found others")
    if time is not None and not (np.isfinite(time).all() and (np.diff(time) > 0).all()):
        raise TracksError(f"{path}: expected increasing times, found others")
    is_missing = np.isnan(readings.xy).any(axis=2)
    if (far := np.abs(readings.xy[~is_missing]) > MAX_PX).any():
        worst = readings.xy[~is_missing][far][0]
        raise TracksError(f"{path}: expected pixels, found {worst:g}; is it of another unit?")
    confidence = np.where(np.isnan(readings.confidence), 1, readings.confidence)
    low, high = _CONFIDENCES
    if (odd := ~is_missing & ~((confidence >= low) & (confidence <= high))).any():
        raise TracksError(
            f"{path}: expected confidences from 0 to 1, found {confidence[odd][0]:g}; "
            "is it another column?"
        )
    confidence = np.where(is_missing, 0, np.clip(confidence, 0, 1))
    known = np.where(confidence < LOW_CONFIDENCE, Status.LOW.value, Status.DETECTED.value)
    if readings.status is not None:
        told = readings.status
        known = np.where(told == Status.MISSING.value, known, told)
    return replace(
        readings,
        xy=np.where(is_missing[:, :, None], np.nan, readings.xy),
        confidence=confidence,
        status=np.where(is_missing, Status.MISSING.value, known).astype(np.uint8),
    )


def _clock(times: Times) -> Float64[np.ndarray, " frames"]:
    return np.asarray(times() if callable(times) else times, np.float64)


def _at_own_times(readings: Readings, times: Times | None) -> PoseTrack:
    """A track of rows that are at times of their own; between them it is a straight line."""
    own = readings.time
    assert own is not None, "rows are at frames or at times"
    if times is None:
        return _track(np.arange(len(own)), own, readings)
    clock = _clock(times)
    is_within = (clock > own[0] - _CLOCK_TOLERANCE_S) & (clock < own[-1] + _CLOCK_TOLERANCE_S)
    after = np.clip(np.searchsorted(own, clock), 1, max(len(own) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(own) - 1)
    step = np.where(own[after] > own[before], own[after] - own[before], 1)
    share = np.clip((clock - own[before]) / step, 0, 1)[:, None, None]
    start, end = readings.xy[before], readings.xy[after]
    # A row that is as good as at the frame's time counts alone: the other may be missing.
    is_start, is_end = share < _SAME_ROW, share > 1 - _SAME_ROW
    between = start + (end - start) * share
    xy = np.where(is_start, start, np.where(is_end, end, between))
    is_there = is_within[:, None] & np.isfinite(xy).all(axis=2)
    confidence = np.maximum(readings.confidence[before], readings.confidence[after])
    at_frames = Readings(
        frame_index=np.arange(len(clock)),
        keypoints=readings.keypoints,
        xy=np.where(is_there[:, :, None], xy, np.nan),
        confidence=np.where(is_there, confidence, 0),
        status=np.where(is_there, Status.DETECTED.value, Status.MISSING.value).astype(np.uint8),
    )
    return _track(np.arange(len(clock)), clock, at_frames)


def _spread(
    readings: Readings, frames: np.ndarray, time: Float64[np.ndarray, " frames"]
) -> PoseTrack:
    """A track with a row for each of the frames; those without a reading are missing."""
    assert readings.frame_index is not None
    rows = readings.frame_index - frames[0]
    xy = np.full((len(frames), *readings.xy.shape[1:]), np.nan)
    confidence = np.zeros(xy.shape[:2])
    status = np.full(xy.shape[:2], Status.MISSING.value, np.uint8)
    xy[rows], confidence[rows], status[rows] = readings.xy, readings.confidence, readings.status
    spread = replace(readings, frame_index=frames, xy=xy, confidence=confidence, status=status)
    return _track(frames, time, spread)


def _track(frames: np.ndarray, time: np.ndarray, readings: Readings) -> PoseTrack:
    assert readings.status is not None
    return PoseTrack(
        frame_index=frames.astype(np.int64),
        time=time.astype(np.float64),
        xy=readings.xy.astype(np.float32),
        confidence=readings.confidence.astype(np.float32),
        status=readings.status,
    )
