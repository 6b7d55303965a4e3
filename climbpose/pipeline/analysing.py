"""From a video to its climber's poses: everybody is detected, one is followed and smoothed."""

import importlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from climbpose import render, smoothers, sparing
from climbpose.detectors import Detector, ModelFile
from climbpose.errors import ModelError, UsageError
from climbpose.exporters.overlay_mp4 import OverlayOptions, output_size
from climbpose.importers import read_tracks
from climbpose.jobs import AnnotateOptions
from climbpose.pipeline.log import Log
from climbpose.poses import (
    LOW_CONFIDENCE,
    Analysis,
    Detection,
    Frame,
    Pose,
    PoseTrack,
    Status,
    VideoInfo,
)
from climbpose.repair import Repaired, repair
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers import Smoother
from climbpose.sparing import Chosen
from climbpose.spool import Spool
from climbpose.tracks import follow
from climbpose.video import VideoReader, prefetch

_MAX_SILENT_CUT_S = 0.5
"""Pictures that end so much before the stated end are not worth a warning."""


def read_back(video: Path, options: AnnotateOptions, tracks: Path) -> Analysis:
    """Takes the climber from a file of tracks.

    Raises:
        ClimbposeError: The tracks or the video cannot be used, or they do not belong together.
    """
    with VideoReader(video, rotate=options.overlay.rotate) as reader:
        check_picture(reader.info, options)
        return Analysis(reader.info, read_tracks(tracks, lambda: frame_times(video)))


def frame_times(video: Path) -> list[float]:
    """Presentation times of a video's frames by index, seconds; all of them are decoded.

    Raises:
        VideoError: It cannot be read.
    """
    with VideoReader(video) as reader:
        return [float(frame.time) for frame in reader]


def analyse(video: Path, options: AnnotateOptions, log: Log) -> Analysis:
    """Detects everybody, follows the climber, puts left and right right, smooths.

    Raises:
        ClimbposeError: The video or a model cannot be used, or options do not fit the picture.
    """
    overlay = options.overlay
    # A network takes a second to get ready, and the other cores have nothing to do yet.
    with (
        ThreadPoolExecutor(1, "climbpose-detector") as pool,
        VideoReader(video, rotate=overlay.rotate, start=overlay.start, end=overlay.end) as reader,
    ):
        check_picture(reader.info, options)
        with log.timings.measure("models"):
            making = pool.submit(options.create_detector)
            # Before the long work, so that a file that cannot be used is told at once.
            smoother = smoothers.create(options.smoother, strength=options.smooth_strength)
            _load_libraries()
            detector = making.result()
        log.models = [*detector.models, *_files_of(smoother)]
        seen = _Seen.by(detector, reader, options, log)
    with log.timings.measure("track"):
        climber = follow(seen.people, seen.times, options.person)
        repaired = repair(climber) if options.repair else Repaired.nothing(climber)
        log.repairs = repaired.repairs
    with log.timings.measure("smooth"):
        marked = _marked(smoother(repaired.detections), repaired, seen.chosen.recovered(climber))
        poses = _track(marked, seen.times)
        is_raw_kept = options.keep_raw or options.exports
        raw = _track(smoothers.create("none")(climber), seen.times) if is_raw_kept else None
    if not poses.has_climber.any() and any(one.keypoints()[1].any() for one in climber):
        raise ModelError(
            f"smoother {options.smoother} left nothing but NaN of what was detected; its file "
            "is damaged: choose another --smoother"
        )
    # A long video's detections are ten times as large as its poses.
    is_kept = options.exports or render.need_detections(overlay.layers)
    kept = {each.frame_index: each for each in repaired.detections} if is_kept else {}
    return Analysis(reader.info, poses, raw, kept)


class _Seen:
    """Everybody whom a detector saw in a video.

    Attributes:
        people: All detections.
        times: Of every frame, by its index, seconds.
        chosen: Which frames were looked at.
    """

    def __init__(self, every: int) -> None:
        self.people = Spool()
        self.times: dict[int, float] = {}
        self.chosen = Chosen(every)

    @classmethod
    def by(
        cls, detector: Detector, reader: VideoReader, options: AnnotateOptions, log: Log
    ) -> "_Seen":
        """Goes through the video."""
        seen = cls(options.every)
        log.observer.stage("detect", _expected_frames(reader.info, options.overlay))
        with closing(prefetch(log.timings.watch(reader, "decode"))) as frames:
            looked_at = seen.chosen(seen._noted(frames, log))
            seen.people.extend(_sound(detector(looked_at), options.detector, log))
        log.warnings += reader.warnings
        log.warnings += signs_of_a_cut(reader.info, options.overlay, list(seen.times.values()))
        return seen

    def _noted(self, frames: Iterable[Frame], log: Log) -> Iterator[Frame]:
        """Passes frames on, notes their times, and how long the detector works on each."""
        for frame in frames:
            self.times[frame.index] = float(frame.time)
            with log.timings.measure("detect"):
                yield frame
            log.observer.advance()


