"""A landmark network that looks several times, so that it is known how sure it is."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8
from scipy.special import expit

from climbpose.detectors.following.landmarks import refine
from climbpose.detectors.following.networks import LANDMARK_INPUT, LandmarkNetwork
from climbpose.detectors.following.regions import Region
from climbpose.detectors.following.running import RunningLandmarkNetwork
from climbpose.detectors.following.views import View
from climbpose.networks.graph import Graph
from climbpose.networks.runtime import Precision, supports_bfloat16
from climbpose.pixels import RgbPixels
from climbpose.training.samples import POINTS
from climbpose.training.targets import MIRRORED

ONE_VIEW = (View(),)

TWO_VIEWS = (View(), View(1.05, 8.0, True))
"""Enough where labels are known and the teacher only adds what they lack."""

EIGHT_VIEWS = tuple(
    View(scale, turn_deg, is_mirrored)
    for is_mirrored in (False, True)
    for scale, turn_deg in ((1.0, 0.0), (1.1, 8.0), (0.92, -8.0), (1.04, -15.0))
)
"""More of them bring little."""

_MIRROR = np.array([-1, 1, 1], np.float32)
_ACROSS = np.array([LANDMARK_INPUT, 0], np.float32)
_ALL_POINTS = np.arange(POINTS)


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a teacher says of a person.

    Attributes:
        points: Pixels of the picture that was looked at.
        spread: How far the views disagree, as a share of the region's side.
        visibility: In [0, 1].
        depth: z as a share of the region's side.
        world: Metres from the hips' centre along the picture's sides.
        person: Probability that a person is there.
    """

    points: Float32[np.ndarray, "39 2"]
    spread: Float32[np.ndarray, "39"]
    visibility: Float32[np.ndarray, "39"]
    depth: Float32[np.ndarray, "39"]
    world: Float32[np.ndarray, "39 3"]
    person: float


class Teacher:
    """Says where the points of a person are, as the median over several views.

    Attributes:
        key: The same for the same network; names what was made with it.
    """

    def __init__(self, network: LandmarkNetwork, key: str) -> None:
        self._network = network
        self.key = key

    @classmethod
    def of(cls, graph: Graph, threads: int = 1) -> "Teacher":
        """A teacher that is the network of a graph."""
        precision: Precision = "bfloat16" if supports_bfloat16() else "float32"
        network = RunningLandmarkNetwork(graph, precision, threads)
        return cls(network, f"{graph_key(graph)}-{precision}")

    def look(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        region: Region,
        views: tuple[View, ...] = EIGHT_VIEWS,
    ) -> Opinion:
        """The opinion on the person that a region is centred on."""
        # One after another: a batch gains nothing on a processor, and takes its memory.
        looks = [self._look_once(image, region, view) for view in views]
        points = _median([look.points for look in looks])
        away = [np.hypot(*(look.points - points).T) for look in looks]
        return Opinion(
            points=points,
            spread=(np.mean(away, axis=0) / region.size).astype(np.float32),
            visibility=_median([look.visibility for look in looks]),
            depth=_median([look.depth for look in looks]),
            world=_median([look.world for look in looks]),
            person=float(np.median([look.person for look in looks])),
        )

    def _look_once(self, image: UInt8[np.ndarray, "h w 3"], region: Region, view: View) -> Opinion:
        raw = self._network(np.ascontiguousarray(view.crop(RgbPixels(image), region))[None])
        points, world = raw.points[0], raw.world[0]
        xy = refine(raw, _ALL_POINTS)[0][0]
        if view.is_mirrored:
            xy = xy[MIRRORED] * _MIRROR[:2] + _ACROSS
            points, world = points[MIRRORED], world[MIRRORED] * _MIRROR
        seen = view.region(region)
        matrix = seen.to_image(LANDMARK_INPUT)
        cos, sin = np.cos(seen.rotation), np.sin(seen.rotation)
        upright = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float32)
        return Opinion(
            points=(xy @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32),
            spread=np.zeros(POINTS, np.float32),
            visibility=expit(points[:, 3]).astype(np.float32),
            depth=(points[:, 2] * np.float32(view.scale / LANDMARK_INPUT)).astype(np.float32),
            world=(world @ upright.T).astype(np.float32),
            person=float(raw.person[0]),
        )


def graph_key(graph: Graph) -> str:
    """A short text that is the same for the same network only."""
    digest = hashlib.sha256(json.dumps(graph.structure(), sort_keys=True).encode())
    for name in sorted(graph.weights):
        digest.update(name.encode() + np.ascontiguousarray(graph.weights[name]).tobytes())
    return digest.hexdigest()[:12]


def _median(values: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(np.median(values, axis=0), np.float32)
