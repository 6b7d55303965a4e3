"""What a layer must give, the layers' names, and the size of a climber that they draw to."""

from collections.abc import Iterable
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from climbpose.poses import LOW_CONFIDENCE, Analysis, PoseTrack
from climbpose.registry import Registry
from climbpose.video import Picture


@runtime_checkable
class Layer(Protocol):
    """Draws one aspect of one analysis on the pictures of its video.

    A layer is made once for a whole video, as ``Layer(analysis, scale)``, where ``scale`` is output
    pixels per source pixel; what needs the whole track is computed then.

    Attributes:
        order: Layers with a higher number are drawn later, over the others.
        needs_detections: Whether it draws `Analysis.detections`, which are kept only if asked for.
    """

    order: ClassVar[int]
    needs_detections: ClassVar[bool]

    def draw(self, picture: Picture, row: int) -> None:
        """Draws in place on the picture, at output size, of this row of the poses."""
        ...


_registry = Registry[Layer]("layer", "climbpose.render")
register = _registry.register
names = _registry.names
factory = _registry.factory


def create(chosen: Iterable[str], analysis: Analysis, scale: float) -> list[Layer]:
    """The layers of these names, each once, in the order in which they are to be drawn.

    Raises:
        UsageError: No layer has one of the names; the message lists those there are.
    """
    layers = [factory(name)(analysis, scale) for name in dict.fromkeys(chosen)]
    return sorted(layers, key=lambda layer: layer.order)


def need_detections(chosen: Iterable[str]) -> list[str]:
    """Those of the names whose layers draw detections, not poses.

    Raises:
        UsageError: No layer has one of the names.
    """
    return [name for name in chosen if _registry.factory(name).needs_detections]  # type: ignore[attr-defined]


def torso_lengths(
    poses: PoseTrack, default: float, seconds: float = 2.0
) -> Float[np.ndarray, " frames"]:
    """The climber's size over time: the length from shoulder to hip in pixels, kept steady.

    A torso looks shorter the more it leans to or from the camera, so the longer lengths of the
    neighbouring ``seconds`` count, and the result moves too slowly for the eye to notice.

    Args:
        poses: The climber.
        default: The length where no torso is ever seen, pixels.
        seconds: How far to look, to both sides.
    """
    if not len(poses):
        return np.empty(0)
    left, right = (
        [poses.skeleton.index(f"{side}_{joint}") for joint in ("shoulder", "hip")]
        for side in ("left", "right")
    )
    # Of these four alone: of all keypoints of an hour's video they would fill the memory.
    trunk = poses.xy[:, [*left, *right]].astype(np.float64)
    trunk[~np.isfinite(trunk)] = np.nan
    sides = (trunk[:, ::2] - trunk[:, 1::2]).swapaxes(0, 1)
    lengths = np.linalg.norm(sides, axis=-1).max(axis=0)
    is_known = lengths > 0
    is_sure = is_known & (poses.confidence[:, [*left, *right]].min(axis=1) >= LOW_CONFIDENCE)
    if is_sure.any():
        is_known = is_sure
    if not is_known.any():
        return np.full(len(poses), default)
    rows = np.arange(len(poses))
    lengths = np.interp(rows, rows[is_known], lengths[is_known])
    interval = max(float(np.median(np.diff(poses.time))) if len(poses) > 1 else 1.0, 1e-3)
    reach = int(min(seconds / interval, 1000))
    # Loaded here because it is slow to load.
    from scipy import ndimage

    steady = ndimage.percentile_filter(lengths, 75, size=2 * reach + 1, mode="mirror")
    smooth: np.ndarray = ndimage.gaussian_filter1d(steady, reach / 2 + 1e-3, mode="mirror")
    return smooth


def smoothstep(
    values: Float[np.ndarray, "*shape"], low: float, high: float
) -> Float[np.ndarray, "*shape"]:
    """Rises from 0 at ``low`` to 1 at ``high``, level at both ends."""
    share = np.clip((values - low) / (high - low), 0, 1)
    risen: np.ndarray = share * share * (3 - 2 * share)
    return risen
