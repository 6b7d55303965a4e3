"""From measured climbs to a page about them."""

from climbpose.coaching.measuring import Measured
from climbpose.errors import UsageError
from climbpose.pages import Climb
from climbpose.pipeline import Observer
from climbpose.wall.picture import WallPicture
from climbpose.wall.plate import wall_picture

SUFFIX = "_report.html"


def shown(done: Measured, observer: Observer) -> Climb:
    """What a page shows of a climb.

    Raises:
        UsageError: There is no video.
        VideoError: It cannot be read.
    """
    attempt, measures = done.attempt, done.measures
    if done.info is None:
        raise UsageError(
            f"{attempt.tracks} has no video, and a page shows one; name it with --video, or use "
            "climbpose measure"
        )
    poses = measures.poses
    return Climb(
        title=attempt.name,
        video=done.info,
        measures=measures,
        annotated=attempt.annotated,
        wall=picture_of(done, observer),
        notes=attempt.warnings,
        offset_s=float(poses.time[0]) if attempt.start is not None and len(poses) else 0.0,
    )


def picture_of(done: Measured, observer: Observer) -> WallPicture | None:
    """The wall's picture, None where nothing of it can be had."""
    if done.attempt.video is None or not len(done.measures.poses):
        return None
    observer.stage("wall", None)
    return wall_picture(
        done.attempt.video,
        done.measures.poses,
        done.measures.camera,
        rotate=done.attempt.rotate,
        advance=observer.advance,
    )
