"""From a video to its files: the stages in order."""

import importlib
import platform
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from climbpose import (
    __version__,
    assets,
    detectors,
    exporters,
    processes,
    render,
    report,
    smoothers,
    sparing,
)
from climbpose.detectors import ModelFile
from climbpose.errors import UsageError
from climbpose.exporters.overlay_mp4 import OverlayMp4, OverlayOptions, output_size
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.exporters.tracks_csv import read as read_tracks
from climbpose.files import claimed
from climbpose.fingerprints import Fingerprint, Sight
from climbpose.jobs import AnnotateOptions, Job, check_outputs
from climbpose.poses import LOW_CONFIDENCE, Analysis, Frame, Pose, PoseTrack, Status, VideoInfo
from climbpose.repair import Repair, Repaired, repair
from climbpose.report import FrameCounts, RunReport
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers import Smoother
from climbpose.sparing import Chosen
from climbpose.spool import Spool
from climbpose.timings import Timings
from climbpose.tracks import follow
from climbpose.video import VideoReader, encoders, prefetch

_MAX_SILENT_CUT_S = 0.5
"""Pictures that end so much before the stated end are not worth a warning."""


@runtime_checkable
class Observer(Protocol):
    """Sees a run's progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins, of about ``total`` frames."""
        ...

    def advance(self) -> None:
        """One frame of the stage is done."""
        ...


def fetch_models(options: AnnotateOptions, say: Callable[[str], None], *, is_offline: bool) -> None:
    """Brings the model files that a run needs into the cache.

    Raises:
        ModelError: They cannot be had.
    """
    if options.tracks is None and options.weights is None:
        assets.fetch(detectors.assets_of(options.detector), say, is_offline=is_offline)


def annotate(
    job: Job,
    options: AnnotateOptions,
    observer: Observer,
    arguments: Mapping[str, Any],
    *,
    overwrite: bool = True,
) -> RunReport:
    """Annotates one video: analyse, export the tracks, draw, report.

    Two runs that would write the same files never work at once: the second one is refused.

    Args:
        job: The video and its outputs.
        options: What to do.
        observer: Sees the progress.
        arguments: The options as the user gave them, for the report.
        overwrite: Replaces outputs that are there, also those that came into being since the plan.

    Raises:
        ClimbposeError: Something that the user can mend. Whole files that were written before stay.
    """
    with claimed(job.report):
        if not overwrite:
            # Another run may have written them while this one waited for its turn.
            check_outputs([job], options, overwrite=False)
        return _annotate(job, options, observer, arguments)


def _annotate(
    job: Job, options: AnnotateOptions, observer: Observer, arguments: Mapping[str, Any]
) -> RunReport:
    """The stages in order, where nobody else writes the same files."""
    started, run = datetime.now(UTC), _Run(job, options, observer)
    before = Sight.take(job.video)
    with run.timings.measure("total"):
        analysis = run.read_back(options.tracks) if options.tracks else run.analyse()
        outputs = run.export(analysis)
        is_anybody = bool(analysis.poses.has_climber.any())
        if is_anybody:
            run.draw(analysis)
            outputs.append(job.annotated)
        elif job.annotated.exists():
            run.warnings.append(f"{job.annotated.name} is of an earlier run")
        with run.timings.measure("hash"):
            files = {path.name: Fingerprint.take(path) for path in outputs}
            source = Fingerprint.take(job.video)
    if before != source.sight:
        run.warnings.append(
            f"{job.video.name} changed meanwhile; if it was being copied, do it again"
        )
        # So that a run that goes on with this one takes the video for another one.
        source = source.seen_as(before)
    done = RunReport(
        climbpose=__version__,
        status=report.DONE if is_anybody else report.NOBODY,
        started_at=started.isoformat(timespec="seconds"),
        arguments=arguments,
        models=run.models,
        video=analysis.video,
        frames=_counts(analysis.poses),
        repairs=run.repairs,
        timings_s=run.timings.seconds(),
        outputs=[path.name for path in outputs],
        source=source,
        files=files,
        warnings=list(dict.fromkeys(run.warnings)),
        system={
            "python": platform.python_version(),
            "platform": platform.platform(),
            "threads": str(processes.threads()),
            "encoder": encoders.find(options.overlay.encoder).name,
        },
    )
    done.write(job.report)
    return done


