"""A sample as the network gets it: a crop by a region that is never quite right, as filmed."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.detectors.following.networks import LANDMARK_INPUT
from climbpose.detectors.following.regions import Region
from climbpose.pixels import RgbPixels
from climbpose.training.config import Augmentation
from climbpose.training.samples import SIDE, Sample
from climbpose.training.targets import MIRRORED, Target

Crop = UInt8[np.ndarray, "256 256 3"]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What goes into a batch; points in crop pixels, world along the crop's sides.

    Attributes:
        image: The crop.
        xy: Where the points should be.
        weight: What each counts.
        visibility: In [0, 1].
        depth: z in crop pixels, as the teacher says.
        world: Metres, as the teacher says.
        person: Probability that a person is there, as the teacher says.
    """

    image: Crop
    xy: Float32[np.ndarray, "39 2"]
    weight: Float32[np.ndarray, "39"]
    visibility: Float32[np.ndarray, "39"]
    depth: Float32[np.ndarray, "39"]
    world: Float32[np.ndarray, "39 3"]
    person: float


def plain(sample: Sample, target: Target) -> Example:
    """The crop by the sample's own region, unchanged."""
    x, y, size, turn = map(float, sample.region)
    return _cropped(sample, target, sample.image, Region(x, y, size, turn))


def augmented(
    sample: Sample, target: Target, how: Augmentation, rng: np.random.Generator
) -> Example:
    """A crop by a region nearby, perhaps mirrored, with another light and a worse camera."""
    x, y, size, turn = map(float, sample.region)
    region = Region(
        x + float(rng.normal(0, how.shift)) * size,
        y + float(rng.normal(0, how.shift)) * size,
        size * float(np.exp(np.clip(rng.normal(0, how.scale), -2.5 * how.scale, 2.5 * how.scale))),
        turn + float(np.deg2rad(rng.normal(0, how.turn_deg))),
    )
    example = _cropped(sample, target, sample.image, region)
    if rng.random() < how.mirror:
        example = _mirrored(example)
    image = _filmed(example.image, how, rng)
    if rng.random() < how.occlude:
        image = _occluded(image, example.xy, rng)
    return _with_image(example, image)


def _cropped(
    sample: Sample, target: Target, image: UInt8[np.ndarray, "side side 3"], region: Region
) -> Example:
    to_image = np.vstack([region.to_image(LANDMARK_INPUT), [0, 0, 1]])
    to_crop = np.linalg.inv(to_image)[:2].astype(np.float32)
    cos, sin = np.cos(region.rotation), np.sin(region.rotation)
    upright = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float32)
    zoom = float(sample.region[2]) / region.size * LANDMARK_INPUT
    return Example(
        image=region.crop(RgbPixels(image), LANDMARK_INPUT),
        xy=target.xy @ to_crop[:, :2].T + to_crop[:, 2],
        weight=target.weight,
        visibility=target.visibility,
        depth=(sample.depth * np.float32(zoom)).astype(np.float32),
        world=(sample.world @ upright).astype(np.float32),
        person=sample.person,
    )


def _mirrored(example: Example) -> Example:
    xy = example.xy * np.array([-1, 1], np.float32) + np.array([LANDMARK_INPUT, 0], np.float32)
    world = example.world * np.array([-1, 1, 1], np.float32)
    return Example(
        image=np.ascontiguousarray(example.image[:, ::-1]),
        xy=xy[MIRRORED],
        weight=example.weight[MIRRORED],
        visibility=example.visibility[MIRRORED],
        depth=example.depth[MIRRORED],
        world=world[MIRRORED],
        person=example.person,
    )


def _with_image(example: Example, image: Crop) -> Example:
    return Example(
        image,
        example.xy,
        example.weight,
        example.visibility,
        example.depth,
        example.world,
        example.person,
    )


def _filmed(image: Crop, how: Augmentation, rng: np.random.Generator) -> Crop:
    """Another light and a worse camera."""
    if rng.random() < how.coarse:
        side = int(LANDMARK_INPUT * rng.uniform(0.3, 0.8))
        small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        image = _as_crop(cv2.resize(small, (LANDMARK_INPUT, LANDMARK_INPUT)))
    if rng.random() < how.blur:
        image = _as_crop(_blurred(image, rng))
    pixels = image.astype(np.float32)
    if how.colour:
        pixels = _recoloured(pixels, how.colour, rng)
    if rng.random() < how.noise:
        pixels += rng.normal(0, rng.uniform(2, 12), pixels.shape).astype(np.float32)
    image = pixels.clip(0, 255).astype(np.uint8)
    if rng.random() < how.compress:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 70))]
        coded = cv2.imencode(".jpg", image, quality)[1]
        image = _as_crop(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return image


def _blurred(image: Crop, rng: np.random.Generator) -> np.ndarray:
    """Out of focus, or smeared by a movement."""
    if rng.random() < 0.5:
        return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 2.0)))
    length = int(rng.integers(3, 12))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    middle = ((length - 1) / 2, (length - 1) / 2)
    turn = cv2.getRotationMatrix2D(middle, float(rng.uniform(0, 180)), 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def _recoloured(
    pixels: Float32[np.ndarray, "256 256 3"], strength: float, rng: np.random.Generator
) -> Float32[np.ndarray, "256 256 3"]:
    grey = pixels.mean(axis=2, keepdims=True)
    pixels = grey + (pixels - grey) * np.float32(1 + strength * rng.uniform(-0.4, 0.3))
    pixels = pixels * (1 + strength * rng.normal(0, 0.05, 3)).astype(np.float32)
    contrast = np.float32(1 + strength * rng.uniform(-0.3, 0.25))
    mean = np.float32(pixels.mean())
    pixels = mean + (pixels - mean) * contrast
    gamma = np.float32(np.exp(strength * rng.normal(0, 0.25)))
    bright: Float32[np.ndarray, "256 256 3"] = (
        np.float32(255) * (pixels.clip(0, 255) / np.float32(255)) ** gamma
    )
    return bright


def _occluded(image: Crop, xy: Float32[np.ndarray, "39 2"], rng: np.random.Generator) -> Crop:
    """Something plain before a part of the climber: a hold, a leg of who stands near, a rope."""
    image = image.copy()
    x, y = (int(v) for v in xy[rng.integers(11, 33)] + rng.normal(0, 12, 2))
    colour = tuple(int(v) for v in rng.integers(0, 256, 3))
    axes = int(rng.integers(5, 22)), int(rng.integers(5, 22))
    if rng.random() < 0.2:
        length, angle = 300, rng.uniform(0, np.pi)
        dx, dy = int(length * np.cos(angle)), int(length * np.sin(angle))
        cv2.line(image, (x - dx, y - dy), (x + dx, y + dy), colour, int(rng.integers(1, 5)))
    else:
        cv2.ellipse(image, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
    return image


def _as_crop(image: np.ndarray | None) -> Crop:
    assert image is not None
    return np.asarray(image, np.uint8)


assert SIDE >= LANDMARK_INPUT
