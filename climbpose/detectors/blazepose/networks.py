"""The two BlazePose networks: their published files, their tensors, nothing of the pipeline."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from jaxtyping import Float32, UInt8

from climbpose import assets
from climbpose.assets import Asset, Wheel

_WHEEL = Wheel(
    requirement="mediapipe==0.10.21",
    platform="manylinux_2_28_x86_64",
    python="3.11",
    megabytes=36,
)

PERSON_ASSET = Asset(
    name="blazepose_person.tflite",
    sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    wheel=_WHEEL,
    member="mediapipe/modules/pose_detection/pose_detection.tflite",
    licence="Apache-2.0",
)
LANDMARK_ASSET = Asset(
    name="blazepose_landmarks_full.tflite",
    sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    wheel=_WHEEL,
    member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    licence="Apache-2.0",
)

PERSON_INPUT = 224
LANDMARK_INPUT = 256
LANDMARK_HEATMAP = 64

_STDERR = 2
_NOTICE = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU."


@contextmanager
def _without_notice() -> Generator[None]:
    """Keeps one notice of LiteRT's off stderr; whatever else is written there comes out after.

    LiteRT 2.3 has neither an option nor an environment variable for it.
    """
    with tempfile.TemporaryFile() as kept:
        stderr = os.dup(_STDERR)
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            kept.seek(0)
            os.write(_STDERR, b"".join(line for line in kept if not line.startswith(_NOTICE)))


class _Network:
    """A LiteRT model; more than two threads gain little on networks of this size."""

    def __init__(self, asset: Asset) -> None:
        content = assets.load(asset)
        with _without_notice():
            self._interpreter = Interpreter(model_content=content, num_threads=2)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {
            detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()
        }

    def _run(self, tensor: np.ndarray) -> None:
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()

    def _output(self, name: str) -> np.ndarray:
        tensor: np.ndarray = self._interpreter.get_tensor(self._outputs[name])[0]
        return tensor


class PersonNetwork(_Network):
    """Finds people in a square picture."""

    def __init__(self) -> None:
        super().__init__(PERSON_ASSET)

    def __call__(
        self, image: UInt8[np.ndarray, "224 224 3"]
    ) -> tuple[Float32[np.ndarray, "anchors 12"], Float32[np.ndarray, " anchors"]]:
        """Raw boxes with their four keypoints in input pixels, and logits."""
        self._run(image[None].astype(np.float32) * np.float32(2 / 255) - np.float32(1))
        return self._output("Identity"), self._output("Identity_1")[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class RawLandmarks:
    """What the landmark network says of one crop.

    Attributes:
        points: x, y, z in crop pixels, visibility and presence logits.
        heatmaps: Logits.
        world: Metres from the hips' centre.
        person: Probability that the crop shows a person.
    """

    points: Float32[np.ndarray, "39 5"]
    heatmaps: Float32[np.ndarray, "64 64 39"]
    world: Float32[np.ndarray, "39 3"]
    person: float


class LandmarkNetwork(_Network):
    """Finds the landmarks of the person that a crop is centred on."""

    def __init__(self) -> None:
        super().__init__(LANDMARK_ASSET)

    def __call__(self, crop: UInt8[np.ndarray, "256 256 3"]) -> RawLandmarks:
        """The landmarks, 33 of the body and six that steer the next crop."""
        self._run(crop[None].astype(np.float32) * np.float32(1 / 255))
        return RawLandmarks(
            points=self._output("Identity").reshape(39, 5),
            heatmaps=self._output("Identity_3"),
            world=self._output("Identity_4").reshape(39, 3),
            person=float(self._output("Identity_1")[0]),
        )
