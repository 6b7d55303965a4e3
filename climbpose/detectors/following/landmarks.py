"""From a region to a person's keypoints: crop, network, refinement, back to the picture."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8

from climbpose.detectors.following.networks import (
    LANDMARK_HEATMAP,
    LANDMARK_INPUT,
    EagerLandmarkNetwork,
    LandmarkNetwork,
    PendingLandmarks,
    RawLandmarks,
    probability,
)
from climbpose.detectors.following.regions import Region
from climbpose.detectors.following.views import ONE_VIEW, View
from climbpose.heatmaps import GaussianMaps
from climbpose.pixels import Pixels
from climbpose.poses import HEATMAP_SIZE, Detection, widened_box
from climbpose.skeleton import CLIMBING_25

BLAZEPOSE_OF_CLIMBING: Int64[np.ndarray, "25"] = np.array([0, 7, 8, *range(11, 33)])
"""Of each of the 25 keypoints, its index among BlazePose's 33."""

_MIRRORED: Int64[np.ndarray, "25"] = np.array(CLIMBING_25.flipped)
"""Of each keypoint, the one that a mirrored picture shows in its place."""

_HIPS = CLIMBING_25.indices("left_hip", "right_hip")
_SHOULDERS = CLIMBING_25.indices("left_shoulder", "right_shoulder")

_MIN_RADIUS = 1.6
"""Of the circle around a body, in trunk lengths; else limbs taken to lie on the trunk would stay
out of the next region, where nobody looks for them."""

_CELL = LANDMARK_INPUT // LANDMARK_HEATMAP
_REACH = 4
"""Refinement looks at 9 x 9 cells around the regressed point."""

_MIN_PEAK = 0.5
"""A heatmap with a lower peak around the point does not refine it."""


_MIN_SCORE = 0.5
"""Below this probability the crop shows nobody."""

_MIN_EVIDENCE = 0.2
"""The network takes a table's foot for a person at times, and says so with a high probability, but
its heatmaps stay flat there: of 20 such crops the best had narrow peaks for a sixth of the
keypoints, of 71 labelled climbers the worst had peaks for two fifths."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A person's landmarks.

    Attributes:
        region: Where they were looked for.
        xy: Pixels.
        visibility: In [0, 1].
        spread: Standard deviation of the heatmap's peak, pixels.
        world: Metres from the hips' centre, x right and y down along the picture's sides.
        score: Probability that a person is there, as the network says.
        evidence: Share of the keypoints that have a peak in their heatmaps.
        next_region: Where the person would be looked for in the next frame.
    """

    region: Region
    xy: Float32[np.ndarray, "25 2"]
    visibility: Float32[np.ndarray, "25"]
    spread: Float32[np.ndarray, "25"]
    world: Float32[np.ndarray, "25 3"]
    score: float
    evidence: float
    next_region: Region

    @property
    def is_somebody(self) -> bool:
        """Whether a person is there, as far as this frame tells."""
        return self.score >= _MIN_SCORE and self.evidence >= _MIN_EVIDENCE

    def enlarged(self, factor: float) -> "Body":
        """The same body in a picture that is larger by a factor."""
        return replace(
            self,
            region=self.region.enlarged(factor),
            xy=(self.xy * factor).astype(np.float32),
            spread=(self.spread * factor).astype(np.float32),
            next_region=self.next_region.enlarged(factor),
        )


def find_body(
    network: LandmarkNetwork,
    pixels: Pixels,
    region: Region,
    views: tuple[View, ...] = ONE_VIEW,
) -> Body:
    """The landmarks of the person that ``region`` is centred on.

    Of several views, keypoints are the median; the rest is the mean.
    """
    return _body(network(_crops(pixels, region, views)), region, views)


class Glance:
    """A look that is begun before it is known whether it is at the right place.

    Args:
        network: If it is not one that works by itself, it is asked when the body is wanted.
        pixels: Of the picture.
        region: Where to look.
    """

    def __init__(self, network: LandmarkNetwork, pixels: Pixels, region: Region) -> None:
        self.pixels, self.region = pixels, region
        self._network, self._crops = network, _crops(pixels, region, ONE_VIEW)
        self._pending: PendingLandmarks | None = None
        if isinstance(network, EagerLandmarkNetwork):
            self._pending = network.begin(self._crops)

    def body(self) -> Body:
        """Waits for what is seen."""
        pending = self._pending
        raw = pending.landmarks() if pending else self._network(self._crops)
        return _body(raw, self.region, ONE_VIEW)

    def drop(self) -> None:
        """Does without it."""
        if self._pending:
            self._pending.drop()


def _crops(
    pixels: Pixels, region: Region, views: tuple[View, ...]
) -> UInt8[np.ndarray, "views 256 256 3"]:
    return np.stack([view.crop(pixels, region) for view in views])


def _body(raw: RawLandmarks, region: Region, views: tuple[View, ...]) -> Body:
    refined = refine(raw, BLAZEPOSE_OF_CLIMBING)
    sights = [
        _Sight.of(view, view.region(region), *sight)
        for view, *sight in zip(views, *refined, raw.points, raw.world, strict=True)
    ]
    xy = np.median([sight.xy for sight in sights], axis=0)
    return Body(
        region=region,
        xy=xy.astype(np.float32),
        visibility=_mean([sight.visibility for sight in sights]),
        spread=_mean([sight.spread for sight in sights]),
        world=_mean([sight.world for sight in sights]),
        score=float(raw.person.mean()),
        evidence=float(np.mean([sight.evidence for sight in sights])),
        next_region=_region_around(xy),
    )


