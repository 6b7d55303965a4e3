"""What DeepLabCut's two files share: the columns of the table, by their headers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from climbpose.errors import TracksError
from climbpose.exporters.base import FIRST_PIXEL_CENTRE
from climbpose.exporters.dlc_table import COORDS
from climbpose.importers.base import Readings


def readings(
    path: Path,
    columns: Sequence[tuple[str, ...]],
    frames: Int64[np.ndarray, " rows"],
    table: Float64[np.ndarray, "rows columns"],
) -> Readings:
    """The readings of a table.

    Args:
        path: Of the file, for messages.
        columns: Header of each column: the scorer, perhaps an individual, keypoint and coordinate.
        frames: Of each row.
        table: The numbers.

    Raises:
        TracksError: There are several animals, or a keypoint lacks a coordinate.
    """
    animals = {header[:-2] for header in columns}
    if len(animals) != 1:
        names = ", ".join(sorted({header[-3] for header in columns if len(header) > 2}))
        raise TracksError(
            f"{path}: expected one person, found {len(animals)} ({names[:120]}); keep the "
            "climber's columns alone"
        )
    places = {header[-2:]: place for place, header in enumerate(columns)}
    keypoints = list(dict.fromkeys(header[-2] for header in columns))
    absent = [
        (name, coord) for name in keypoints for coord in COORDS if (name, coord) not in places
    ]
    if absent or len(places) != len(columns):
        name, coord = absent[0] if absent else columns[0][-2:]
        raise TracksError(
            f"{path}: expected x, y and likelihood of each keypoint once, found "
            f"{name[:40]} with another {coord[:40]}; export it again"
        )
    order = [places[name, coord] for name in keypoints for coord in COORDS]
    numbers = table[:, order].reshape(len(table), len(keypoints), len(COORDS))
    return Readings(
        frame_index=frames,
        keypoints=tuple(keypoints),
        xy=numbers[:, :, :2] + FIRST_PIXEL_CENTRE,
        confidence=numbers[:, :, 2],
    )
