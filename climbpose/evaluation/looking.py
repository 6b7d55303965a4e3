"""Where candidates see the keypoints of labelled clips."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from climbpose import smoothers
from climbpose.detectors import RegionDetector
from climbpose.errors import DatasetError, UsageError
from climbpose.evaluation.baselines import BIAS, MEANS, REPAIRED, sliding_mean
from climbpose.evaluation.options import UNSMOOTHED, Source
from climbpose.evaluation.truth import Truth
from climbpose.poses import Detection, Frame, Pose
from climbpose.repair import repair
from climbpose.tracks import Selection, follow
from climbpose.video import VideoReader, prefetch

Keypoints = Float32[np.ndarray, "frames keypoints 2"]
"""Keypoints, pixels; NaN where missing."""


@runtime_checkable
class Observer(Protocol):
    """Sees a run's progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins, of about ``total`` frames."""
        ...

    def advance(self) -> None:
        """One frame of the stage is done."""
        ...


@dataclass(frozen=True, eq=False)
class Tracks:
    """A climber in a whole video.

    Attributes:
        fps: Frames a second, on average.
        xy: A row for each decoded frame, by smoother.
    """

    fps: float
    xy: Mapping[str, Keypoints]


@dataclass(frozen=True, eq=False)
class _Climber:
    """The climber in a video.

    Attributes:
        detections: Raw.
        times: Of each decoded frame, seconds.
        size: Width and height of the picture.
    """

    detections: list[Detection]
    times: Mapping[int, float]
    size: tuple[int, int]

    @property
    def fps(self) -> float:
        """Frames a second, on average; NaN where there are too few."""
        times = list(self.times.values())
        seconds = times[-1] - times[0] if times else 0.0
        return (len(times) - 1) / seconds if seconds > 0 else math.nan

    def rows(self, poses: Iterable[Pose]) -> Keypoints:
        """A row for each decoded frame."""
        place = {index: row for row, index in enumerate(self.times)}
        xy = np.full((len(place), 25, 2), np.nan, np.float32)
        for pose in poses:
            xy[place[pose.frame_index]] = pose.xy
        return xy


def source_trained_on(source: Source) -> frozenset[str]:
    """The clips that a source was trained on: names, or sha256 of files.

    A detector that does not say was trained on none that we know of.

    Raises:
        ClimbposeError: There is no such detector, or its files are absent or damaged.
    """
    return frozenset(getattr(source.create(), "trained_on", ()))


def followed(
    source: Source,
    truth: Truth,
    names: Sequence[str],
    person: Selection,
    *,
    is_repaired: bool,
    observer: Observer,
) -> Tracks:
    """What annotating the clip would give, by smoother; the bias is left to who knows all clips.

    The detector runs once.

    Args:
        source: Where keypoints come from.
        truth: The clip.
        names: Of smoothers and baselines.
        person: Who is the climber.
        is_repaired: Exchanged limbs are put right before smoothing.
        observer: Sees the progress.

    Raises:
        ClimbposeError: The video cannot be read, or is not the one that was labelled.
    """
    climber = _climber(source, truth.video, person, observer)
    _check_labelled(truth, climber)
    raw = climber.rows(smoothers.create(UNSMOOTHED)(climber.detections))
    is_needed = is_repaired or REPAIRED in names
    repaired = repair(climber.detections).detections if is_needed else climber.detections
    xy = {UNSMOOTHED: raw}
    for name in names:
        if name in MEANS:
            xy[name] = sliding_mean(raw, MEANS[name])
        elif name == REPAIRED:
            xy[name] = climber.rows(smoothers.create(UNSMOOTHED)(repaired))
        elif name not in (UNSMOOTHED, BIAS):
            detections = repaired if is_repaired else climber.detections
            xy[name] = climber.rows(smoothers.create(name)(detections))
    return Tracks(climber.fps, xy)


def _check_labelled(truth: Truth, climber: _Climber) -> None:
    """Refuses a video that cannot be the one that was labelled."""
    frames = len(climber.times)
    if truth.frame_index[-1] not in climber.times:
        raise DatasetError(
            f"{truth.name} has labels of frame {truth.frame_index[-1]}, but {truth.video} has "
            f"{frames} frames; is it the video that was labelled?"
        )
    if truth.has_all_frames and frames != len(truth.frame_index):
        raise DatasetError(
            f"{truth.name} has labels of {len(truth.frame_index)} frames, but {truth.video} has "
            f"{frames}; is it the video that was labelled?"
        )
    if truth.size not in (None, climber.size):
        raise DatasetError(
            f"{truth.name} was labelled on pictures of {_shown(truth.size)}, but {truth.video} has "
            f"{_shown(climber.size)}; is it the video that was labelled?"
        )


def _shown(size: tuple[int, int] | None) -> str:
    return "unknown size" if size is None else f"{size[0]} x {size[1]}"


def looked_at(source: Source, truth: Truth, observer: Observer) -> Keypoints:
    """What the landmark network sees where the labels say that the climber is: labelled frames.

    Frames whose labels do not tell where are left missing.

    Raises:
        ClimbposeError: The detector cannot be told where to look, or the video cannot be read.
    """
    detector = source.create()
    if not isinstance(detector, RegionDetector):
        raise UsageError(
            f"{source.name} cannot be told where the climber is; use --regions own, or leave it out"
        )
    seen = np.full(truth.annotated.xy.shape, np.nan, np.float32)
    rows = {index: row for row, index in enumerate(truth.frame_index.tolist())}
    observer.stage(truth.name, len(rows))
    with VideoReader(truth.video) as reader:
        for frame in reader:
            row = rows.pop(frame.index, None)
            region = None if row is None else truth.region(row)
            if region is not None:
                detection = detector.look(frame.pixels, region, frame.index, float(frame.time))
                seen[row] = detection.keypoints()[0]
            if row is not None:
                observer.advance()
            if not rows:
                return seen
    raise DatasetError(
        f"{truth.name} has labels of frame {max(rows)}, but {truth.video} ends before it; is it "
        "the video that was labelled?"
    )


def count_found(source: Source, video: Path, observer: Observer) -> tuple[int, int]:
    """In how many frames of a video somebody is followed, and how many there are.

    Raises:
        ClimbposeError: The video cannot be read.
    """
    climber = _climber(source, video, "auto", observer)
    return len(climber.detections), len(climber.times)


def _climber(source: Source, video: Path, person: Selection, observer: Observer) -> _Climber:
    times: dict[int, float] = {}

    def noted(frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            times[frame.index] = float(frame.time)
            yield frame
            observer.advance()

    with VideoReader(video) as reader:
        info = reader.info
        total = (
            None if info.fps is None or info.duration is None else round(info.duration * info.fps)
        )
        detector = source.create()
        observer.stage(f"{source.name}: {video.stem}", total)
        with closing(prefetch(reader)) as frames:
            people = list(detector(noted(frames)))
    return _Climber(list(follow(people, times, person)), times, (info.width, info.height))
