"""What the default detector does on synthetic clips, one axis of variation at a time.

    python -m tests.bench.synthetic_clips [--clips 3] [--seconds 4] [--keep DIR]

Makes clips where nothing varies, where one axis alone varies, and where all vary; runs `annotate`
over them and prints for each what `climbpose eval` prints of a set: the share of frames with the
climber in which a track was found, PCK@0.05, @0.1 and @0.2 of the torso over shoulders to ankles,
by both written definitions of the keypoints, and the share of swapped left/right pairs. With
``--offsets``, for each keypoint, how far the detector's median lies from the label, along the
body's own axes.

These figures say what makes synthetic clips hard, and whether a change broke something. They are
not the accuracy on real video.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from climbpose import metrics
from climbpose.errors import NobodyFoundError
from climbpose.jobs import AnnotateOptions
from climbpose.labels import ClipLabels, labels_path
from climbpose.metrics import PCK, Annotated
from climbpose.metrics.groups import GROUPS
from climbpose.pipeline import fetch_models
from climbpose.skeleton import CLIMBING_25
from climbpose.synth.generation import SetOptions, generate
from climbpose.synth.variation import AXES, parse_axes
from tests.bench.labelled_frames import ours, percent


@dataclass(frozen=True, eq=False)
class Tracked:
    """A clip's tracks beside both definitions of its keypoints."""

    xy: np.ndarray
    detector: Annotated
    anatomical: Annotated


def tracked(folder: Path, temporary: Path) -> Iterator[Tracked]:
    """The default detector's tracks of a set's clips, all NaN where it finds nobody."""
    for video in sorted(folder.glob("clip_*.mp4")):
        labels = ClipLabels.read(labels_path(video))
        try:
            xy = ours(video, temporary, AnnotateOptions()).xy
        except NobodyFoundError:
            xy = np.full((len(labels), len(CLIMBING_25), 2), np.nan, np.float32)
        yield Tracked(
            xy,
            Annotated.of_labels(labels.xy, labels.visibility),
            Annotated.of_labels(labels.xy_anatomical, labels.visibility),
        )


def row(clips: Sequence[Tracked], *names: str) -> str:
    """The figures of some keypoints."""
    by_detector = [
        percent([metrics.create(name)(clip.xy, clip.detector) for clip in clips], *names)
        for name in ("found", *PCK)
    ]
    by_anatomy = [
        percent([metrics.create(name)(clip.xy, clip.anatomical) for clip in clips], *names)
        for name in PCK
    ]
    return " ".join(f"{share:5.1f}" for share in (*by_detector, *by_anatomy))


def swaps(clips: Sequence[Tracked]) -> float:
    """The share of swapped pairs."""
    return percent([metrics.create("swaps")(clip.xy, clip.detector) for clip in clips], "large")


def offsets(predicted: np.ndarray, annotated: Annotated, body: Annotated) -> np.ndarray:
    """The detector's median offset from a definition of each keypoint, in torso lengths.

    Along the body's own axes in the picture: up (middle of the hips to middle of the shoulders) and
    outwards (to the keypoint's own side of the body; for the nose, to the left).

    Args:
        predicted: Pixels (frames, 25, 2).
        annotated: By the definition.
        body: By the definition that the body's axes and length are taken from.

    Returns:
        Outwards and up (25, 2), of the visible keypoints within 0.2 torso lengths.
    """
    shoulders, hips = (
        body.xy[:, CLIMBING_25.indices(f"left_{part}", f"right_{part}")]
        for part in ("shoulder", "hip")
    )
    up = shoulders.mean(axis=1) - hips.mean(axis=1)
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    left = np.stack([-up[:, 1], up[:, 0]], axis=1)
    # Seen from behind the body's left is the picture's left, seen from the front its right.
    left *= np.sign(((shoulders[:, 0] - shoulders[:, 1]) * left).sum(axis=1))[:, None]
    result = np.full((len(CLIMBING_25), 2), np.nan)
    error = (predicted - annotated.xy) / body.torso_px
    is_good = annotated.is_visible & (np.linalg.norm(error, axis=2) < 0.2)
    is_good &= np.isfinite(left).all(axis=1)[:, None]
    for keypoint, name in enumerate(CLIMBING_25.keypoints):
        good = is_good[:, keypoint]
        side = -1 if name.startswith("right") else 1
        if good.any():
            along = [(error[good, keypoint] * axis[good]).sum(axis=1) for axis in (side * left, up)]
            result[keypoint] = [np.median(part) for part in along]
    return result


def print_offsets(clips: Sequence[Tracked]) -> None:
    """Each keypoint's offset from both definitions."""
    print("median offset of the detector, outwards and up, in percent of the torso")
    found = [
        [offsets(clip.xy, getattr(clip, definition), clip.detector) for clip in clips]
        for definition in ("detector", "anatomical")
    ]
    for keypoint, name in enumerate(CLIMBING_25.keypoints):
        both = [100 * np.nanmedian(np.array(part)[:, keypoint], axis=0) for part in found]
        print(f"{name:16}" + "   ".join(f"{x:6.1f} {y:6.1f}" for x, y in both))


def main() -> None:
    parser = argparse.ArgumentParser(description="PCK of the default detector by variation.")
    parser.add_argument("--clips", type=int, default=3, help="for each axis")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--size", default="720x1280")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--axes", help="only these, with commas between")
    parser.add_argument("--keep", type=Path, help="folder for the clips; else they are removed")
    parser.add_argument("--offsets", action="store_true", help="print each keypoint's offset")
    arguments = parser.parse_args()
    fetch_models(AnnotateOptions(), print, is_offline=False)
    width, height = map(int, arguments.size.split("x"))
    plain = SetOptions(
        clips=arguments.clips,
        seconds=arguments.seconds,
        seed=arguments.seed,
        width=width,
        height=height,
    )
    print(f"{'varied':12} found @0.05  @0.1  @0.2, anatomical       swaps")
    everything: list[Tracked] = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in arguments.axes.split(",") if arguments.axes else ["none", *AXES, "all"]:
            folder = (arguments.keep or Path(temporary)) / name
            options = replace(plain, vary=parse_axes(name))
            generate(folder, options, jobs=arguments.jobs, resume=True)
            clips = list(tracked(folder, Path(temporary)))
            everything += clips
            print(f"{name:12} {row(clips, 'large')} {swaps(clips):5.1f}", flush=True)
    print(f"{'together':12} {row(everything, 'large')} {swaps(everything):5.1f}")
    for group in GROUPS:
        print(f"{group:12} {row(everything, group)}")
    if arguments.offsets:
        print_offsets(everything)


if __name__ == "__main__":
    main()
