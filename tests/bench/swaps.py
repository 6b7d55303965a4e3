"""What the repair of exchanged limbs gains and what it breaks.

    python -m tests.bench.swaps clips/ [--detector NAME] [--videos ../shared/data/climbing_clips]

Over synthetic clips: the shares of exchanged left/right pairs (`swaps`) and of keypoints at the
other side's label (`sides`) among what the detector saw, before and after. Over the same clips and
further videos, whose detections are taken as right: arms and legs are exchanged in random
stretches, half of them shorter than a third of a second, and counted is how many of these frames
are put right, and how many others are broken. Frames in which the limbs lie together do not count.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from climbpose import detectors, metrics
from climbpose.datasets.synthetic import label_files
from climbpose.labels import ClipLabels, video_path
from climbpose.metrics import Annotated
from climbpose.poses import Detection, Frame
from climbpose.repair import PARTS, Repaired, exchange, keypoints_of, repair
from climbpose.skeleton import CLIMBING_25
from climbpose.tracks import follow
from climbpose.video import VideoReader, prefetch
from tests.bench.labelled_frames import percent

APART = 0.25
"""Limbs nearer to each other, in torso lengths, are not counted."""

MAX_FRAMES = 45
"""Of an exchanged stretch."""

ENDS = {"arms": ("elbow", "wrist"), "legs": ("knee", "ankle")}


@dataclass
class Count:
    """Of limbs: exchanged, of these put right, not exchanged, of these broken."""

    exchanged: int = 0
    repaired: int = 0
    right: int = 0
    broken: int = 0


def climber(video: Path, detector: str) -> Sequence[Detection]:
    """Who climbs in a video."""
    times: dict[int, float] = {}

    def noted(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            times[frame.index] = float(frame.time)
            yield frame

    with VideoReader(video) as reader, closing(prefetch(reader)) as frames:
        people = list(detectors.create(detector)(noted(frames)))
    return follow(people, times)


def exchange_stretches(
    detections: Sequence[Detection], random: np.random.Generator
) -> tuple[list[Detection], np.ndarray]:
    """Exchanges limbs in random stretches, two in 150 frames; says which parts in which frames."""
    is_wrong = np.zeros((len(detections), len(PARTS)), bool)
    for _ in range(max(1, len(detections) // 75)):
        length = int(np.exp(random.uniform(0, np.log(MAX_FRAMES))))
        start = int(random.integers(0, max(len(detections) - length, 1)))
        is_wrong[start : start + length] |= np.array([[1, 0], [0, 1], [1, 1]], bool)[
            random.integers(3)
        ]
    wrong = []
    for detection, parts in zip(detections, is_wrong, strict=True):
        keypoints = np.zeros(len(CLIMBING_25), bool)
        for part, is_exchanged in zip(PARTS, parts, strict=True):
            keypoints[keypoints_of(part)] = is_exchanged
        wrong.append(exchange(detection, keypoints))
    return wrong, is_wrong


def are_apart(detections: Sequence[Detection]) -> np.ndarray:
    """When a part's two limbs are apart (frames, parts)."""
    xy = np.array([detection.keypoints()[0] for detection in detections])

    def both(name: str) -> np.ndarray:
        return np.asarray(xy[:, CLIMBING_25.indices(f"left_{name}", f"right_{name}")])

    torso = np.linalg.norm(both("shoulder").mean(axis=1) - both("hip").mean(axis=1), axis=1)
    distances = [
        np.mean([np.linalg.norm(np.diff(both(end), axis=1)[:, 0], axis=1) for end in ENDS[part]], 0)
        for part in PARTS
    ]
    return np.asarray(np.stack(distances, axis=1) > APART * np.quantile(torso, 0.75))


def parts_of(repaired: Repaired) -> np.ndarray:
    """Which parts were exchanged (frames, parts)."""
    return np.stack([repaired.swapped[:, keypoints_of(part)[0]] for part in PARTS], axis=1)


def count(detections: Sequence[Detection], random: np.random.Generator, into: Count) -> None:
    """Exchanges, repairs and counts."""
    wrong, is_wrong = exchange_stretches(detections, random)
    changed, is_apart = parts_of(repair(wrong)), are_apart(detections)
    into.exchanged += int((is_wrong & is_apart).sum())
    into.repaired += int((is_wrong & changed & is_apart).sum())
    into.right += int((~is_wrong & is_apart).sum())
    into.broken += int((~is_wrong & changed & is_apart).sum())


def of_labelled(detections: Sequence[Detection], labels: ClipLabels) -> np.ndarray:
    """Keypoints of each labelled frame, NaN where there are none."""
    xy = np.full((len(labels), len(CLIMBING_25), 2), np.nan, np.float32)
    for detection in detections:
        if detection.frame_index < len(labels):
            xy[detection.frame_index] = detection.keypoints()[0]
    return xy


def main() -> None:
    parser = argparse.ArgumentParser(description="What the repair of exchanged limbs gains.")
    parser.add_argument("clips", type=Path)
    parser.add_argument("--videos", type=Path, help="folder of further videos")
    parser.add_argument("--detector", default=detectors.DEFAULT)
    arguments = parser.parse_args()
    random, synthetic, real = np.random.default_rng(0), Count(), Count()
    scores: dict[str, list[metrics.Scores]] = {}
    for file in label_files(arguments.clips):
        labels, seen = ClipLabels.read(file), climber(video_path(file), arguments.detector)
        if not seen:
            continue
        annotated = Annotated.of_labels(labels.xy, labels.visibility)
        for when, detections in (("before", seen), ("after", repair(seen).detections)):
            xy = of_labelled(detections, labels)
            for name in ("swaps", "sides"):
                score = metrics.create(name)(xy, annotated)
                scores.setdefault(f"{name} {when}", []).append(score)
        count(seen, random, synthetic)
    for what, found in scores.items():
        print(f"{what:13} {percent(found, 'large'):6.3f} %")
    for video in sorted(arguments.videos.glob("*.mp4")) if arguments.videos else []:
        seen = climber(video, arguments.detector)
        changed = parts_of(repair(seen))
        print(f"{video.stem}: {changed.sum()} of {changed.size} limbs changed")
        count(seen, random, real)
    for name, sums in (("synthetic", synthetic), ("videos", real)):
        if sums.exchanged:
            print(
                f"{name}: {100 * sums.repaired / sums.exchanged:.1f} % of {sums.exchanged} "
                f"exchanged limbs put right, {100 * sums.broken / sums.right:.2f} % of "
                f"{sums.right} others broken"
            )


if __name__ == "__main__":
    main()
