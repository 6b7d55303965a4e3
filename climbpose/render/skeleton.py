"""The climber's bones and keypoints."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, UInt8

from climbpose import render
from climbpose.poses import LOW_CONFIDENCE, Analysis, Status
from climbpose.render.base import smoothstep, torso_lengths
from climbpose.render.canvas import DARK, NEUTRAL, RGB, Canvas, side_colour
from climbpose.skeleton import Skeleton
from climbpose.video import Picture

SURE = 0.6
"""From this confidence on a keypoint is drawn in full."""

_FAINT, _FILLED, _FULL = 0.3, 0.6, 0.95  # opacities: low confidence, filled in, seen well
_HALO_ALPHA = 0.6
_DETAIL_PIXELS = 70.0, 110.0  # torso lengths over which fingers and heels fade in


@dataclass(frozen=True, slots=True)
class _Stroke:
    """How a bone, or a keypoint where both ends are the same, is drawn.

    Attributes:
        ends: Positions of its keypoints.
        colour: Of its line.
        width: In widths of a limb.
        is_detail: Left out on a small climber.
    """

    ends: tuple[int, int]
    colour: RGB
    width: float
    is_detail: bool = False


@render.register("skeleton")
class SkeletonLayer:
    """Draws bones and keypoints, left and right in colours of their own, the unsure faint."""

    order: ClassVar[int] = 40
    needs_detections: ClassVar[bool] = False

    def __init__(self, analysis: Analysis, scale: float) -> None:
        self._poses = analysis.poses
        self._scale = scale
        self._torso = torso_lengths(self._poses, default=analysis.video.height / 8)
        self._detail = smoothstep(self._torso * scale, *_DETAIL_PIXELS)
        skeleton = self._poses.skeleton
        strokes = [
            *(_bone_stroke(skeleton, bone) for bone in skeleton.bones),
            *(dot for keypoint in skeleton.keypoints for dot in _dot_strokes(skeleton, keypoint)),
        ]
        self._ends = np.array([stroke.ends for stroke in strokes])
        self._widths = np.array([stroke.width for stroke in strokes])
        self._is_detail = np.array([stroke.is_detail for stroke in strokes])
        self._colours = [DARK] * len(strokes) + [stroke.colour for stroke in strokes]

    def draw(self, picture: Picture, row: int) -> None:
        """Draws the skeleton of one row in place."""
        alphas = _opacities(self._poses.confidence[row], self._poses.status[row])
        if not alphas.any():
            return
        unit = min(picture.height, picture.width) / 360
        torso = float(self._torso[row]) * self._scale
        limb = float(np.clip(0.05 * torso, 1.5 * unit, 4 * unit))
        halo = float(np.clip(0.3 * limb, 0.8 * unit, 1.2 * unit))
        xy = self._poses.xy[row].astype(np.float64) * self._scale
        widths = limb * self._widths
        opacities = alphas[self._ends].min(axis=1) * np.where(
            self._is_detail, self._detail[row], 1.0
        )

        # Every stroke twice: its halo, then its line. The faint lie under the sure; of the equally
        # sure, every halo lies under every line.
        is_line = np.repeat([False, True], len(widths))
        sureness = np.tile(np.round(4 * opacities), 2)
        order = np.lexsort((is_line, sureness))
        ends = xy[self._ends]
        canvas = Canvas(picture)
        canvas.draw(
            np.tile(ends, (2, 1, 1))[order],
            np.concatenate([widths + 2 * halo, widths])[order, None].repeat(2, axis=1),
            [self._colours[index] for index in order.tolist()],
            np.concatenate([opacities * _HALO_ALPHA, opacities])[order],
        )
        canvas.blend()


def _opacities(
    confidence: Float[np.ndarray, " keypoints"], status: UInt8[np.ndarray, " keypoints"]
) -> Float[np.ndarray, " keypoints"]:
    """Each keypoint's opacity, without a step between the unsure and the sure."""
    sureness = smoothstep(confidence, LOW_CONFIDENCE, SURE)
    opacity = _FAINT + (_FULL - _FAINT) * sureness
    # Numbers instead of members: NumPy asks a member's class for attributes, in Python code, and
    # swallows a Ctrl-C that comes meanwhile.
    opacity = np.where(status == Status.FILLED.value, np.minimum(opacity, _FILLED), opacity)
    return np.where(status == Status.MISSING.value, 0.0, opacity)


def _part(keypoint: str) -> str:
    """The keypoint's name without its side."""
    return keypoint.removeprefix("left_").removeprefix("right_")


_TRUNK = {"shoulder", "hip"}
_HEAD = {"nose", "ear", "eye"}
_FINGERS = {"pinky", "index", "thumb"}
_FOOT = {"heel", "toes"}


def _bone_stroke(skeleton: Skeleton, bone: tuple[str, str]) -> _Stroke:
    a, b = bone
    parts = {_part(a), _part(b)}
    ends = skeleton.index(a), skeleton.index(b)
    if parts <= _TRUNK:
        return _Stroke(ends, NEUTRAL, 0.6)
    if parts <= _HEAD:
        return _Stroke(ends, NEUTRAL, 0.5)
    if parts & _FINGERS:
        return _Stroke(ends, side_colour(a), 0.5, is_detail=parts != {"wrist", "index"})
    if parts & _FOOT:
        return _Stroke(ends, side_colour(a), 0.6, is_detail="heel" in parts)
    return _Stroke(ends, side_colour(a), 1.0)


def _dot_strokes(skeleton: Skeleton, keypoint: str) -> list[_Stroke]:
    part = _part(keypoint)
    ends = skeleton.index(keypoint), skeleton.index(keypoint)
    if part in _HEAD:
        return [_Stroke(ends, NEUTRAL, 1.0 if part == "nose" else 0.5)]
    if part in _FINGERS or part in _FOOT:
        return [_Stroke(ends, side_colour(keypoint), 0.6, is_detail=True)]
    return [_Stroke(ends, side_colour(keypoint), 1.9), _Stroke(ends, NEUTRAL, 0.8)]