def _sound(people: Iterable[Detection], detector: str, log: Log) -> Iterator[Detection]:
    """Everybody but those whose place is no number, as a broken network gives it."""
    sound = unsound = 0
    for one in people:
        if np.isfinite(one.box).all() and (one.box[2:] > one.box[:2]).all():
            sound += 1
            yield one
        else:
            unsound += 1
    if unsound and not sound:
        raise ModelError(
            f"detector {detector} gave places that are no numbers (NaN) in all frames; its model "
            "file is damaged: choose another --detector or --weights"
        )
    if unsound:
        log.warnings.append(f"{unsound} detections at no finite place are left out")


def _load_libraries() -> None:
    """Loads what is slow to load and needed later on."""
    importlib.import_module("scipy.ndimage")


def _files_of(smoother: Smoother) -> list[ModelFile]:
    """The checkpoint of a learned smoother."""
    stored = getattr(smoother, "stored", None)
    return [] if stored is None else [ModelFile(stored.file_name, stored.sha256)]


def check_picture(info: VideoInfo, options: AnnotateOptions) -> None:
    """Refuses, before the long work, what does not fit the picture."""
    output_size(info.width, info.height, options.overlay.scale)
    sparing.check(options.every, info.fps)
    if options.person == "auto":
        return
    x, y = options.person
    if not (0 <= x <= info.width and 0 <= y <= info.height):
        raise UsageError(
            f"--person {x:g},{y:g} lies outside the upright {info.width} x {info.height} picture "
            f"of {info.path}; give x and y in its pixels, from the top left"
        )


def _expected_frames(info: VideoInfo, overlay: OverlayOptions) -> int | None:
    """About how many frames there are, for the progress bar alone."""
    if info.fps is None or info.duration is None:
        return None
    end = info.duration if overlay.end is None else min(overlay.end, info.duration)
    return max(round((end - (overlay.start or 0)) * info.fps), 1)


def signs_of_a_cut(info: VideoInfo, overlay: OverlayOptions, times: Sequence[float]) -> list[str]:
    """A warning if the pictures end long before what the file says."""
    if info.duration is None or overlay.end is not None:
        return []
    seen = times[-1] - times[0] + (overlay.start or 0)
    longest_frame = float(np.diff(times).max(initial=0))
    if info.duration - seen <= max(_MAX_SILENT_CUT_S, 2 * longest_frame):
        return []
    return [
        f"the file says that it lasts {info.duration:.1f} s, but its pictures end after "
        f"{seen:.1f} s; was it cut short?"
    ]


def _marked(poses: Iterable[Pose], repaired: Repaired, recovered: Container[int]) -> Iterator[Pose]:
    """The poses, their status saying what was exchanged or recovered unless it says worse.

    Args:
        poses: One for each of the repaired detections.
        repaired: The detections.
        recovered: Indices of frames between those that were looked at.
    """
    for pose, swapped in zip(poses, repaired.swapped, strict=True):
        status = pose.status
        is_good = np.isin(status, [Status.DETECTED.value, Status.SMOOTHED.value])
        status = np.where(swapped & is_good, Status.SWAPPED.value, status)
        if pose.frame_index in recovered:
            is_sure = pose.confidence >= LOW_CONFIDENCE
            known = np.where(is_sure, Status.RECOVERED.value, Status.LOW.value)
            status = np.where(status == Status.FILLED.value, known, status)
        yield replace(pose, status=status.astype(np.uint8))


def _track(poses: Iterable[Pose], times: Mapping[int, float]) -> PoseTrack:
    """One row for every decoded frame, missing where there is no pose."""
    rows = {index: row for row, index in enumerate(times)}
    count, keypoints = len(times), len(CLIMBING_25)
    xy = np.full((count, keypoints, 2), np.nan, np.float32)
    confidence = np.zeros((count, keypoints), np.float32)
    status = np.full((count, keypoints), Status.MISSING.value, np.uint8)
    for pose in poses:
        row = rows[pose.frame_index]
        xy[row], confidence[row], status[row] = pose.xy, pose.confidence, pose.status
    return PoseTrack(
        frame_index=np.array(list(times), np.int64),
        time=np.array(list(times.values()), np.float64),
        xy=xy,
        confidence=confidence,
        status=status,
    )