@dataclass
class _Run:
    """The stages of one run and what they leave for its report."""

    job: Job
    options: AnnotateOptions
    observer: Observer
    timings: Timings = field(default_factory=Timings)
    warnings: list[str] = field(default_factory=list)
    models: Sequence[ModelFile] = ()
    repairs: Sequence[Repair] = ()

    def analyse(self) -> Analysis:
        """Detects everybody, follows the climber, puts left and right right, smooths."""
        options, overlay = self.options, self.options.overlay
        times: dict[int, float] = {}
        # A network takes a second to get ready, and the other cores have nothing to do yet.
        with (
            ThreadPoolExecutor(1, "climbpose-detector") as pool,
            VideoReader(
                self.job.video, rotate=overlay.rotate, start=overlay.start, end=overlay.end
            ) as reader,
        ):
            _check_picture(reader.info, options)
            making = pool.submit(options.create_detector)
            # Before the long work, so that a file that cannot be used is told at once.
            smoother = smoothers.create(options.smoother, strength=options.smooth_strength)
            _load_libraries()
            detector = making.result()
            self.models = [*detector.models, *_files_of(smoother)]
            self.observer.stage("detect", _expected_frames(reader.info, overlay))
            with closing(prefetch(self.timings.watch(reader, "decode"))) as frames:
                chosen = Chosen(options.every)
                people = Spool(detector(chosen(self._noted(frames, times))))
            self.warnings += reader.warnings
            self.warnings += _signs_of_a_cut(reader.info, overlay, list(times.values()))
        with self.timings.measure("track"):
            seen = follow(people, times, options.person)
            repaired = repair(seen) if options.repair else Repaired.nothing(seen)
            climber, self.repairs = repaired.detections, repaired.repairs
        with self.timings.measure("smooth"):
            poses = _track(_marked(smoother(climber), repaired, chosen.recovered(seen)), times)
            is_raw_kept = options.keep_raw or options.exports
            raw = _track(smoothers.create("none")(seen), times) if is_raw_kept else None
        # A long video's detections are ten times as large as its poses.
        is_kept = options.exports or render.need_detections(overlay.layers)
        kept = {detection.frame_index: detection for detection in climber} if is_kept else {}
        return Analysis(reader.info, poses, raw, kept)

    def _noted(self, frames: Iterable[Frame], times: dict[int, float]) -> Iterator[Frame]:
        """Passes frames on, notes their times, and how long the detector works on each."""
        for frame in frames:
            times[frame.index] = float(frame.time)
            with self.timings.measure("detect"):
                yield frame
            self.observer.advance()

    def read_back(self, tracks: Path) -> Analysis:
        """Takes the climber from a file of tracks."""
        poses = read_tracks(tracks)
        with VideoReader(self.job.video, rotate=self.options.overlay.rotate) as reader:
            _check_picture(reader.info, self.options)
            return Analysis(reader.info, poses)

    def export(self, analysis: Analysis) -> list[Path]:
        """Writes everything but the annotated video and the report."""
        chosen = [exporters.create(name) for name in self.options.exports]
        if self.options.tracks is None:
            chosen.append(TracksCsv(with_raw=self.options.keep_raw))
        by_suffix = {exporter.suffix: exporter for exporter in chosen}
        by_suffix.pop(OverlayMp4.suffix, None)
        if by_suffix:
            report.withdraw(self.job.report)
        for suffix, exporter in by_suffix.items():
            exporter.write(analysis, self.job.output(suffix))
        return [self.job.output(suffix) for suffix in by_suffix]

    def draw(self, analysis: Analysis) -> None:
        """Writes the annotated video."""
        overlay = OverlayMp4(
            self.options.overlay, self.timings, self.observer.advance, self.warnings
        )
        self.observer.stage("draw", len(analysis.poses))
        overlay.write(analysis, self.job.annotated)


def _load_libraries() -> None:
    """Loads what is slow to load and needed later on."""
    importlib.import_module("scipy.ndimage")


def _files_of(smoother: Smoother) -> list[ModelFile]:
    """The checkpoint of a learned smoother."""
    stored = getattr(smoother, "stored", None)
    return [] if stored is None else [ModelFile(stored.file_name, stored.sha256)]


def _check_picture(info: VideoInfo, options: AnnotateOptions) -> None:
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


def _signs_of_a_cut(info: VideoInfo, overlay: OverlayOptions, times: Sequence[float]) -> list[str]:
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


def _counts(poses: PoseTrack) -> FrameCounts:
    is_filled = np.isin(poses.status, [Status.FILLED.value, Status.MISSING.value]).all(axis=1)
    return FrameCounts(
        decoded=len(poses),
        with_climber=int(poses.has_climber.sum()),
        filled=int((is_filled & poses.has_climber).sum()),
        recovered=int((poses.status == Status.RECOVERED.value).any(axis=1).sum()),
    )
