"""Detections that another detector made, read from an ``.npz`` file.

Keys, one row for each detection in any order, several for a frame with several people:

``frame``, (N,) integers
    index of the frame in decoding order, from 0
``box``, (N, 4) floats
    ``x1 y1 x2 y2`` that the heatmaps cover, pixels of the upright picture from its top left corner
``heatmaps``, (N, 25, 56, 56) floats in [0, 1] or uint8 for 0 to 255
    scores; the cell in row i and column j has its centre at (j + 0.5, i + 0.5) 56ths of the box;
    a keypoint with a NaN or infinity in its heatmap is missing
``score``, (N,) floats, optional
    belief in [0, 1] that a person is there
``keypoints``, (25,) strings, optional
    names, where they come in another order than ours
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Int64

from climbpose.archives import DAMAGE, Arrays, mapped, opened
from climbpose.assets import Asset
from climbpose.detectors.base import NO_OPTIONS, DetectorOptions, ModelFile, register
from climbpose.errors import ModelError, UsageError
from climbpose.heatmaps import DenseMaps
from climbpose.poses import HEATMAP_SIZE, Detection, Frame
from climbpose.skeleton import CLIMBING_25

_MAPS = (len(CLIMBING_25), HEATMAP_SIZE, HEATMAP_SIZE)

_REQUIRED = ("frame", "box", "heatmaps")


@register("precomputed")
class Precomputed:
    """Somebody else's heatmaps and boxes; ``--detector FILE.npz`` chooses it.

    Args:
        options: Names the file. Its heatmaps are unpacked to a temporary file and mapped, so that
            memory does not grow with the video.

    Raises:
        UsageError: There is no such file.
        ModelError: The file is not as documented.
    """

    description: ClassVar[str] = "heatmaps and boxes of any detector, from --detector FILE.npz"
    assets: ClassVar[tuple[Asset, ...]] = ()

    def __init__(self, options: DetectorOptions = NO_OPTIONS) -> None:
        path = options.detections
        if path is None:
            raise UsageError("detector 'precomputed' needs a file: --detector FILE.npz")
        if options.weights or options.quality != DetectorOptions.quality:
            raise UsageError(
                "--weights and --quality have no effect on precomputed detections; leave them out"
            )
        self.models: Sequence[ModelFile] = ()
        if not path.is_file():
            raise UsageError(f"precomputed detections {path} do not exist; check the name")
        if not zipfile.is_zipfile(path):
            raise ModelError(f"{path} is not an .npz file; write it with numpy.savez")
        self._path = path
        try:
            self._load()
        except (OSError, *DAMAGE) as error:
            raise ModelError(
                f"{path} cannot be read as an .npz file ({error}); write it with numpy.savez"
            ) from error

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        """The people of each frame."""
        for frame in frames:
            for row in self._rows.get(frame.index, []):
                yield self._detection(row, frame)

    def _detection(self, row: int, frame: Frame) -> Detection:
        maps = self._heatmaps[row]
        return Detection(
            frame_index=frame.index,
            time=float(frame.time),
            box=self._box[row],
            maps=DenseMaps(maps if self._order is None else maps[self._order]),
            score=float(self._score[row]),
        )

    def _load(self) -> None:
        with opened(self._path) as content:
            self._check_keys(list(content))
            frame, self._box = content["frame"], content["box"]
            count = len(frame) if frame.ndim else 0
            self._score = content["score"] if "score" in content else np.ones(count)
            self._order = self._find_order(content)
            # Before they are unpacked: what does not fit may be as large as the disk.
            self._check_shape("heatmaps", content.shape_of("heatmaps"), (count, *_MAPS))
        self._heatmaps = mapped(self._path, "heatmaps")
        self._check(frame)
        self._rows: dict[int, list[int]] = {}
        for row, index in enumerate(frame):
            self._rows.setdefault(int(index), []).append(row)

    def _check_keys(self, found: list[str]) -> None:
        absent = [key for key in _REQUIRED if key not in found]
        if absent:
            raise ModelError(
                f"{self._path} lacks {', '.join(absent)}; expected {', '.join(_REQUIRED)} "
                f"and found {', '.join(found) or 'nothing'}"
            )

    def _check(self, frame: np.ndarray) -> None:
        count = len(frame) if frame.ndim else 0
        expected = {
            "frame": (frame, (count,)),
            "box": (self._box, (count, 4)),
            "score": (self._score, (count,)),
        }
        for key, (array, shape) in expected.items():
            self._check_shape(key, array.shape, shape)
        if not np.issubdtype(frame.dtype, np.integer):
            raise ModelError(f"{self._path}: expected frame as integers, found {frame.dtype}")
        if self._heatmaps.dtype not in (np.uint8, np.float16, np.float32, np.float64):
            raise ModelError(
                f"{self._path}: expected heatmaps as floats or uint8, found {self._heatmaps.dtype}"
            )
        for key, array in (("box", self._box), ("score", self._score)):
            if array.dtype.kind not in "fiu":
                raise ModelError(f"{self._path}: expected {key} as numbers, found {array.dtype}")
        if not ((self._score >= 0) & (self._score <= 1)).all():
            raise ModelError(f"{self._path}: expected every score in 0 to 1")
        with np.errstate(over="ignore"):
            self._box = self._box.astype(np.float32)
        sides = self._box[:, 2:] - self._box[:, :2]
        if not (np.isfinite(self._box).all() and (sides > 0).all()):
            raise ModelError(
                f"{self._path}: expected every box as x1 y1 x2 y2 with x1 < x2, y1 < y2"
            )

    def _check_shape(self, key: str, found: tuple[int, ...], expected: tuple[int, ...]) -> None:
        if found != expected:
            raise ModelError(f"{self._path}: expected {key} of shape {expected}, found {found}")

    def _find_order(self, content: Arrays) -> Int64[np.ndarray, "25"] | None:
        """For each of our keypoints, its position in the file."""
        if "keypoints" not in content:
            return None
        given = [str(name) for name in content["keypoints"].reshape(-1)]
        if sorted(given) != sorted(CLIMBING_25.keypoints):
            unknown = sorted(set(given) ^ set(CLIMBING_25.keypoints))
            raise ModelError(
                f"{self._path}: keypoints differ from the 25 of climbpose at {', '.join(unknown)}"
            )
        return np.array([given.index(name) for name in CLIMBING_25.keypoints])
