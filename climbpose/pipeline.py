"""From a video to its files: the stages in order."""

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from climbpose import __version__, assets, detectors, exporters, render, smoothers
from climbpose.errors import OutputExistsError, UsageError
from climbpose.exporters import Exporter, part_file
from climbpose.exporters.overlay_mp4 import OverlayMp4, OverlayOptions
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.exporters.tracks_csv import read as read_tracks
from climbpose.poses import Analysis, Detection, Pose, PoseTrack, Status, VideoInfo
from climbpose.skeleton import CLIMBING_25
from climbpose.timings import Timings
from climbpose.tracks import Selection, follow
from climbpose.video import VideoReader, prefetch

RUN_SUFFIX = "_run.json"


@dataclass(frozen=True)
class AnnotateOptions:
    """What is to be done with each video.

    Attributes:
        detector: Name, or path of precomputed detections.
        smoother: Name.
        smooth_strength: 0 keeps the raw keypoints, 1 is the smoother's default.
        person: Who is the climber.
        overlay: Look, range and encoding of the annotated video.
        keep_raw: Adds raw columns to the tracks.
        exports: Names of further exporters.
        tracks: Draws these tracks instead of detecting anybody.
    """

    detector: str = detectors.DEFAULT
    smoother: str = smoothers.DEFAULT
    smooth_strength: float = 1.0
    person: Selection = "auto"
    overlay: OverlayOptions = field(default_factory=OverlayOptions)
    keep_raw: bool = False
    exports: tuple[str, ...] = ()
    tracks: Path | None = None


@dataclass(frozen=True)
class Job:
    """One video and where its files go.

    Attributes:
        video: The source.
        annotated: The annotated video.
        stem: Folder and beginning of the name of the other outputs.
    """

    video: Path
    annotated: Path
    stem: Path

    def output(self, suffix: str) -> Path:
        """The output file of a suffix such as ``_tracks.csv``."""
        if suffix == OverlayMp4.suffix:
            return self.annotated
        return self.stem.with_name(f"{self.stem.name}{suffix}")

    def outputs(self, options: AnnotateOptions) -> list[Path]:
        """All files that the run writes, in the order of writing."""
        return [self.output(suffix) for suffix in _suffixes(options)]


class Observer(Protocol):
    """Sees a run's progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins, of about ``total`` frames."""
        ...

    def advance(self) -> None:
        """One frame of the stage is done."""
        ...


@dataclass(frozen=True)
class ModelFile:
    """A model file that was used."""

    name: str
    sha256: str


@dataclass(frozen=True)
class FrameCounts:
    """Frames as decoded; ``filled`` ones are among those with the climber."""

    decoded: int
    with_climber: int
    filled: int


@dataclass(frozen=True)
class RunReport:
    """What a run did; `RUN_SUFFIX` files hold it as JSON.

    Attributes:
        climbpose: Version.
        status: ``done``, or ``nobody`` if no person was found.
        started_at: UTC, ISO 8601.
        arguments: The options.
        models: The model files used.
        video: What the source says of itself.
        frames: Counts.
        timings_s: Wall seconds of each stage; stages overlap.
        outputs: Names of the files written.
        warnings: One line each.
        system: Versions of what ran it.
    """

    climbpose: str
    status: str
    started_at: str
    arguments: Mapping[str, Any]
    models: Sequence[ModelFile]
    video: Mapping[str, Any]
    frames: FrameCounts
    timings_s: Mapping[str, float]
    outputs: Sequence[str]
    warnings: Sequence[str]
    system: Mapping[str, str]

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), indent=2, default=str)


