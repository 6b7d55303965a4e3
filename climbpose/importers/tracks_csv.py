"""The tracks CSV that climbpose writes."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.exporters.tracks_csv import read
from climbpose.importers.base import Readings, register
from climbpose.importers.text import first_cells


@register("tracks-csv")
class TracksCsvImporter:
    """Reads what `climbpose.exporters.tracks_csv` writes."""

    description: ClassVar[str] = "climbpose CSV"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the header begins as ours does."""
        return {"frame", "time_s", "nose_x"} <= set(first_cells(start))

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        track = read(path)
        return Readings(
            frame_index=track.frame_index,
            keypoints=track.skeleton.keypoints,
            xy=track.xy.astype(np.float64),
            confidence=track.confidence.astype(np.float64),
            time=track.time,
            status=track.status,
        )
