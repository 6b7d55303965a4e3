"""Climbs made up of moves whose times and places are known."""

from collections.abc import Sequence

import numpy as np

from climbpose.analytics.values import BodyScale, Hold, Limb, Measures, Move
from climbpose.comparing.registration import Registration
from climbpose.poses import PoseTrack
from climbpose.skeleton import CLIMBING_25
from climbpose.wall.motion import CameraMotion

FPS = 30
BODY_PX = 100.0
SAME = Registration(np.eye(3), 0.1, 100, 1.0)


def step(limb: Limb, place: tuple[float, float], seconds: float, rest: float) -> tuple:  # type: ignore[type-arg]
    """A move: which limb goes where, how long it takes, and the rest before."""
    return limb, place, seconds, rest


def climb(steps: Sequence[tuple], *, scale: float = 1.0, lead_s: float = 1.0) -> Measures:  # type: ignore[type-arg]
    """A climb in which the body rises to each goal while the hand goes there."""
    times, heights, holds, moves = [0.0, lead_s], [600.0, 600.0], [], []
    now, last_end = lead_s, 0.0
    for number, (limb, place, seconds, rest) in enumerate(steps, 1):
        start, end = now + rest, now + rest + seconds
        times += [start, end]
        heights += [heights[-1], place[1] + 50.0]
        holds.append(Hold(number, (place[0] * scale, place[1] * scale), (limb,)))
        moves.append(
            Move(
                number=number,
                limb=limb,
                start=round(start * FPS),
                end=round(end * FPS) + 1,
                start_s=start,
                end_s=end,
                from_hold=number - 1,
                to_hold=number,
                reach_bl=0.8,
                rest_before_s=start - last_end,
                ldlj=-6.0 - seconds,
                peak_speed_bl_s=1 / seconds,
            )
        )
        now = last_end = end
    times.append(now + 1.0)
    heights.append(heights[-1])
    frames = round(times[-1] * FPS) + 1
    time = np.arange(frames) / FPS
    centre = np.stack([np.full(frames, 200.0), np.interp(time, times, heights)], axis=1) * scale
    count = len(CLIMBING_25)
    xy = np.repeat(centre[:, None], count, axis=1).astype(np.float32)
    index = np.arange(frames, dtype=np.int64)
    return Measures(
        poses=PoseTrack(
            index,
            time,
            xy,
            np.ones((frames, count), np.float32),
            np.ones((frames, count), np.uint8),
        ),
        camera=CameraMotion.static(index),
        scale=BodyScale(BODY_PX * scale, float("nan")),
        on_wall=xy.astype(np.float64),
        limbs=np.zeros((frames, 4, 2)),
        centre_of_mass=centre,
        coverage=np.ones(frames),
        holds=holds,
        contacts=[],
        moves=moves,
        rests=[],
        series=[],
        figures=[],
        warnings=[],
    )
