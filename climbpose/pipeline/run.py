"""One video: analysed, exported, drawn, reported."""

import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from climbpose import __version__, assets, detectors, exporters, processes, report
from climbpose.errors import VideoError
from climbpose.exporters.base import Telling
from climbpose.exporters.overlay_mp4 import OverlayMp4
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.files import claimed
from climbpose.fingerprints import Fingerprint, Sight
from climbpose.jobs import AnnotateOptions, Job, check_outputs
from climbpose.memory import shortage_told
from climbpose.pipeline.analysing import analyse, read_back
from climbpose.pipeline.log import Log, Observer
from climbpose.poses import Analysis, PoseTrack, Status
from climbpose.report import FrameCounts, RunReport
from climbpose.video import encoders


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
    with claimed(job.report), shortage_told(job.video):
        if not overwrite:
            # Another run may have written them while this one waited for its turn.
            check_outputs([job], options, overwrite=False)
        return _annotate(job, options, observer, arguments)


def _annotate(
    job: Job, options: AnnotateOptions, observer: Observer, arguments: Mapping[str, Any]
) -> RunReport:
    """The stages in order, where nobody else writes the same files."""
    started, log = datetime.now(UTC), Log(observer)
    before = Sight.take(job.video)
    with log.timings.measure("total"):
        if options.tracks:
            analysis = read_back(job.video, options, options.tracks)
        else:
            analysis = analyse(job.video, options, log)
        if Sight.take(job.video) != before:
            raise VideoError(
                f"{job.video} changed or vanished while it was read; annotate it again when it is "
                "whole"
            )
        with log.timings.measure("export"):
            outputs = _export(analysis, job, options, log)
        is_anybody = bool(analysis.poses.has_climber.any())
        if is_anybody:
            _draw(analysis, job, options, log)
            outputs.append(job.annotated)
        elif job.annotated.exists():
            log.warnings.append(f"{job.annotated.name} is of an earlier run")
        with log.timings.measure("hash"):
            files = {path.name: Fingerprint.take(path) for path in outputs}
            source = Fingerprint.take(job.video)
    if before != source.sight:
        log.warnings.append(
            f"{job.video.name} changed meanwhile; if it was being copied, do it again"
        )
        # So that a run that goes on with this one takes the video for another one.
        source = source.seen_as(before)
    done = RunReport(
        climbpose=__version__,
        status=report.DONE if is_anybody else report.NOBODY,
        started_at=started.isoformat(timespec="milliseconds"),
        arguments=arguments,
        models=log.models,
        video=analysis.video,
        frames=_counts(analysis.poses),
        repairs=log.repairs,
        timings_s=log.timings.seconds(),
        outputs=[path.name for path in outputs],
        source=source,
        files=files,
        warnings=list(dict.fromkeys(log.warnings)),
        system={
            "python": platform.python_version(),
            "platform": platform.platform(),
            "threads": str(processes.threads()),
            "encoder": encoders.find(options.overlay.encoder).name,
        },
    )
    done.write(job.report)
    return done


def _export(analysis: Analysis, job: Job, options: AnnotateOptions, log: Log) -> list[Path]:
    """Writes everything but the annotated video and the report."""
    chosen = [exporters.create(name) for name in options.exports]
    if options.tracks is None:
        chosen.append(TracksCsv(with_raw=options.keep_raw))
    by_suffix = {exporter.suffix: exporter for exporter in chosen}
    by_suffix.pop(OverlayMp4.suffix, None)
    if by_suffix:
        report.withdraw(job.report)
    for suffix, exporter in by_suffix.items():
        exporter.write(analysis, job.output(suffix))
        if isinstance(exporter, Telling):
            log.warnings += exporter.warnings
    return [job.output(suffix) for suffix in by_suffix]


def _draw(analysis: Analysis, job: Job, options: AnnotateOptions, log: Log) -> None:
    """Writes the annotated video."""
    overlay = OverlayMp4(options.overlay, log.timings, log.observer.advance, log.warnings)
    log.observer.stage("draw", len(analysis.poses))
    overlay.write(analysis, job.annotated)


def _counts(poses: PoseTrack) -> FrameCounts:
    is_filled = np.isin(poses.status, [Status.FILLED.value, Status.MISSING.value]).all(axis=1)
    return FrameCounts(
        decoded=len(poses),
        with_climber=int(poses.has_climber.sum()),
        filled=int((is_filled & poses.has_climber).sum()),
        recovered=int((poses.status == Status.RECOVERED.value).any(axis=1).sum()),
    )
