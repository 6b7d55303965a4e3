"""Stand-ins: a person of three coloured dots, a network and a detector that know them."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np

from climbpose.assets import Asset
from climbpose.detectors.base import DetectorOptions, ModelFile
from climbpose.detectors.following.networks import RawLandmarks
from climbpose.heatmaps import GaussianMaps
from climbpose.networks.graph import Attribute, Graph, Node
from climbpose.poses import HEATMAP_SIZE, Detection, Frame, widened_box
from climbpose.skeleton import CLIMBING_25
from climbpose.training.samples import POINTS, Sample

Dots = np.ndarray
"""Of shoulders, hips and everything else: three rows of x, y."""

CHANNELS = np.full(POINTS, 2)
CHANNELS[[11, 12]], CHANNELS[[23, 24]] = 0, 1
OF_25 = np.array(
    [{"shoulder": 0, "hip": 1}.get(name.split("_")[-1], 2) for name in CLIMBING_25.keypoints]
)


_EVEN = np.arange(0, 256, 2, dtype=np.float32)
_MIDDLE = np.exp(-((_EVEN[:, None] - 128) ** 2 + (_EVEN - 128) ** 2) / 8000)[..., None]
"""Who is not in the crop's middle is another person."""


def dots_of(x: float = 160.0, y: float = 110.0, lean: float = 0.0) -> Dots:
    """A person whose hips are at a point, the trunk 40 px long, the farthest point 60 px off."""
    return np.array([[x + lean, y - 40], [x, y], [x - 20, y + 57]], np.float32)


def picture_of(*people: Dots, width: int = 320, height: int = 240) -> np.ndarray:
    """A picture of people, each dot in a channel of its own."""
    image = np.zeros((height, width, 3))
    for dots in people:
        for channel, (x, y) in enumerate(dots):
            column = np.exp(-((np.arange(width) - x) ** 2) / 18)
            row = np.exp(-((np.arange(height) - y) ** 2) / 18)
            image[..., channel] += 240 * row[:, None] * column
    return image.clip(0, 255).astype(np.uint8)


class DotNetwork:
    """Sees the dots of a crop; all points of a channel are at its dot.

    Args:
        slip: Added to what it says, crop pixels.
        person: What it says of there being a person.
    """

    def __init__(self, slip: float = 0.0, person: float = 1.0) -> None:
        self.slip, self.person = slip, person
        self.looks = 0

    def __call__(self, crops: np.ndarray) -> RawLandmarks:
        self.looks += len(crops)
        points = np.zeros((len(crops), POINTS, 5), np.float32)
        for row, crop in enumerate(crops):
            weight = np.maximum(crop[::2, ::2].astype(np.float32) - 60, 0) * _MIDDLE + 1e-9
            total = weight.sum(axis=(0, 1))
            x = _EVEN @ weight.sum(axis=0) / total
            y = _EVEN @ weight.sum(axis=1) / total
            points[row, :, 0], points[row, :, 1] = x[CHANNELS] + self.slip, y[CHANNELS]
        points[:, :, 2], points[:, :, 3] = 16, 2
        return RawLandmarks(
            points=points,
            heatmaps=np.full((len(crops), 64, 64, POINTS), -10, np.float32),
            world=np.ones((len(crops), POINTS, 3), np.float32),
            person=np.full(len(crops), self.person, np.float32),
        )


class DotDetector:
    """Finds the people that it is told of, frame by frame."""

    description: ClassVar[str] = "a stand-in"
    assets: ClassVar[tuple[Asset, ...]] = ()
    people: ClassVar[dict[int, list[Dots]]] = {}

    def __init__(self, options: DetectorOptions) -> None:
        self.models: list[ModelFile] = []

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        for frame in frames:
            for dots in self.people.get(frame.index, ()):
                xy = dots[OF_25].astype(np.float32)
                box = widened_box(xy)
                cell = (box[2:] - box[:2]) / np.float32(HEATMAP_SIZE)
                maps = GaussianMaps(
                    (xy - box[:2]) / cell, np.ones(25, np.float32), np.ones(25, np.float32)
                )
                yield Detection(frame.index, float(frame.time), box, maps, 1.0)


def make_sample(seed: int = 0, source: str = "labelled", frame: int = 0) -> Sample:
    """A sample of random numbers, whose points are where its truth is."""
    from climbpose.training.cutting import Cut, region_of
    from climbpose.training.making import sample_of
    from climbpose.training.teacher import TWO_VIEWS, Teacher

    rng = np.random.default_rng(seed)
    dots = dots_of(*map(float, rng.uniform((120, 120, -15), (180, 180, 15))))
    truth = dots[OF_25]
    region = region_of(truth)
    assert region is not None
    cut = Cut.around(picture_of(dots), region)
    opinion = Teacher(DotNetwork(), "dots").look(cut.image, cut.region, TWO_VIEWS)
    seen = np.full(25, 2, np.uint8)
    return sample_of(cut, opinion, source, f"clip {seed % 2}", frame, truth, seen)


def tiny_graph(seed: int = 0) -> Graph:
    """A landmark network with all outputs, so small that it learns in no time."""
    rng = np.random.default_rng(seed)
    weights: dict[str, np.ndarray] = {}
    nodes: list[Node] = []

    def conv(
        name: str, given: str, shape: tuple[int, ...], stride: int, pad: int, act: str
    ) -> None:
        scale = (2 / np.prod(shape[1:])) ** 0.5
        weights[f"{name}.weight"] = (rng.normal(size=shape) * scale).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(shape[0], np.float32)
        inputs = (given, f"{name}.weight", f"{name}.bias")
        what: dict[str, Attribute] = {
            "strides": (stride, stride),
            "pads": (pad,) * 4,
            "activation": act,
        }
        nodes.append(Node("conv", inputs, name, what))

    def shaped(name: str, given: str, shape: tuple[int, ...]) -> None:
        nodes.append(Node("reshape", (given,), name, {"shape": shape}))

    conv("stem", "image", (8, 3, 8, 8), 4, 2, "relu6")
    conv("heat", "stem", (POINTS, 8, 1, 1), 1, 0, "none")
    pooled = {"size": (16, 16), "strides": (16, 16), "pads": (0, 0, 0, 0)}
    nodes.append(Node("max_pool", ("stem",), "pooled", pooled))
    for name, count in (("points", POINTS * 5), ("world", POINTS * 3), ("person", 1)):
        conv(f"{name} flat", "pooled", (count, 8, 4, 4), 1, 0, "none")
    nodes.append(Node("sigmoid", ("person flat",), "person sure", {}))
    weights["points flat.bias"][:] = 128
    weights["person flat.bias"][:] = 4
    shaped("points", "points flat", (POINTS, 5))
    shaped("world", "world flat", (POINTS, 3))
    shaped("person", "person sure", ())
    return Graph(
        input="image",
        input_shape=(256, 256, 3),
        input_scale=1 / 255,
        input_offset=0.0,
        nodes=tuple(nodes),
        outputs={"points": "points", "heatmaps": "heat", "world": "world", "person": "person"},
        weights=weights,
    )
