"""COCO keypoints JSON of one video and one person, with any category of keypoints.

What is visible is taken for sure, what is occluded for a guess: COCO has no confidences.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.datasets.coco_keypoints import read_coco
from climbpose.datasets.person_labels import PersonLabels
from climbpose.errors import DatasetError, TracksError
from climbpose.importers.base import Readings, damage_told, register
from climbpose.importers.text import opened_text
from climbpose.labels import VISIBLE
from climbpose.poses import LOW_CONFIDENCE
from climbpose.skeleton import CLIMBING_25

_GUESS = LOW_CONFIDENCE / 2


@register("coco")
class CocoImporter:
    """Reads annotations of one person."""

    description: ClassVar[str] = "COCO keypoints JSON"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the file is JSON."""
        return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        with damage_told(path, self.description), opened_text(path, self.description) as file:
            text = file.read().encode()
        try:
            labels = read_coco(text, str(path), path.stem)
        except DatasetError as error:
            raise TracksError(str(error)) from error
        labels = sorted((one for one in labels if one.points), key=lambda one: one.frame)
        _check_one(path, labels)
        xy = np.full((len(labels), len(CLIMBING_25), 2), np.nan)
        confidence = np.zeros(xy.shape[:2])
        for row, label in enumerate(labels):
            for name, point in label.points.items():
                column = CLIMBING_25.index(name)
                xy[row, column] = point.x, point.y
                confidence[row, column] = 1 if point.visibility == VISIBLE else _GUESS
        return Readings(
            frame_index=np.array([label.frame for label in labels], np.int64),
            keypoints=CLIMBING_25.keypoints,
            xy=xy,
            confidence=confidence,
        )


def _check_one(path: Path, labels: list[PersonLabels]) -> None:
    """Makes sure that the annotations are of one person in one video.

    Raises:
        TracksError: They are not.
    """
    videos = sorted({label.video for label in labels})
    if len(videos) > 1:
        raise TracksError(
            f"{path}: expected one video, found {len(videos)} ({', '.join(videos)[:120]}); keep "
            "one's annotations alone"
        )
    frames = [label.frame for label in labels]
    if len({label.track for label in labels}) > 1 or len(set(frames)) < len(frames):
        raise TracksError(
            f"{path}: expected one person, found several; keep the climber's annotations alone"
        )
