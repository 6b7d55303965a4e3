"""What is to be done with which videos, and the checks before any work begins."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from climbpose import detectors, exporters, render, report, smoothers
from climbpose.detectors import Detector, DetectorOptions, Quality
from climbpose.errors import OutputExistsError, UsageError
from climbpose.exporters.overlay_mp4 import OverlayMp4, OverlayOptions
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.files import PART_SUFFIX
from climbpose.tracks import Selection

_DEFAULT_MAX_NAME_BYTES = 255

_OF_DETECTION = (
    *("detector", "quality", "weights"),
    *("repair", "smoother", "smooth_strength", "person", "keep_raw"),
)
"""The options that have no effect where tracks are drawn again."""


@dataclass(frozen=True)
class AnnotateOptions:
    """What is to be done with each video.

    Attributes:
        detector: Name, or path of precomputed detections.
        quality: How much time the detector may take for a frame.
        weights: A trained network for the detector to use instead of its own.
        repair: Puts exchanged limbs right.
        smoother: Name.
        smooth_strength: 0 keeps the raw keypoints, 1 is the smoother's default.
        person: Who is the climber.
        overlay: Look, range and encoding of the annotated video.
        keep_raw: Adds raw columns to the tracks.
        exports: Names of further exporters.
        tracks: Draws these tracks instead of detecting anybody.
    """

    detector: str = detectors.DEFAULT
    quality: Quality = "normal"
    weights: Path | None = None
    repair: bool = True
    smoother: str = smoothers.DEFAULT
    smooth_strength: float = 1.0
    person: Selection = "auto"
    overlay: OverlayOptions = field(default_factory=OverlayOptions)
    keep_raw: bool = False
    exports: tuple[str, ...] = ()
    tracks: Path | None = None

    @property
    def detector_file(self) -> Path | None:
        """The file of precomputed detections, if that is the detector."""
        return Path(self.detector) if self.detector.endswith(".npz") else None

    def create_detector(self) -> Detector:
        """The detector for one video.

        Raises:
            UsageError: It does not go together with the other options.
            ModelError: A model file is absent or damaged.
        """
        options = DetectorOptions(quality=self.quality, weights=self.weights)
        return detectors.create(self.detector, options)

    def check(self) -> None:
        """Makes sure that every name is known and that the options go together.

        Raises:
            UsageError: They do not; the message lists the names there are.
        """
        if self.detector_file is None:
            detectors.factory(self.detector)
        if self.weights and not self.weights.is_file():
            raise UsageError(f"--weights {self.weights} is not a file; check the name")
        smoothers.create(self.smoother, strength=self.smooth_strength)
        for layer in self.overlay.layers:
            render.factory(layer)
        for name in self.exports:
            exporters.create(name)
        if self.tracks:
            self._check_redrawing()

    def _check_redrawing(self) -> None:
        default = AnnotateOptions()
        for name in _OF_DETECTION:
            if getattr(self, name) != getattr(default, name):
                option = f"--{'no-' if name == 'repair' else ''}{name.replace('_', '-')}"
                raise UsageError(f"{option} has no effect on --tracks; leave one of them out")
        for layer in render.need_detections(self.overlay.layers):
            raise UsageError(f"layer {layer} needs detections, which --tracks lacks; leave it out")


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

    @property
    def report(self) -> Path:
        """The report of the run, written last: where it stands, the outputs are whole."""
        return self.output(report.SUFFIX)

    def output(self, suffix: str) -> Path:
        """The output file of a suffix such as ``_tracks.csv``."""
        if suffix == OverlayMp4.suffix:
            return self.annotated
        return self.stem.with_name(f"{self.stem.name}{suffix}")

    def outputs(self, options: AnnotateOptions) -> list[Path]:
        """All files that the run writes, in the order of writing."""
        suffixes = [] if options.tracks else [TracksCsv.suffix]
        suffixes += [exporters.create(name).suffix for name in options.exports]
        suffixes += [OverlayMp4.suffix, report.SUFFIX]
        return [self.output(suffix) for suffix in dict.fromkeys(suffixes)]

    def is_done(self, options: AnnotateOptions) -> bool:
        """Whether all outputs are there, or all but a video of nobody."""
        absent = [path for path in self.outputs(options) if not path.is_file()]
        return not absent or (
            absent == [self.annotated] and report.read_status(self.report) == report.NOBODY
        )


def plan(videos: Sequence[Path], output: Path | None) -> list[Job]:
    """Where the files of each video go; a video that is given twice counts once.

    Args:
        videos: The sources.
        output: A folder, or the annotated video's name, or None for beside each video.

    Raises:
        UsageError: An input or the output folder is not there, or two videos would share outputs.
    """
    for video in videos:
        _check_input(video)
    videos = list({video.resolve(): video for video in reversed(videos)}.values())[::-1]
    if output is None or output.is_dir():
        jobs = [_job_in(output or video.parent, video) for video in videos]
    else:
        jobs = [_named_job(videos, output)]
    for folder in dict.fromkeys(job.stem.parent for job in jobs):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"folder {folder} may not be written to; choose another one with -o")
    taken: dict[str, Path] = {}
    for job in jobs:
        other = taken.setdefault(os.path.normcase(job.stem.absolute()), job.video)
        if other is not job.video:
            raise UsageError(
                f"{other} and {job.video} would write the same files; give the videos different "
                "names, or annotate them one by one with -o FILE"
            )
    return jobs


def without_own_outputs(jobs: Sequence[Job]) -> list[Job]:
    """The jobs but for those whose video is what another job writes, as ``*.mp4`` brings them."""
    annotated = {job.annotated.resolve() for job in jobs}
    return [job for job in jobs if job.video.resolve() not in annotated]


def check_outputs(jobs: Sequence[Job], options: AnnotateOptions, *, overwrite: bool) -> None:
    """Makes sure, before any work, that nothing of the user's would be lost.

    Raises:
        UsageError: An output cannot have its name.
        OutputExistsError: An output exists and may not be replaced, or is one of the inputs.
    """
    inputs = [job.video for job in jobs]
    inputs += [path for path in (options.tracks, options.detector_file, options.weights) if path]
    for job in jobs:
        for path in job.outputs(options):
            _check_output(path, inputs, overwrite=overwrite)


def _check_input(video: Path) -> None:
    try:
        video.stat()
    except OSError as error:
        raise UsageError(f"{video} cannot be read ({error.strerror}); check the name") from error
    if video.is_dir():
        raise UsageError(f"{video} is a folder; expected a video file (try {video}/*.mp4)")


def _check_output(path: Path, inputs: Sequence[Path], *, overwrite: bool) -> None:
    longest = _max_name_bytes(path.parent) - len(PART_SUFFIX)
    if len(os.fsencode(path.name)) > longest:
        raise UsageError(
            f"{path.name} is longer than the {longest} bytes that this folder allows; name the "
            "output with -o FILE"
        )
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise OutputExistsError(f"{path} is a folder but a file is to be written; rename it")
    if any(input_.exists() and path.exists() and path.samefile(input_) for input_ in inputs):
        raise OutputExistsError(
            f"{path} is an input and would be replaced; leave it out of the inputs, or choose "
            "another folder with -o"
        )
    if not overwrite:
        raise OutputExistsError(
            f"{path} exists; use -y to overwrite, --skip-existing to skip what is done, or -o to "
            "write elsewhere"
        )


def _max_name_bytes(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return _DEFAULT_MAX_NAME_BYTES


def _job_in(folder: Path, video: Path) -> Job:
    stem = folder / video.stem
    return Job(video, stem.with_name(f"{stem.name}{OverlayMp4.suffix}"), stem)


def _named_job(videos: Sequence[Path], output: Path) -> Job:
    if output.suffix.lower() != ".mp4":
        if output.exists():
            raise UsageError(f"-o {output} is a file; name a folder, or a file that ends in .mp4")
        raise UsageError(f"folder {output} does not exist; make it first, or name a file in .mp4")
    if len(videos) > 1:
        raise UsageError(
            f"-o {output} names one file but there are {len(videos)} videos; name a folder"
        )
    if not output.parent.is_dir():
        raise UsageError(f"folder {output.parent} does not exist; make it first")
    ending = Path(OverlayMp4.suffix).stem
    return Job(videos[0], output, output.with_name(output.stem.removesuffix(ending) or output.stem))
