"""What a detector sees in a video, kept in a file, as looking again takes long."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float32, Float64, Int64

from climbpose import assets, detectors
from climbpose.detectors import DetectorOptions
from climbpose.errors import DatasetError, UsageError
from climbpose.files import part_file
from climbpose.heatmaps import GaussianMaps
from climbpose.poses import Detection, Frame, HeatmapSource
from climbpose.training.making import key_of
from climbpose.video import VideoReader

_MIN_SHARE = 1e-3
"""Of the peak, of cells next to it that a width is read from."""

_WIDEST = 8.0
"""Cells, of what has no curvature at its peak."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Everybody whom a detector saw in a video, their heatmaps as Gaussians.

    Of heatmaps that are given whole, a Gaussian keeps the highest peak, its height and its
    curvature; further peaks are lost.

    Attributes:
        times: When each frame is shown, seconds; one for every decoded frame.
        size: Width and height of the upright picture.
        fps: Frames a second as stated; NaN where it is not.
        frame: Of each detection, its frame.
        box: ``x1 y1 x2 y2`` that its heatmaps cover, pixels.
        xy: Cells; NaN where a keypoint is missing.
        sigma: Cells, along x and y.
        height: In [0, 1].
        score: In [0, 1].
    """

    times: Float64[np.ndarray, " frames"]
    size: Int64[np.ndarray, "2"]
    fps: Float64[np.ndarray, ""]
    frame: Int64[np.ndarray, " detections"]
    box: Float32[np.ndarray, "detections 4"]
    xy: Float32[np.ndarray, "detections keypoints 2"]
    sigma: Float32[np.ndarray, "detections keypoints 2"]
    height: Float32[np.ndarray, "detections keypoints"]
    score: Float32[np.ndarray, " detections"]

    def detections(self) -> list[Detection]:
        """As the detector gave them."""
        return [
            Detection(
                frame_index=int(frame),
                time=float(self.times[frame]),
                box=self.box[row],
                maps=GaussianMaps(self.xy[row], self.sigma[row], self.height[row]),
                score=float(self.score[row]),
            )
            for row, frame in enumerate(self.frame)
        ]


def look(
    video: Path,
    detector: str,
    folder: Path,
    say: Callable[[str], None],
    weights: Path | None = None,
) -> Seen:
    """Everybody in a video, from a file where the same detector looked at it before.

    Args:
        video: The file.
        detector: A name; a file of precomputed detections; or a folder with such a file for each
            video, of the same name but for the ending.
        folder: Of the files.
        say: Takes a line where looking will take long.
        weights: A trained network instead of the detector's own.

    Raises:
        ClimbposeError: The video cannot be read, or the detector lacks something.
    """
    chosen = _precomputed(video, detector)
    assets.fetch(detectors.assets_of(chosen), say)
    made = detectors.create(chosen, DetectorOptions(weights=weights))
    parts = [Path(chosen)] if chosen.endswith(".npz") else [chosen, *made.models]
    path = folder / f"{video.stem}-{key_of(video, *parts)}.npz"
    if path.is_file():
        try:
            return _read(path)
        except DatasetError:
            path.unlink()
    say(f"{video.name}: looking for climbers")
    with VideoReader(video) as reader:
        times: dict[int, float] = {}

        def noted() -> Iterator[Frame]:
            for frame in reader:
                times[frame.index] = float(frame.time)
                yield frame

        found = list(made(noted()))
        info = reader.info
    seen = _of(found, list(times.values()), (info.width, info.height), info.fps)
    _write(seen, path)
    return seen


def _precomputed(video: Path, detector: str) -> str:
    """The detector, or the file of a folder that is of a video."""
    if not Path(detector).is_dir():
        return detector
    path = Path(detector) / f"{video.stem}.npz"
    if not path.is_file():
        raise UsageError(f"--detector {detector}: expected {path.name} in it, found none; add it")
    return str(path)


def _of(found: list[Detection], times: list[float], size: tuple[int, int], fps: object) -> Seen:
    gaussians = [_gaussian(detection.maps) for detection in found]
    count = len(found)

    def joined(values: list[np.ndarray], *shape: int) -> np.ndarray:
        return np.array(values, np.float32).reshape(count, *shape)

    return Seen(
        times=np.array(times, np.float64),
        size=np.array(size, np.int64),
        fps=np.array(np.nan if fps is None else float(fps), np.float64),  # type: ignore[arg-type]
        frame=np.array([detection.frame_index for detection in found], np.int64),
        box=joined([detection.box for detection in found], 4),
        xy=joined([one.xy for one in gaussians], 25, 2),
        sigma=joined([one.sigma for one in gaussians], 25, 2),
        height=joined([one.height for one in gaussians], 25),
        score=np.array([detection.score for detection in found], np.float32),
    )


def _gaussian(maps: HeatmapSource) -> GaussianMaps:
    """Heatmaps as one Gaussian for each keypoint."""
    xy, height = maps.peaks()
    if isinstance(maps, GaussianMaps):
        sigma = maps.sigma[:, None] if maps.sigma.ndim == 1 else maps.sigma
        return GaussianMaps(xy, np.broadcast_to(sigma, xy.shape), height)
    return GaussianMaps(xy, widths(maps.render()), height)


def widths(
    maps: Float32[np.ndarray, "keypoints rows cols"],
) -> Float32[np.ndarray, "keypoints 2"]:
    """The standard deviations along x and y of Gaussians as curved as the highest peaks, cells.

    The logarithm of a Gaussian has the curvature -1 / sigma^2 everywhere.
    """
    count, rows, cols = maps.shape
    row, col = np.divmod(maps.reshape(count, -1).argmax(axis=1), cols)
    # At the border, of the cells beside it.
    row, col = row.clip(1, rows - 2), col.clip(1, cols - 2)
    each = np.arange(count)
    top = np.maximum(maps[each, row, col], 1e-9)
    curvature = [
        sum(
            np.log(np.maximum(maps[each, row + sign * down, col + sign * right] / top, _MIN_SHARE))
            for sign in (-1, 1)
        )
        for down, right in ((0, 1), (1, 0))
    ]
    sigma = np.stack([1 / np.sqrt(np.maximum(-np.array(each), _WIDEST**-2)) for each in curvature])
    return np.asarray(sigma.T, np.float32)


def _write(seen: Seen, path: Path) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **{name: getattr(seen, name) for name in Seen.__slots__})
    with part_file(path) as part:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content.getvalue())


def _read(path: Path) -> Seen:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            return Seen(**{name: content[name] for name in Seen.__slots__})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DatasetError(f"{path} is damaged ({error}); remove it") from error
