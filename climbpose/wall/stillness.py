"""Whether a camera stood still, from a few pictures."""

from pathlib import Path

import numpy as np

from climbpose.poses import PoseTrack
from climbpose.video.glimpses import glimpses
from climbpose.wall.keyframes import Keyframe, follow
from climbpose.wall.looking import Look

_GLIMPSES = 16
_MIN_GLIMPSES = 4
_MIN_POINTS = 40

_STILL_PX = 0.25
"""Points of small pictures appear to move by so much where nothing moves."""

_STILL_SHARE = 0.6
"""Of the points, must have stayed; others may have been hidden by somebody."""


def stood_still(video: Path, poses: PoseTrack, rotate: int | None = None) -> bool:
    """Whether pictures from all over a video show the wall in the very same place.

    Where it is in doubt, the camera moved.

    Raises:
        UsageError: There is no such video.
        VideoError: It cannot be read.
    """
    first: Keyframe | None = None
    count = 0
    for glimpse in glimpses(video, _GLIMPSES, rotate):
        row = int(np.abs(poses.time - glimpse.time).argmin())
        look = Look.of(glimpse.pixels, row, poses.xy[row])
        if first is None:
            first = Keyframe(look, np.eye(3))
            if len(first.points) < _MIN_POINTS:
                return False
        elif not _shows_the_same(first, look):
            return False
        count += 1
    return count >= _MIN_GLIMPSES


def _shows_the_same(first: Keyframe, look: Look) -> bool:
    """Whether most points, and those of each half of the picture, are where they were."""
    if look.size != first.look.size:
        return False
    points = first.points[look.shows(first.points)]
    if len(points) < _MIN_POINTS / 2:
        return False
    found, arrived = follow(first.look, look, points, points)
    moved = (found - points)[arrived]
    if (np.linalg.norm(moved, axis=1) < 2 * _STILL_PX).sum() < _STILL_SHARE * len(points):
        return False
    # Whoever zooms or turns the phone about its axis moves the halves to different sides.
    there = points[arrived]
    middle = np.median(there, axis=0)
    low, high = there < middle, there >= middle
    for half in (*low.T, *high.T):
        if half.any() and np.abs(np.median(moved[half], axis=0)).max() > _STILL_PX:
            return False
    return True