def plan(videos: Sequence[Path], output: Path | None) -> list[Job]:
    """Where the files of each video go.

    Args:
        videos: The sources.
        output: A folder, or the annotated video's name, or None for beside each video.

    Raises:
        UsageError: An input or the output folder is not there, or two videos would share outputs.
    """
    for video in videos:
        if video.is_dir():
            raise UsageError(f"{video} is a folder; expected a video file (try {video}/*.mp4)")
        if not video.exists():
            raise UsageError(f"{video} does not exist; check the name")
    if output is None or output.is_dir():
        jobs = [_job_in(output or video.parent, video) for video in videos]
    else:
        jobs = [_named_job(videos, output)]
    for folder in dict.fromkeys(job.stem.parent for job in jobs):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"folder {folder} may not be written to; choose another one with -o")
    taken: dict[Path, Path] = {}
    for job in jobs:
        if job.stem.absolute() in taken:
            raise UsageError(
                f"{taken[job.stem.absolute()]} and {job.video} would write the same files; give "
                "the videos different names, or annotate them one by one with -o"
            )
        taken[job.stem.absolute()] = job.video
    return jobs


def check_outputs(jobs: Sequence[Job], options: AnnotateOptions, *, overwrite: bool) -> None:
    """Makes sure, before any work, that nothing of the user's would be lost.

    Raises:
        OutputExistsError: An output exists and may not be replaced, or is one of the inputs.
    """
    inputs = {job.video.absolute() for job in jobs}
    if options.tracks:
        inputs.add(options.tracks.absolute())
    for job in jobs:
        for path in job.outputs(options):
            if path.absolute() in inputs:
                raise OutputExistsError(
                    f"{path} is an input and would be replaced; leave it out of the inputs, or "
                    "choose another folder with -o"
                )
            if path.exists() and not overwrite:
                raise OutputExistsError(
                    f"{path} exists; use -y to overwrite, --skip-existing to skip, or -o to write "
                    "elsewhere"
                )


def check_options(options: AnnotateOptions) -> None:
    """Makes sure, before any work, that every name is known.

    Raises:
        UsageError: A name is not known; the message lists those there are.
    """
    if not options.detector.endswith(".npz"):
        detectors.factory(options.detector)
    smoothers.create(options.smoother, strength=options.smooth_strength)
    for layer in options.overlay.layers:
        render.factory(layer)
    _suffixes(options)


def fetch_models(options: AnnotateOptions, say: Callable[[str], None], *, is_offline: bool) -> None:
    """Brings the model files that a run needs into the cache.

    Raises:
        ModelError: They cannot be had.
    """
    if options.tracks is None:
        assets.fetch(detectors.assets_of(options.detector), say, is_offline=is_offline)


def annotate(
    job: Job, options: AnnotateOptions, observer: Observer, arguments: Mapping[str, Any]
) -> RunReport:
    """Annotates one video: analyse, export the tracks, draw, report.

    Args:
        job: The video and its outputs.
        options: What to do.
        observer: Sees the progress.
        arguments: The options as the user gave them, for the report.

    Raises:
        ClimbposeError: Something that the user can mend. Whole files that were written before stay.
    """
    started, timings = datetime.now(UTC), Timings()
    warnings: list[str] = []
    with timings.measure("total"):
        if options.tracks:
            analysis = _read_back(job, options)
        else:
            analysis = _analyse(job, options, observer, timings, warnings)
        is_anybody = bool(analysis.poses.has_climber.any())
        written = [] if options.tracks else _export(job, options, analysis)
        if is_anybody:
            overlay = OverlayMp4(options.overlay, timings, observer.advance, warnings)
            observer.stage("draw", len(analysis.poses))
            overlay.write(analysis, job.annotated)
            written.append(job.annotated)
        elif job.annotated.exists():
            warnings.append(f"{job.annotated.name} is of an earlier run")
    report = RunReport(
        climbpose=__version__,
        status="done" if is_anybody else "nobody",
        started_at=started.isoformat(timespec="seconds"),
        arguments=arguments,
        models=_model_files(options),
        video=asdict(analysis.video),
        frames=FrameCounts(
            decoded=len(analysis.poses),
            with_climber=int(analysis.poses.has_climber.sum()),
            filled=int((analysis.poses.status == Status.FILLED).all(axis=1).sum()),
        ),
        timings_s=timings.seconds(),
        outputs=[path.name for path in written],
        warnings=list(dict.fromkeys(warnings)),
        system={"python": platform.python_version(), "platform": platform.platform()},
    )
    with part_file(job.output(RUN_SUFFIX)) as part:
        part.write_text(report.to_json() + "\n", encoding="utf-8")
    return report


