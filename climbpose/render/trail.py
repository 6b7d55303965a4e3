"""Where hands and feet have just been."""

from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Int64

from climbpose import render
from climbpose.poses import LOW_CONFIDENCE, Analysis, Status
from climbpose.render.base import smoothstep, torso_lengths
from climbpose.render.canvas import DARK, Canvas, side_colour
from climbpose.video import Picture

TRAIL_SECONDS = 1.0
"""How long a trail stays."""

_KEYPOINTS = "left_ankle", "right_ankle", "left_wrist", "right_wrist"
_ALPHA, _HALO_ALPHA = 0.75, 0.5
_MOST_POINTS = 40  # of one trail: more cannot be told apart


@render.register("trail")
class TrailLayer:
    """Draws the paths of wrists and ankles over the last second, fading with age."""

    order: ClassVar[int] = 30
    needs_detections: ClassVar[bool] = False

    def __init__(self, analysis: Analysis, scale: float) -> None:
        self._poses = analysis.poses
        skeleton = analysis.poses.skeleton
        self._keypoints = [skeleton.index(name) for name in _KEYPOINTS]
        self._scale = scale
        self._torso = torso_lengths(self._poses, default=analysis.video.height / 8)

    def draw(self, picture: Picture, row: int) -> None:
        """Draws the trails up to one row in place."""
        poses = self._poses
        rows = self._rows(row)
        if len(rows) < 2:
            return
        unit = min(picture.height, picture.width) / 360
        thickness = float(np.clip(0.03 * self._torso[row] * self._scale, 1.2 * unit, 2.2 * unit))
        freshness = 1 - (poses.time[row] - poses.time[rows]) / TRAIL_SECONDS
        tapered = thickness * (0.35 + 0.65 * freshness)
        widths = np.stack([tapered[:-1], tapered[1:]], axis=1)

        canvas = Canvas(picture)
        for keypoint in self._keypoints:
            xy = poses.xy[rows, keypoint].astype(np.float64) * self._scale
            sureness = smoothstep(poses.confidence[rows, keypoint], 0.0, LOW_CONFIDENCE)
            alphas = _ALPHA * np.minimum((freshness * sureness)[:-1], (freshness * sureness)[1:])
            alphas = np.where(self._is_whole(keypoint, rows), alphas, 0.0)
            ends = np.stack([xy[:-1], xy[1:]], axis=1)
            colour = side_colour(poses.skeleton.keypoints[keypoint])
            canvas.draw(ends, widths + unit, [DARK] * len(ends), _HALO_ALPHA * alphas)
            canvas.draw(ends, widths, [colour] * len(ends), alphas)
        canvas.blend()

    def _rows(self, row: int) -> Int64[np.ndarray, " points"]:
        """The rows whose places make up the trail; at high frame rates not all of them."""
        times = self._poses.time[: row + 1]
        first = int(np.searchsorted(times, times[row] - TRAIL_SECONDS))
        step = -(-(row + 1 - first) // _MOST_POINTS)
        earlier = np.arange(first, row, dtype=np.int64)
        return np.append(earlier[earlier % step == 0], row)

    def _is_whole(
        self, keypoint: int, rows: Int64[np.ndarray, " points"]
    ) -> Bool[np.ndarray, " pieces"]:
        """Whether the keypoint is there in every row from one point of the trail to the next."""
        is_missing = self._poses.status[rows[0] : rows[-1] + 1, keypoint] == Status.MISSING.value
        gaps = np.concatenate([[0], np.cumsum(is_missing)])
        is_whole: np.ndarray = gaps[rows[1:] - rows[0] + 1] == gaps[rows[:-1] - rows[0]]
        return is_whole
