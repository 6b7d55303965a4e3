"""Where candidates see the keypoints of the labelled frames."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from climbpose import smoothers
from climbpose.detectors import RegionDetector
from climbpose.errors import DatasetError, UsageError
from climbpose.evaluation.options import Source
from climbpose.evaluation.truth import Truth
from climbpose.poses import Detection, Frame
from climbpose.tracks import Selection, follow
from climbpose.video import VideoReader, prefetch

Keypoints = Float32[np.ndarray, "frames keypoints 2"]
"""Keypoints of the labelled frames, pixels; NaN where missing."""


@runtime_checkable
class Observer(Protocol):
    """Sees a run's progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins, of about ``total`` frames."""
        ...

    def advance(self) -> None:
        """One frame of the stage is done."""
        ...


def trained_on(source: Source) -> frozenset[str]:
    """The clips that a source was trained on: names, or sha256 of files.

    A detector that does not say was trained on none that we know of.

    Raises:
        ClimbposeError: There is no such detector, or its files are absent or damaged.
    """
    return frozenset(getattr(source.create(), "trained_on", ()))


def followed(
    source: Source, truth: Truth, names: Iterable[str], person: Selection, observer: Observer
) -> Mapping[str, Keypoints]:
    """What annotating the clip would give, by smoother.

    Raises:
        ClimbposeError: The video cannot be read, or is not the one that was labelled.
    """
    climber, times = _climber(source, truth.video, person, observer)
    if truth.frame_index[-1] not in times:
        raise DatasetError(
            f"{truth.name} has labels of frame {truth.frame_index[-1]}, but {truth.video} has "
            f"{len(times)} frames; is it the video that was labelled?"
        )
    seen = {}
    for name in names:
        poses = {pose.frame_index: pose.xy for pose in smoothers.create(name)(climber)}
        seen[name] = _nothing(truth)
        for row, index in enumerate(truth.frame_index.tolist()):
            if index in poses:
                seen[name][row] = poses[index]
    return seen


def looked_at(source: Source, truth: Truth, observer: Observer) -> Keypoints:
    """What the landmark network sees where the labels say that the climber is.

    Frames whose labels do not tell where are left missing.

    Raises:
        ClimbposeError: The detector cannot be told where to look, or the video cannot be read.
    """
    detector = source.create()
    if not isinstance(detector, RegionDetector):
        raise UsageError(
            f"{source.name} cannot be told where the climber is; use --regions own, or leave it out"
        )
    seen = _nothing(truth)
    rows = {index: row for row, index in enumerate(truth.frame_index.tolist())}
    observer.stage(truth.name, len(rows))
    with VideoReader(truth.video) as reader:
        for frame in reader:
            row = rows.pop(frame.index, None)
            region = None if row is None else truth.region(row)
            if region is not None:
                detection = detector.look(frame.image, region, frame.index, float(frame.time))
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
    climber, times = _climber(source, video, "auto", observer)
    return len(climber), len(times)


def _climber(
    source: Source, video: Path, person: Selection, observer: Observer
) -> tuple[list[Detection], dict[int, float]]:
    """The climber in a video, and the time of each frame."""
    times: dict[int, float] = {}

    def noted(frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            times[frame.index] = float(frame.time)
            yield frame
            observer.advance()

    with VideoReader(video) as reader:
        fps, duration = reader.info.fps, reader.info.duration
        total = None if fps is None or duration is None else round(duration * fps)
        detector = source.create()
        observer.stage(f"{source.name}: {video.stem}", total)
        with closing(prefetch(reader)) as frames:
            people = list(detector(noted(frames)))
    return follow(people, times, person), times


def _nothing(truth: Truth) -> np.ndarray:
    return np.full(truth.annotated.xy.shape, np.nan, np.float32)
