"""Networks that take a bright spot on black for a person: following without any model file."""

import numpy as np
from jaxtyping import Float32, UInt8
from scipy.special import logit

from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.networks import PERSON_INPUT, RawLandmarks
from climbpose.detectors.following.views import ONE_VIEW, View

SIDE_PX = 60
"""Side of the spot; the person is a cross around it, twice as high."""

PLAIN, FAINT = 255, 120
"""A plain spot is found by the search, a faint one is only known again."""

_ANCHOR = (PERSON_INPUT // 8) ** 2 * 2
"""The first anchor of the second layer; its cells are 16 pixels wide."""


class SpotSearch:
    """Finds plain spots, at their place, with a region five times as large."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(
        self, images: UInt8[np.ndarray, "n 224 224 3"]
    ) -> tuple[Float32[np.ndarray, "n anchors 12"], Float32[np.ndarray, "n anchors"]]:
        self.calls += len(images)
        boxes = np.zeros((len(images), 2254, 12), np.float32)
        logits = np.full((len(images), 2254), -9, np.float32)
        for row, image in enumerate(images):
            rows, columns = np.nonzero(image[..., 0] > 200)
            if len(rows) < 9:
                continue
            side = np.sqrt(len(rows))
            # The first cell's centre is at 8, 8.
            centre = np.array([columns.mean(), rows.mean()]) - 8
            top = centre - (0, 2 * side)
            boxes[row, _ANCHOR] = [*centre, side, side, *centre, *top, *centre, *top]
            logits[row, _ANCHOR] = 3
        return boxes, logits


class SpotLandmarks:
    """A person wherever there is a spot, faint or plain, near the crop's middle."""

    def __init__(self, peaks: int = 39) -> None:
        self.calls = 0
        self.peaks = peaks

    def __call__(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> RawLandmarks:
        self.calls += len(crops)
        points = np.zeros((len(crops), 39, 5), np.float32)
        person = np.zeros(len(crops), np.float32)
        heatmaps = np.full((len(crops), 64, 64, 39), -20, np.float32)
        for row, crop in enumerate(crops):
            rows, columns = np.nonzero(crop[..., 0] > 60)
            if len(rows) < 9:
                continue
            side, middle = np.sqrt(len(rows)), np.array([columns.mean(), rows.mean()])
            person[row] = 0.9
            points[row, :, :2] = middle + side * _OFFSETS
            points[row, :, 3] = 4
            kept = slice(39 - self.peaks, None)
            heatmaps[row, ..., kept] = _peaks(points[row, :, :2] / 4)[..., kept]
        return RawLandmarks(
            points=points,
            heatmaps=heatmaps,
            world=np.zeros((len(crops), 39, 3), np.float32),
            person=person,
        )


def _peaks(cells: Float32[np.ndarray, "39 2"]) -> Float32[np.ndarray, "64 64 39"]:
    """Logits of tents two cells wide, whose centres of mass are at these cells."""
    away = np.abs(np.arange(64)[:, None] - cells.T[:, None, :])
    tents = np.clip(1 - away, 0, 1)
    maps = tents[1][:, None] * tents[0][None, :]
    maps = 0.95 * maps / np.maximum(maps.max(axis=(0, 1)), 1e-6)
    logits: Float32[np.ndarray, "64 64 39"] = logit(np.maximum(maps, 2e-9)).astype(np.float32)
    return logits


def _offsets() -> Float32[np.ndarray, "39 2"]:
    """Of each landmark, its place around the hips in sides of the spot."""
    rng = np.random.default_rng(5)
    offsets = rng.uniform(-1, 1, (39, 2)).astype(np.float32)
    for left, right, place in ((11, 12, (0.4, -1.2)), (23, 24, (0.3, 0.0)), (31, 32, (0.4, 2.0))):
        offsets[left], offsets[right] = place, (-place[0], place[1])
    return offsets


_OFFSETS = _offsets()


def spot_eyes(views: tuple[View, ...] = ONE_VIEW) -> Eyes:
    return Eyes(SpotSearch(), SpotLandmarks(), views)


def spot_image(
    centre: tuple[float, float] | None, brightness: int = PLAIN, size: tuple[int, int] = (480, 640)
) -> UInt8[np.ndarray, "h w 3"]:
    """A black picture with a spot, or without any."""
    image = np.zeros((*size, 3), np.uint8)
    if centre is not None:
        x, y = round(centre[0]), round(centre[1])
        half = SIDE_PX // 2
        image[max(y - half, 0) : y + half, max(x - half, 0) : x + half] = brightness
    return image
