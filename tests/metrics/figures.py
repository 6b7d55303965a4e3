"""Made-up labels, and what somebody saw of them."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from climbpose.metrics import Annotated, Metric
from climbpose.metrics.groups import keypoints_of
from climbpose.skeleton import CLIMBING_25

ALL = keypoints_of(("all",))


def make_annotated(seed: int = 0, frames: int = 4, *, is_all_visible: bool = False) -> Annotated:
    """Labels of a climber about 300 pixels high; torsos are labelled in every frame."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(100, 400, (frames, 25, 2)).astype(np.float32)
    visibility = rng.integers(0, 3, (frames, 25)).astype(np.uint8)
    trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    visibility[:, trunk] = 2
    if is_all_visible:
        visibility[:] = 2
    return Annotated.of_labels(xy, visibility)


def blurred(annotated: Annotated, seed: int = 1, pixels: float = 20.0) -> np.ndarray:
    """The labels seen by somebody imprecise; unlabelled keypoints anywhere."""
    noise = np.random.default_rng(seed).normal(0, pixels, annotated.xy.shape)
    return np.asarray(np.nan_to_num(annotated.xy, nan=50.0) + noise, np.float32)


def moved(
    annotated: Annotated, xy: np.ndarray, turn: float, scale: float, shift: tuple[float, float]
) -> tuple[Annotated, np.ndarray]:
    """Labels and keypoints in a picture that is turned, scaled and shifted."""
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]])

    def place(points: np.ndarray) -> np.ndarray:
        return np.asarray(points @ matrix.T + shift, np.float32)

    return replace(annotated, xy=place(annotated.xy)), place(xy)


def value(metric: Metric, xy: np.ndarray, annotated: Annotated) -> float:
    """The metric of all keypoints."""
    return metric(xy, annotated).share(ALL)


seeds = st.integers(0, 10_000)
