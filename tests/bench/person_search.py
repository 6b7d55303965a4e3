"""How surely people are found, how often where nobody is, how late, and what the search costs.

    python tests/bench/person_search.py ../shared/data [--detector NAME] [--walls 16]

For each labelled clip: labelled frames in which the climber is followed; those in which the search
finds the climber in the single frame; frames of the clip before the first find, and frames without
a find after it; processor milliseconds per frame of the whole detector and of one search. Then,
where nobody is, the frames with somebody: in the empty stretches of a clip of people who come and
go, followed from the clip's beginning, and before empty synthetic walls. A find is of the climber
where its box holds the middle of the labels.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import process_time

import numpy as np

from climbpose import assets, detectors
from climbpose.detectors.following.detector import Following
from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.landmarks import detection
from climbpose.pixels import RgbPixels
from climbpose.poses import Detection, Frame
from climbpose.synth.scene import Scene
from climbpose.synth.variation import Config
from climbpose.tracks import follow
from climbpose.video import VideoReader
from tests.bench.labelled_frames import PERSON

Labels = Mapping[str, Mapping[str, tuple[float, float, int]]]
"""A clip's: keypoints' x, y and visibility by frame index and name."""

EMPTY_CLIP = "licensed_clips/intel_one_by_one_from_behind.mp4"
EMPTY = ((0, 58), (198, 226), (452, 498), (704, 742), (872, 920), (1202, 1232), (1360, 1393))
"""First and last frames of that clip's stretches without anybody, found by looking."""

_WALL_SEED, _WALL_FRAMES = 77, 45
_WALL_SIZES = ((480, 854), (720, 1280), (854, 480), (640, 640))


@dataclass
class Watch:
    """Frames on their way to a detector: their times, and single frames that are looked at."""

    eyes: Eyes
    labels: Labels
    found_alone: int = 0
    search_s: float = 0.0

    def __post_init__(self) -> None:
        self.times: dict[int, float] = {}

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            self.times[frame.index] = float(frame.time)
            if str(frame.index) in self.labels:
                start = process_time()
                people = self.eyes.people(frame.pixels)
                self.search_s += process_time() - start
                bodies = (self.eyes.body(frame.pixels, person.region) for person in people)
                self.found_alone += any(
                    body.is_somebody
                    and holds(detection(body, frame.index, 0.0), self.labels[str(frame.index)])
                    for body in bodies
                )
            yield frame


def holds(found: Detection, points: Mapping[str, tuple[float, float, int]]) -> bool:
    """Whether a person's box holds the middle of the labels."""
    xy = np.array([point[:2] for point in points.values()])
    centre = (xy.min(axis=0) + xy.max(axis=0)) / 2
    return bool((found.box[:2] <= centre).all() and (centre <= found.box[2:]).all())


def labelled_clip(detector: Following, video: Path, labels: Labels) -> tuple[int, int]:
    """Prints one clip's row; gives the labelled frames found, followed and alone."""
    watch = Watch(detector.eyes, labels)
    start = process_time()
    with VideoReader(video) as reader:
        people = list(detector(watch(reader)))
    spent = process_time() - start - watch.search_s
    climber = follow(people, watch.times, PERSON.get(video.stem, "auto"))
    by_index = {found.frame_index: found for found in climber}
    followed = sum(
        int(index) in by_index and holds(by_index[int(index)], points)
        for index, points in labels.items()
    )
    first = min(by_index, default=len(watch.times))
    lost = len(watch.times) - first - len(by_index)
    print(
        f"{video.stem:28} {followed:3}/{len(labels):<3} {watch.found_alone:3}/{len(labels):<3} "
        f"{first:6} {lost:5} {1e3 * spent / len(watch.times):9.1f} "
        f"{1e3 * watch.search_s / len(labels):9.1f}",
        flush=True,
    )
    return followed, watch.found_alone


def empty_stretches(detector: Following, video: Path) -> str:
    """Frames with somebody in the stretches of a clip where nobody is."""
    with VideoReader(video) as reader:
        seen = {found.frame_index for found in detector(reader)}
    empty = {index for first, last in EMPTY for index in range(first, last + 1)}
    return f"{len(seen & empty)} of {len(empty)} empty frames of {video.stem}"


def wall_frames(number: int) -> Iterator[Frame]:
    """A synthetic wall without anybody, filmed by a hand that is not quite still, with noise."""
    width, height = _WALL_SIZES[number % len(_WALL_SIZES)]
    config = Config.sample(_WALL_SEED, number, seconds=3.0, width=width, height=height)
    scene = Scene.of(config, lambda _: None)
    rng = np.random.default_rng([_WALL_SEED, number])
    for index in range(_WALL_FRAMES):
        picture = scene.plate.view(scene.path.shot(float(index)))
        noisy = picture + rng.normal(0.0, 3.0, picture.shape)
        image = np.clip(noisy, 0, 255).astype(np.uint8)
        yield Frame(index, Fraction(index, 30), RgbPixels(image))


def walls(name: str, count: int) -> str:
    """Walls and their frames with somebody."""
    frames = []
    for number in range(count):
        detector = detectors.create(name)
        frames.append(len({found.frame_index for found in detector(wall_frames(number))}))
    return (
        f"{sum(frames)} of {count * _WALL_FRAMES} frames of {sum(n > 0 for n in frames)} of "
        f"{count} empty synthetic walls"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="How surely people are found.")
    parser.add_argument("data", type=Path, help="folder with climbing_clips and licensed_clips")
    parser.add_argument("--detector", default=detectors.DEFAULT)
    parser.add_argument("--walls", type=int, default=16)
    arguments = parser.parse_args()
    assets.fetch(detectors.assets_of(arguments.detector), print)
    labels = json.loads((arguments.data / "climbing_clips" / "labels.json").read_text())
    print(f"{'clip':28} {'followed':>7} {'alone':>7} {'before':>6} {'lost':>5} ", end="")
    print(f"{'ms/frame':>9} {'ms/search':>9}")
    totals = [0, 0]
    for clip, frames in labels.items():
        detector = detectors.create(arguments.detector)
        assert isinstance(detector, Following)
        video = arguments.data / "climbing_clips" / f"{clip}.mp4"
        found = labelled_clip(detector, video, frames)
        totals = [total + count for total, count in zip(totals, found, strict=True)]
    count = sum(len(frames) for frames in labels.values())
    print(f"found, of {count} labelled frames: followed {totals[0]}, alone {totals[1]}")
    detector = detectors.create(arguments.detector)
    assert isinstance(detector, Following)
    print("somebody in", empty_stretches(detector, arguments.data / EMPTY_CLIP), flush=True)
    print("somebody in", walls(arguments.detector, arguments.walls))


if __name__ == "__main__":
    main()
