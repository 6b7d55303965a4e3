"""SLEAP's analysis HDF5, of SLEAP itself, sleap-io or climbpose.

``tracks`` is [track, xy, node, frame] unless its attribute ``dims`` says otherwise. Coordinates
count from the first pixel's centre: ours are half a pixel more.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64

from climbpose.errors import TracksError
from climbpose.exporters.base import FIRST_PIXEL_CENTRE
from climbpose.importers.base import Readings, register
from climbpose.importers.hdf5 import array, has, holds, is_hdf5, member, opened, texts

_DIMS = ("track", "xy", "node", "frame")
_MAX_ATTRIBUTE = 1000


@register("sleap")
class SleapImporter:
    """Reads the track of one animal."""

    description: ClassVar[str] = "SLEAP analysis HDF5"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the file has tracks."""
        return is_hdf5(start) and has(path, "tracks")

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        with opened(path, self.description) as file:
            dims = _dims(file)
            order = [dims.index(name) for name in ("track", "frame", "node", "xy")]
            tracks = array(file, "tracks", kinds="f").astype(np.float64).transpose(order)
            nodes = texts(file, "node_names")
            names = texts(file, "track_names") if holds(file, "track_names") else []
            scores = np.full(tracks.shape[:3], np.nan)
            if holds(file, "point_scores"):
                rest = [name for name in dims if name != "xy"]
                axes = [rest.index(name) for name in ("track", "frame", "node")]
                scores = array(file, "point_scores", kinds="f").astype(np.float64).transpose(axes)
            if tracks.shape[2:] != (len(nodes), 2) or scores.shape != tracks.shape[:3]:
                raise ValueError(f"tracks have the shape {tracks.shape} of {len(nodes)} nodes")
            chosen = _only(path, tracks, names)
        return Readings(
            frame_index=np.arange(tracks.shape[1]),
            keypoints=tuple(nodes),
            xy=tracks[chosen] + FIRST_PIXEL_CENTRE,
            confidence=scores[chosen],
        )


def _dims(file: Any) -> tuple[str, ...]:
    """What the axes of the tracks are."""
    told = member(file, "tracks").attrs.get("dims")
    if told is None:
        return _DIMS
    if not isinstance(told, str | bytes) or len(told) > _MAX_ATTRIBUTE:
        raise ValueError("tracks have odd dims")
    dims = json.loads(told)
    if not isinstance(dims, list) or sorted(map(str, dims)) != sorted(_DIMS):
        raise ValueError(f"tracks have the dims {dims}")
    return tuple(map(str, dims))


def _only(
    path: Path, tracks: Float64[np.ndarray, "tracks frames nodes 2"], names: list[str]
) -> int:
    """The only track that has anything."""
    used = np.flatnonzero(np.isfinite(tracks).any(axis=(1, 2, 3)))
    if len(used) > 1:
        shown = ", ".join(names[n] if n < len(names) else str(n) for n in used)[:120]
        raise TracksError(
            f"{path}: expected one person, found {len(used)} tracks ({shown}); keep the climber's "
            "track alone"
        )
    if not len(tracks):
        raise ValueError("there are no tracks")
    return int(used[0]) if len(used) else 0