def _suffixes(options: AnnotateOptions) -> list[str]:
    chosen = [] if options.tracks else [TracksCsv.suffix]
    chosen += [exporters.create(name).suffix for name in options.exports]
    return [*dict.fromkeys([*chosen, OverlayMp4.suffix]), RUN_SUFFIX]


def _job_in(folder: Path, video: Path) -> Job:
    stem = folder / video.stem
    return Job(video, stem.with_name(f"{stem.name}{OverlayMp4.suffix}"), stem)


def _named_job(videos: Sequence[Path], output: Path) -> Job:
    if output.suffix.lower() != ".mp4":
        raise UsageError(f"folder {output} does not exist; make it first, or name a file in .mp4")
    if len(videos) > 1:
        raise UsageError(f"-o {output} names one file but there are {len(videos)} videos")
    if not output.parent.is_dir():
        raise UsageError(f"folder {output.parent} does not exist; make it first")
    ending = Path(OverlayMp4.suffix).stem
    return Job(videos[0], output, output.with_name(output.stem.removesuffix(ending)))


def _analyse(
    job: Job,
    options: AnnotateOptions,
    observer: Observer,
    timings: Timings,
    warnings: list[str],
) -> Analysis:
    overlay = options.overlay
    detector = detectors.create(options.detector)
    times: dict[int, float] = {}
    people: list[Detection] = []
    with VideoReader(
        job.video, rotate=overlay.rotate, start=overlay.start, end=overlay.end
    ) as reader:
        observer.stage("detect", _expected_frames(reader.info, overlay))
        for frame in prefetch(timings.watch(reader, "decode")):
            times[frame.index] = float(frame.time)
            with timings.measure("detect"):
                people.extend(detector([frame])[0])
            observer.advance()
        warnings += reader.warnings
    with timings.measure("track"):
        climber = follow(people, times, options.person)
    with timings.measure("smooth"):
        smoother = smoothers.create(options.smoother, strength=options.smooth_strength)
        poses = _track(smoother(climber), times)
        raw = _track(smoothers.create("none")(climber), times)
    by_frame = {detection.frame_index: detection for detection in climber}
    return Analysis(reader.info, poses, raw, by_frame)


def _read_back(job: Job, options: AnnotateOptions) -> Analysis:
    assert options.tracks is not None
    poses = read_tracks(options.tracks)
    with VideoReader(job.video, rotate=options.overlay.rotate) as reader:
        return Analysis(reader.info, poses)


def _expected_frames(info: VideoInfo, overlay: OverlayOptions) -> int | None:
    """About how many frames there are, for the progress bar alone."""
    if info.fps is None or info.duration is None:
        return None
    end = info.duration if overlay.end is None else min(overlay.end, info.duration)
    return max(round((end - (overlay.start or 0)) * info.fps), 1)


def _track(poses: Iterable[Pose], times: Mapping[int, float]) -> PoseTrack:
    """One row for every decoded frame, missing where there is no pose."""
    rows = {index: row for row, index in enumerate(times)}
    count, keypoints = len(times), len(CLIMBING_25)
    xy = np.full((count, keypoints, 2), np.nan, np.float32)
    confidence = np.zeros((count, keypoints), np.float32)
    status = np.full((count, keypoints), Status.MISSING, np.uint8)
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


def _export(job: Job, options: AnnotateOptions, analysis: Analysis) -> list[Path]:
    chosen: list[Exporter] = [TracksCsv(with_raw=options.keep_raw)]
    chosen += [exporters.create(name) for name in options.exports]
    written = []
    for exporter in chosen:
        path = job.output(exporter.suffix)
        exporter.write(analysis, path)
        written.append(path)
    return list(dict.fromkeys(written))


def _model_files(options: AnnotateOptions) -> list[ModelFile]:
    if options.tracks:
        return []
    used = detectors.assets_of(options.detector)
    return [ModelFile(asset.name, asset.sha256) for asset in used]
