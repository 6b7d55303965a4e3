"""A climber's detections, of which a long video has too many for the memory."""

import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, overload

import numpy as np

from climbpose.errors import ClimbposeError
from climbpose.heatmaps import GaussianMaps
from climbpose.poses import Detection

BLOCK = 1024
"""Detections that are written and read together."""

_KEPT_BLOCKS = 4
"""Blocks at the end that stay in memory: two minutes of usual video never touch the disk."""

_FIELDS = ("frame_index", "time", "box", "xy", "sigma", "height", "score", "is_filled", "world")


class Spool(Sequence[Detection]):
    """A sequence of detections that only grows; all but the last ones lie in a temporary file.

    Detections whose heatmaps are not Gaussians stay in memory: they are views of a file already.

    Args:
        detections: What it begins with.

    Raises:
        ClimbposeError: The temporary folder is full; of `append` and of reading, too.
    """

    def __init__(self, detections: Iterable[Detection] = ()) -> None:
        self._blocks: list[list[Detection] | int] = []
        self._count = 0
        self._file: IO[bytes] | None = None
        self._read: tuple[int, list[Detection]] = (-1, [])
        self.extend(detections)

    def append(self, detection: Detection) -> None:
        """Puts a detection at the end."""
        if self._count % BLOCK == 0:
            self._blocks.append([])
            if len(self._blocks) > _KEPT_BLOCKS:
                self._put_away(len(self._blocks) - 1 - _KEPT_BLOCKS)
        last = self._blocks[-1]
        assert isinstance(last, list)
        last.append(detection)
        self._count += 1

    def extend(self, detections: Iterable[Detection]) -> None:
        """Puts several at the end."""
        for detection in detections:
            self.append(detection)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Detection: ...
    @overload
    def __getitem__(self, place: slice) -> list[Detection]: ...
    def __getitem__(self, place: int | slice) -> Detection | list[Detection]:
        if isinstance(place, slice):
            return [self[row] for row in range(*place.indices(self._count))]
        row = place + self._count if place < 0 else place
        if not 0 <= row < self._count:
            raise IndexError(place)
        return self._block(row // BLOCK)[row % BLOCK]

    def __iter__(self) -> Iterator[Detection]:
        for number in range(len(self._blocks)):
            yield from self._block(number)

    def _block(self, number: int) -> list[Detection]:
        block = self._blocks[number]
        if isinstance(block, list):
            return block
        if self._read[0] != number:
            self._read = number, self._fetched(block)
        return self._read[1]

    def _put_away(self, number: int) -> None:
        block = self._blocks[number]
        assert isinstance(block, list)
        columns = _columns(block)
        if columns is None:
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._blocks[number] = self._file.seek(0, 2)
            for column in columns:
                np.save(self._file, column, allow_pickle=False)
        except OSError as error:
            raise ClimbposeError(
                f"the temporary folder {tempfile.gettempdir()} cannot be written to "
                f"({error.strerror}); make room, or name another one in TMPDIR"
            ) from error

    def _fetched(self, position: int) -> list[Detection]:
        assert self._file is not None
        self._file.seek(position)
        columns = [np.load(self._file, allow_pickle=False) for _ in _FIELDS]
        return [_detection(*row) for row in zip(*columns, strict=True)]


def _columns(block: Sequence[Detection]) -> list[np.ndarray] | None:
    """An array for each of `_FIELDS`; None where the heatmaps are no Gaussians."""
    rows = []
    for each in block:
        if not isinstance(each.maps, GaussianMaps):
            return None
        maps, world = each.maps, each.world
        if world is None:
            world = np.empty((0, 3), np.float16)
        rows.append(
            (
                *(each.frame_index, each.time, each.box),
                *(maps.xy, maps.sigma, maps.height),
                *(each.score, each.is_filled, world),
            )
        )
    columns = list(zip(*rows, strict=True))
    shapes = [{np.shape(value) for value in column} for column in columns]
    return [np.array(column) for column in columns] if all(len(s) == 1 for s in shapes) else None


def _detection(
    frame_index: np.int64,
    time: np.float64,
    box: np.ndarray,
    xy: np.ndarray,
    sigma: np.ndarray,
    height: np.ndarray,
    score: np.float64,
    is_filled: np.bool_,
    world: np.ndarray,
) -> Detection:
    return Detection(
        frame_index=int(frame_index),
        time=float(time),
        box=box,
        maps=GaussianMaps(xy, sigma, height),
        score=float(score),
        is_filled=bool(is_filled),
        world=world if len(world) else None,
    )
