"""From a video or tracks to the measures of the climb."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from climbpose.analytics.measuring import MeasureOptions, measure
from climbpose.analytics.values import Measures
from climbpose.coaching.attempts import Attempt
from climbpose.errors import TracksError, UsageError
from climbpose.exporters.overlay_mp4 import OverlayOptions, check_inside
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.importers import read_tracks
from climbpose.jobs import AnnotateOptions, check_outputs
from climbpose.pipeline import Observer, annotate, fetch_models
from climbpose.pipeline.analysing import frame_times
from climbpose.poses import Analysis, PoseTrack, VideoInfo
from climbpose.video import VideoReader
from climbpose.video.glimpses import glimpses
from climbpose.wall.estimation import estimate_motion
from climbpose.wall.motion import CameraMotion

_CHECKED = 8
_TOLERANCE_S = 2e-3
"""Of frames' times; tracks have six decimals, some formats of other tools three."""

_LONGER_S = 0.5

NO_VIDEO = "measured without the video: the camera is taken to have stood still"


@dataclass(frozen=True, eq=False)
class Measured:
    """A climb and what was measured of it.

    Attributes:
        attempt: The climb and its files.
        measures: What was measured.
        info: Of the video, None where there is none.
    """

    attempt: Attempt
    measures: Measures
    info: VideoInfo | None


def annotated(
    attempt: Attempt,
    options: AnnotateOptions,
    observer: Observer,
    *,
    overwrite: bool,
    is_offline: bool,
    with_video: bool = False,
) -> Attempt:
    """The climb with its tracks; a video that is not annotated yet is.

    Args:
        attempt: The climb.
        options: How a video is annotated.
        observer: Sees the progress.
        overwrite: Replaces outputs of other runs that are in the way.
        is_offline: Never fetches a model.
        with_video: Tracks whose annotated video is not there are drawn.

    Raises:
        ClimbposeError: The video cannot be annotated, or an output is in the way.
    """
    if attempt.video is None or (attempt.tracks and (attempt.annotated or not with_video)):
        return attempt
    if attempt.tracks is not None:
        if attempt.run.get("status") == "nobody":
            return attempt
        overlay = OverlayOptions(rotate=attempt.rotate, start=attempt.start, end=attempt.end)
        options = AnnotateOptions(tracks=attempt.tracks, overlay=overlay)
    fetch_models(options, lambda line: None, is_offline=is_offline)
    check_outputs([attempt.job], options, overwrite=overwrite)
    arguments = _arguments(attempt, options)
    done = annotate(attempt.job, options, observer, arguments, overwrite=overwrite)
    drawn = attempt.job.annotated
    return replace(
        attempt,
        tracks=attempt.tracks or attempt.job.output(TracksCsv.suffix),
        annotated=drawn if drawn.name in done.outputs else None,
        run={**done.to_dict(), "arguments": arguments},
    )


def _arguments(attempt: Attempt, options: AnnotateOptions) -> Mapping[str, Any]:
    """The options as `climbpose annotate` would have noted them."""
    return {
        "videos": [str(attempt.video)],
        "detector": options.detector,
        "quality": options.quality,
        "person": "auto" if options.person == "auto" else "{:g},{:g}".format(*options.person),
        "tracks": None if options.tracks is None else str(options.tracks),
        "rotate": "auto" if options.overlay.rotate is None else str(options.overlay.rotate),
        "start": options.overlay.start,
        "end": options.overlay.end,
    }


def measured(attempt: Attempt, options: MeasureOptions, observer: Observer) -> Measured:
    """Measures a climb that has tracks.

    Raises:
        UsageError: A file is not there.
        TracksError: The tracks cannot be used, or are of another video.
        VideoError: The video cannot be read.
    """
    if attempt.tracks is None:
        raise UsageError(f"{attempt.name} has no tracks; annotate it first")
    if attempt.video is None:
        poses = read_tracks(attempt.tracks)
        camera = CameraMotion.static(poses.frame_index)
        measures = measure(poses, camera, options)
        measures = replace(measures, warnings=[NO_VIDEO, *measures.warnings])
        return Measured(attempt, measures, None)
    with VideoReader(attempt.video, rotate=attempt.rotate) as reader:
        info = reader.info
    video = attempt.video
    poses = read_tracks(attempt.tracks, lambda: frame_times(video))
    _check_video(poses, info, attempt)
    observer.stage("camera", len(poses))
    camera = estimate_motion(video, poses, rotate=attempt.rotate, advance=observer.advance)
    return Measured(attempt, measure(poses, camera, options), info)


def _check_video(poses: PoseTrack, info: VideoInfo, attempt: Attempt) -> None:
    """Refuses tracks of another video, by their keypoints' places and a few frames' times."""
    check_inside(Analysis(info, poses))
    if not len(poses) or attempt.video is None:
        return
    first, last = float(poses.time[0]), float(poses.time[-1])
    if info.duration is not None and last > info.duration + _LONGER_S + max(first, 0.0):
        raise TracksError(
            f"{attempt.tracks} lasts until {last:.1f} s, {attempt.video} until "
            f"{info.duration:.1f} s; are the tracks of another video?"
        )
    for glimpse in glimpses(attempt.video, _CHECKED, attempt.rotate):
        apart = float(np.abs(poses.time - glimpse.time).min())
        if first <= glimpse.time <= last and apart > _TOLERANCE_S:
            raise TracksError(
                f"{attempt.video} has a frame at {glimpse.time:.3f} s, {attempt.tracks} has none; "
                "are the tracks of another video?"
            )
