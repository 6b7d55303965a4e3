"""Person search: where in a picture are people, found in the whole frame and in tiles of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy as np
from jaxtyping import Float32

from climbpose.detectors.following.networks import PERSON_INPUT, PersonNetwork, probability
from climbpose.detectors.following.regions import Region
from climbpose.pixels import BLACK, Pixels

_MIN_SCORE = 0.5
_MIN_SCORE_OF_UNSURE = 0.3
"""Where nobody reaches the reference's score: who is no person shows in the heatmaps later on."""

_MERGE_IOU = 0.3
_TILE_SHARE = 0.55
_MAX_TILE_SHARE = 0.6
_STRIDES_AND_ANCHORS = ((8, 2), (16, 2), (32, 6))
"""Stride in input pixels and anchors per cell of each layer (the last one holds three layers)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person found by the search.

    Attributes:
        score: In [0, 1].
        region: The square to look for landmarks in.
    """

    score: float
    region: Region


@cache
def _anchors() -> Float32[np.ndarray, "anchors 2"]:
    """Anchor centres (x, y) in [0, 1], in the network's order: rows, columns, anchors of a cell."""
    layers = []
    for stride, count in _STRIDES_AND_ANCHORS:
        cells = PERSON_INPUT // stride
        y, x = np.mgrid[:cells, :cells].astype(np.float32)
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        layers.append(np.repeat(centres, count, axis=0))
    return np.concatenate(layers).astype(np.float32)


def search(network: PersonNetwork, pixels: Pixels, tiles: Sequence[Region]) -> list[Person]:
    """The people in upright or turned squares of the picture, best first.

    Somebody seen in several squares comes several times.
    """
    crops = [tile.crop(pixels, PERSON_INPUT, BLACK) for tile in tiles]
    raw, logits = network(np.stack(crops))
    people = [
        person
        for found in zip(tiles, raw, probability(logits), strict=True)
        for person in _people(*found)
    ]
    return sorted(people, key=lambda person: person.score, reverse=True)


def _people(
    tile: Region, raw: Float32[np.ndarray, "anchors 12"], scores: Float32[np.ndarray, " anchors"]
) -> Iterator[Person]:
    """The people in one square."""
    kept = scores >= _MIN_SCORE
    if not kept.any():
        kept = scores >= _MIN_SCORE_OF_UNSURE
    if not kept.any():
        return
    points = raw[kept].reshape(-1, 6, 2) / PERSON_INPUT
    points[:, [0, 2, 3, 4, 5]] += _anchors()[kept, None]
    matrix = tile.to_image(1).astype(np.float64)
    for merged, score in _merge(points, scores[kept].astype(np.float32)):
        hips, top = merged[2:4] @ matrix[:, :2].T + matrix[:, 2]
        yield Person(score=float(score), region=Region.from_axis(hips, top))


def _merge(
    points: Float32[np.ndarray, "n 6 2"], scores: Float32[np.ndarray, " n"]
) -> Iterator[tuple[Float32[np.ndarray, "6 2"], float]]:
    """Weighted non-maximum suppression: each group of overlapping boxes gives its weighted mean.

    Rows of ``points`` are box centre, box size, then four keypoints.
    """
    low, high = points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2
    area = np.prod(np.maximum(high - low, 0), axis=1)
    left = np.argsort(-scores)
    while left.size:
        first = left[0]
        overlap = np.prod(
            np.maximum(np.minimum(high[first], high[left]) - np.maximum(low[first], low[left]), 0),
            axis=1,
        )
        iou = overlap / np.maximum(area[first] + area[left] - overlap, 1e-9)
        group = left[iou > _MERGE_IOU]
        group = group if group.size else left[:1]
        weights = scores[group] / scores[group].sum()
        yield np.einsum("n,nij->ij", weights, points[group]), float(scores[first])
        left = left[~np.isin(left, group)]


def tiles(width: int, height: int) -> Iterator[Region]:
    """The square around the whole picture, then squares that overlap by half.

    A tile's side is a little over half of the picture's longer side: in the whole picture the
    network misses a climber lower than about a third of it.
    """
    longer, shorter = float(max(width, height)), float(min(width, height))
    yield Region(width / 2, height / 2, longer, 0.0)
    # Where the shorter side is hardly more than a tile, larger tiles spare half of them.
    is_close = _TILE_SHARE < shorter / longer < _MAX_TILE_SHARE
    side = shorter if is_close else longer * _TILE_SHARE
    for y in _centres(height, side):
        for x in _centres(width, side):
            yield Region(x, y, side, 0.0)


def _centres(length: int, side: float) -> list[float]:
    """Centres of tiles along one side of the picture, at most half a tile apart."""
    if length <= side:
        return [length / 2]
    count = ceil((length - side) / (side / 2)) + 1
    return [float(centre) for centre in np.linspace(side / 2, length - side / 2, count)]
