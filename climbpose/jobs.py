"""What is to be done with a video, and the checks before any work begins."""

import os
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from climbpose import detectors, exporters, render, report, smoothers
from climbpose.detectors import Detector, DetectorOptions, Quality
from climbpose.errors import OutputExistsError, UsageError
from climbpose.exporters.overlay_mp4 import OverlayMp4, OverlayOptions
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.files import PART_SUFFIX
from climbpose.tracks import Selection
from climbpose.video import encoders

Identity = tuple[int, int]
"""Device and number of a file."""

_DEFAULT_MAX_NAME_BYTES = 255
_MAX_EVERY = 10

OR_ELSEWHERE = "or -o to write elsewhere"
_OR_SKIP = f"--skip-existing to skip what is done, {OR_ELSEWHERE}"

_OF_DETECTION = (
    *("detector", "quality", "weights", "every"),
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
        every: The detector looks at each so many-th frame; the others are recovered.
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
    every: int = 1
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
        if not 1 <= self.every <= _MAX_EVERY:
            raise UsageError(f"--every: expected 1 to {_MAX_EVERY}, found {self.every}")
        smoothers.create(self.smoother, strength=self.smooth_strength)
        encoders.find(self.overlay.encoder)
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


def job_in(folder: Path, video: Path) -> Job:
    """The job whose outputs go to a folder, under the video's name."""
    stem = folder / video.stem
    return Job(video, stem.with_name(f"{stem.name}{OverlayMp4.suffix}"), stem)


def named_job(video: Path, annotated: Path) -> Job:
    """The job of the annotated video's name, from which those of the other outputs are taken."""
    stem = annotated.stem.removesuffix(Path(OverlayMp4.suffix).stem) or annotated.stem
    return Job(video, annotated, annotated.with_name(stem))


def check_outputs(
    jobs: Sequence[Job],
    options: AnnotateOptions,
    *,
    overwrite: bool,
    inputs: Set[Identity] = frozenset(),
) -> None:
    """Makes sure, before any work, that nothing of the user's would be lost.

    Args:
        jobs: The videos.
        options: What is to be done with each.
        overwrite: Outputs that exist may be replaced.
        inputs: Files that may never be replaced, beside those of the jobs and the options.

    Raises:
        UsageError: An output cannot have its name.
        OutputExistsError: An output exists and may not be replaced, or is one of the inputs.
    """
    given = (options.tracks, options.detector_file, options.weights)
    own = identities([*(job.video for job in jobs), *(path for path in given if path)])
    for job in jobs:
        for path in job.outputs(options):
            check_output(path, [own, inputs], overwrite=overwrite, otherwise=_OR_SKIP)


def identities(paths: Iterable[Path]) -> set[Identity]:
    """What all names of a file have in common, of those files that are there."""
    found = set()
    for path in paths:
        with suppress(OSError, ValueError):
            status = path.stat()
            found.add((status.st_dev, status.st_ino))
    return found


def check_output(
    path: Path, inputs: Sequence[Set[Identity]], *, overwrite: bool, otherwise: str = OR_ELSEWHERE
) -> None:
    """Makes sure that a file may be written.

    Args:
        path: The file.
        inputs: Files that it must not be.
        overwrite: It may be replaced if it exists.
        otherwise: What to do instead of replacing it.

    Raises:
        UsageError: It cannot have its name.
        OutputExistsError: It exists and may not be replaced, or is one of the inputs.
    """
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
    if any(identities([path]) & kept for kept in inputs):
        raise OutputExistsError(
            f"{path} is an input and would be replaced; leave it out of the inputs, or choose "
            "another folder with -o"
        )
    if not overwrite:
        raise OutputExistsError(f"{path} exists; use -y to overwrite, {otherwise}")


def _max_name_bytes(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return _DEFAULT_MAX_NAME_BYTES
