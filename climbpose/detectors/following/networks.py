"""The two networks that people are searched and followed with, whoever runs them."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, UInt8

PERSON_INPUT = 224
LANDMARK_INPUT = 256
LANDMARK_HEATMAP = 64


def probability(
    logits: Float32[np.ndarray, "*shape"],
) -> Float32[np.ndarray, "*shape"]:
    """What logits stand for; for a function as small as this SciPy takes too long to load."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits), np.float32)


@runtime_checkable
class PersonNetwork(Protocol):
    """Finds people in square pictures."""

    def __call__(
        self, images: UInt8[np.ndarray, "n 224 224 3"]
    ) -> tuple[Float32[np.ndarray, "n anchors 12"], Float32[np.ndarray, "n anchors"]]:
        """Raw boxes with their four keypoints in input pixels, and logits."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RawLandmarks:
    """What the landmark network says of each crop.

    Attributes:
        points: x, y, z in crop pixels, visibility and presence logits.
        heatmaps: Logits.
        world: Metres from the hips' centre.
        person: Probability that the crop shows a person.
    """

    points: Float32[np.ndarray, "n 39 5"]
    heatmaps: Float32[np.ndarray, "n 64 64 39"]
    world: Float32[np.ndarray, "n 39 3"]
    person: Float32[np.ndarray, " n"]


@runtime_checkable
class LandmarkNetwork(Protocol):
    """Finds the landmarks of the person that a crop is centred on."""

    def __call__(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> RawLandmarks:
        """The landmarks, 33 of the body first; the six others are not used."""
        ...


@runtime_checkable
class PendingLandmarks(Protocol):
    """Landmarks that a network is at work on: either waited for or dropped, once."""

    def landmarks(self) -> RawLandmarks:
        """Waits for them."""
        ...

    def drop(self) -> None:
        """Does without them."""
        ...


@runtime_checkable
class EagerLandmarkNetwork(LandmarkNetwork, Protocol):
    """One that works while its caller does something else."""

    def begin(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> PendingLandmarks:
        """Begins with some crops."""
        ...