def _mean(arrays: list[np.ndarray]) -> np.ndarray:
    mean: np.ndarray = np.stack(arrays).mean(axis=0).astype(np.float32)
    return mean


def _region_around(xy: Float64[np.ndarray, "25 2"]) -> Region:
    """Where a body would be looked for in the next frame.

    The network's own landmarks for this, BlazePose's 33 and 34, are less steady: of regions made
    from them, a tenth is over 16 % too large, of those from the keypoints over 8 %.
    """
    hips, shoulders = xy[_HIPS].mean(axis=0), xy[_SHOULDERS].mean(axis=0)
    length = max(float(np.linalg.norm(shoulders - hips)), 1e-6)
    radius = max(float(np.linalg.norm(xy - hips, axis=1).max()), _MIN_RADIUS * length)
    return Region.around(hips, shoulders, radius)


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """What one view shows, in the picture's pixels and axes."""

    xy: Float64[np.ndarray, "25 2"]
    visibility: Float32[np.ndarray, "25"]
    spread: Float32[np.ndarray, "25"]
    world: Float64[np.ndarray, "25 3"]
    evidence: float

    @classmethod
    def of(
        cls,
        view: View,
        region: Region,
        xy: Float32[np.ndarray, "25 2"],
        spread: Float32[np.ndarray, "25"],
        has_peak: Bool[np.ndarray, "25"],
        points: Float32[np.ndarray, "39 5"],
        world: Float32[np.ndarray, "39 3"],
    ) -> "_Sight":
        """Brings crop pixels back to the picture."""
        visibility = probability(points[BLAZEPOSE_OF_CLIMBING, 3])
        world = world[BLAZEPOSE_OF_CLIMBING]
        if view.is_mirrored:
            xy = xy[_MIRRORED] * np.array([-1, 1], np.float32)
            xy[:, 0] += LANDMARK_INPUT
            visibility, spread = visibility[_MIRRORED], spread[_MIRRORED]
            world = world[_MIRRORED] * np.array([-1, 1, 1], np.float32)
        matrix = region.to_image(LANDMARK_INPUT).astype(np.float64)
        cos, sin = np.cos(region.rotation), np.sin(region.rotation)
        upright = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
        return cls(
            xy=xy @ matrix[:, :2].T + matrix[:, 2],
            visibility=visibility,
            spread=spread * (region.size / LANDMARK_INPUT),
            evidence=float(has_peak.mean()),
            world=world @ upright.T,
        )


def refine(
    raw: RawLandmarks, rows: Int64[np.ndarray, " points"]
) -> tuple[
    Float32[np.ndarray, "views points 2"],
    Float32[np.ndarray, "views points"],
    Bool[np.ndarray, "views points"],
]:
    """Regressed points drawn to their heatmaps' centre of mass, and the peaks' spread, crop pixels.

    The third array says which points have a peak. The spread is taken around the same 9 x 9
    cells; a landmark without a peak there gets the spread of a flat window.

    Args:
        raw: What the network says.
        rows: Which of its points are wanted.
    """
    points = raw.points[:, rows, :2]
    offsets = np.arange(-_REACH, _REACH + 1)
    centre = (points / _CELL).astype(np.int64)
    x = centre[..., 0, None, None] + offsets
    y = centre[..., 1, None, None] + offsets[:, None]
    last = LANDMARK_HEATMAP - 1
    is_inside = (y >= 0) & (y <= last) & (x >= 0) & (x <= last)
    view = np.arange(len(points))[:, None, None, None]
    logits = raw.heatmaps[view, np.clip(y, 0, last), np.clip(x, 0, last), rows[:, None, None]]
    weights = np.where(is_inside, probability(logits), np.float32(0))
    total = np.maximum(weights.sum(axis=(2, 3)), 1e-6)
    mean_x = (weights * x).sum(axis=(2, 3)) / total
    mean_y = (weights * y).sum(axis=(2, 3)) / total
    squares = (x - mean_x[..., None, None]) ** 2 + (y - mean_y[..., None, None]) ** 2
    variance = (weights * squares).sum(axis=(2, 3)) / (2 * total)
    is_refined = weights.max(axis=(2, 3)) >= _MIN_PEAK
    refined = np.where(is_refined[..., None], np.stack([mean_x, mean_y], axis=-1) * _CELL, points)
    flat = (2 * _REACH + 1) ** 2 / 12
    spread = np.sqrt(np.where(is_refined, variance, flat)) * _CELL
    return refined.astype(np.float32), spread.astype(np.float32), is_refined


def detection(body: Body, frame_index: int, time: float) -> Detection:
    """The body as a detection; a whole video's are kept, so half precision where it is enough."""
    box = widened_box(body.xy)
    cell = (box[2:] - box[:2]) / np.float32(HEATMAP_SIZE)
    return Detection(
        frame_index=frame_index,
        time=time,
        box=box,
        maps=GaussianMaps(
            xy=(body.xy - box[:2]) / cell,
            sigma=(body.spread[:, None] / cell).astype(np.float16),
            height=body.visibility.astype(np.float16),
        ),
        score=body.score,
        world=body.world.astype(np.float16),
    )
