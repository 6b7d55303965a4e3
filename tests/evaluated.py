"""Tiny labelled clips, and detectors that know what is in them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from climbpose import detectors
from climbpose.assets import Asset
from climbpose.datasets.synthetic import clip_stem
from climbpose.detectors import DetectorOptions, ModelFile
from climbpose.detectors.following.regions import Region
from climbpose.heatmaps import GaussianMaps
from climbpose.labels import labels_path
from climbpose.poses import HEATMAP_SIZE, Detection, Frame, widened_box
from climbpose.skeleton import CLIMBING_25
from tests.cli.stage import FRAMES, make_climb
from tests.labelled import make_labels

LABELLED = (2, 5, 9)


def points(index: int) -> np.ndarray:
    """The climber of every clip in a frame: 50 pixels high, going up."""
    spots = np.random.default_rng(0).uniform((20, 60), (60, 110), (25, 2))
    trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    spots[trunk] = [[30, 70], [50, 70], [30, 100], [50, 100]]
    return (spots - [0, index]).astype(np.float32)


def make_folder(folder: Path, *stems: str, hidden: Iterable[str] = ()) -> Path:
    """A folder with clips of which three frames are labelled.

    Args:
        folder: Made if it is not there.
        stems: Names of the clips.
        hidden: Keypoints without labels.
    """
    folder.mkdir(exist_ok=True)
    labels = {
        str(index): {
            name: [float(x), float(y), 2]
            for name, (x, y) in zip(CLIMBING_25.keypoints, points(index), strict=True)
            if name not in hidden
        }
        for index in LABELLED
    }
    for stem in stems:
        make_climb(folder / f"{stem}.mp4")
    (folder / "labels.json").write_text(json.dumps(dict.fromkeys(stems, labels)))
    return folder


def make_synthetic(folder: Path, looks: Iterable[int]) -> Path:
    """A synthetic set whose climber is the same."""
    folder.mkdir(exist_ok=True)
    for index, look in enumerate(looks):
        video = make_climb(folder / f"{clip_stem(index)}.mp4")
        labels = make_labels(FRAMES, seed=7, index=index, look=look)
        xy = np.stack([points(frame) for frame in range(FRAMES)])
        visibility = np.full((FRAMES, 25), 2, np.uint8)
        replace(labels, xy=xy, visibility=visibility).write(labels_path(video))
    return folder


@dataclass
class Seer:
    """A detector that sees the climber, more or less.

    Attributes:
        off: How far to the right, pixels.
        blind: Frames in which it sees nobody.
        trained_on: Clips that it says it was trained on.
        models: Files that it says it loaded.
        regions: Where it was told to look.
    """

    off: float = 0.0
    blind: tuple[int, ...] = ()
    trained_on: tuple[str, ...] = ()
    models: tuple[ModelFile, ...] = ()
    regions: list[tuple[int, Region]] = field(default_factory=list)
    description: ClassVar[str] = "knows the clips"
    assets: ClassVar[tuple[Asset, ...]] = ()

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        for frame in frames:
            if frame.index not in self.blind:
                yield self._detection(frame.index, float(frame.time))

    def look(
        self, image: np.ndarray, region: Region, frame_index: int = 0, time: float = 0.0
    ) -> Detection:
        self.regions.append((frame_index, region))
        return self._detection(frame_index, time)

    def _detection(self, index: int, time: float) -> Detection:
        xy = points(index) + np.array([self.off, 0], np.float32)
        box = widened_box(xy)
        cells = (xy - box[:2]) * np.float32(HEATMAP_SIZE) / (box[2:] - box[:2])
        maps = GaussianMaps(xy=cells, sigma=np.ones_like(cells), height=np.ones(25, np.float32))
        return Detection(frame_index=index, time=time, box=box, maps=maps, score=1.0)


def enter(monkeypatch: pytest.MonkeyPatch, **seers: Seer) -> None:
    """Makes seers known as detectors of these names."""
    detectors.names()
    for name, seer in seers.items():

        def create(options: DetectorOptions, seer: Seer = seer) -> Seer:
            return seer

        monkeypatch.setitem(detectors.registry._factories, name, create)
