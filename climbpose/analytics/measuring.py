"""From a climber's track to all that is measured of it."""

from dataclasses import dataclass

import numpy as np

from climbpose.analytics import figures
from climbpose.analytics.centre_of_mass import Sex
from climbpose.analytics.climb import Climb
from climbpose.analytics.values import Figure, Measures, Series
from climbpose.errors import UsageError
from climbpose.poses import PoseTrack
from climbpose.wall.motion import CameraMotion

_STATURES_M = (0.8, 2.5)

_FEWEST_ROWS = 10
_MUCH_UNSEEN = 0.2
_MUCH_LOST = 0.02


@dataclass(frozen=True)
class MeasureOptions:
    """What is known of the climber beside the track.

    Attributes:
        height_m: Stature, None where it is not known.
        sex: Whose proportions of mass and length.
    """

    height_m: float | None = None
    sex: Sex = "mean"

    def __post_init__(self) -> None:
        low, high = _STATURES_M
        if self.height_m is not None and not low <= self.height_m <= high:
            raise UsageError(
                f"--height: expected {low:g} to {high:g} metres, found {self.height_m:g}"
            )


def measure(poses: PoseTrack, camera: CameraMotion, options: MeasureOptions) -> Measures:
    """Measures a climb; what cannot be known is missing, and says why.

    Args:
        poses: The climber.
        camera: The camera's motion over the same frames.
        options: What else is known.
    """
    if not np.array_equal(poses.frame_index, camera.frame_index):
        raise ValueError("the camera's motion is of other frames than the track")
    climb = Climb(poses, camera, options.height_m, options.sex)
    found = [one for name in figures.names() for one in figures.factory(name)(climb)]
    return Measures(
        poses=poses,
        camera=camera,
        scale=climb.scale,
        on_wall=climb.on_wall,
        limbs=climb.limbs.xy,
        centre_of_mass=climb.centre,
        coverage=climb.coverage,
        holds=climb.holds,
        contacts=climb.contacts,
        moves=climb.moves,
        rests=climb.rests,
        series=[one for one in found if isinstance(one, Series)],
        figures=sorted(
            (one for one in found if isinstance(one, Figure)),
            key=lambda figure: figures.GROUPS.index(figure.group),
        ),
        warnings=_warnings(climb),
    )


def _warnings(climb: Climb) -> list[str]:
    """What to know before reading any of the measures."""
    poses, camera, warnings = climb.poses, climb.camera, []
    if not poses.has_climber.any():
        return ["nobody was found in the video: there is nothing to measure"]
    if len(poses) < _FEWEST_ROWS:
        frames = f"{len(poses)} frames" if len(poses) > 1 else "1 frame"
        warnings.append(f"only {frames}: too few for speeds and contacts")
    unseen = 1 - float(poses.has_climber.mean())
    if unseen > _MUCH_UNSEEN:
        warnings.append(f"the climber was not found in {unseen:.0%} of the frames")
    lost = 1 - float(camera.is_known.mean())
    if lost > _MUCH_LOST:
        warnings.append(
            f"the wall's place is not known in {lost:.0%} of the frames; what was measured there "
            "is missing"
        )
    if not np.isfinite(climb.body_px):
        warnings.append("the trunk was never surely seen: no length can be measured")
    elif not climb.is_climbing.any():
        warnings.append("no hand was seen to hold anything on the wall: is this a climb?")
    return warnings
