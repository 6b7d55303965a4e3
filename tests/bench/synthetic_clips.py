"""What the default detector does on synthetic clips, one axis of variation at a time.

    python -m tests.bench.synthetic_clips [--clips 3] [--seconds 4] [--keep DIR]

Makes clips where nothing varies, where one axis alone varies, and where all vary; runs `annotate`
over them and prints for each: the share of frames with the climber in which a track was found,
PCK@0.05, @0.1 and @0.2 of the torso over the visible large joints by both written definitions of
the keypoints, and left/right swaps: of the pairs of shoulders, elbows, wrists, hips, knees and
ankles at least 0.2 of the torso apart, the share in which both predicted keypoints lie nearer to
the other side's label than to their own. A keypoint of a frame without a track counts as wrong.
The torso is the clip's median. Then PCK by group of keypoints; and with ``--offsets``, for each
keypoint, how far the detector's median lies from the label, along the body's own axes.

These figures say what makes synthetic clips hard, and whether a change broke something. They are
not the accuracy on real video.
"""

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from climbpose.errors import NobodyFoundError
from climbpose.jobs import AnnotateOptions
from climbpose.labels import VISIBLE, ClipLabels, labels_path
from climbpose.pipeline import fetch_models
from climbpose.skeleton import CLIMBING_25
from climbpose.synth.generation import SetOptions, generate
from climbpose.synth.variation import AXES, parse_axes
from tests.bench.labelled_frames import GROUPS, LARGE, THRESHOLDS, ours

_PAIRS = tuple(name.rstrip("s") for name in LARGE)
_APART = 0.2


@dataclass
class Tally:
    """Errors in torso lengths of visible keypoints by name, infinite where nobody was found."""

    errors: dict[str, list[np.ndarray]] = field(
        default_factory=lambda: {name: [] for name in CLIMBING_25.keypoints}
    )
    anatomical: list[np.ndarray] = field(default_factory=list)
    frames: int = 0
    found: int = 0
    pairs: int = 0
    swaps: int = 0
    clips: int = 0

    def add(self, predicted: np.ndarray, labels: ClipLabels) -> None:
        """Counts a clip's tracks.

        Args:
            predicted: Pixels (frames, 25, 2), NaN where missing.
            labels: Of the same frames.
        """
        torso = torso_px(labels)
        visible = labels.visibility == VISIBLE
        present = visible.any(axis=1)
        self.clips += 1
        self.frames += int(present.sum())
        self.found += int(np.isfinite(predicted[present]).any(axis=(1, 2)).sum())
        error = _lengths(predicted - labels.xy) / torso
        for row, name in enumerate(CLIMBING_25.keypoints):
            self.errors[name].append(error[visible[:, row], row])
        anatomical = _lengths(predicted - labels.xy_anatomical) / torso
        large = [row for group in LARGE for row in CLIMBING_25.indices(*GROUPS[group])]
        self.anatomical.append(anatomical[:, large][visible[:, large]])
        for part in _PAIRS:
            left, right = CLIMBING_25.indices(f"left_{part}", f"right_{part}")
            there = np.isfinite(predicted[:, [left, right]]).all(axis=(1, 2)) & present
            apart = _lengths(labels.xy[:, left] - labels.xy[:, right]) > _APART * torso
            crossed = [
                _lengths(predicted[:, one] - labels.xy[:, other])
                < _lengths(predicted[:, one] - labels.xy[:, one])
                for one, other in ((left, right), (right, left))
            ]
            self.pairs += int((there & apart).sum())
            self.swaps += int((there & apart & crossed[0] & crossed[1]).sum())

    def found_share(self) -> float:
        """Percent of the frames with the climber in which somebody was found."""
        return 100 * self.found / max(self.frames, 1)

    def pck(self, *groups: str) -> list[float]:
        """PCK at the thresholds over groups of keypoints, percent."""
        names = [name for group in groups for name in GROUPS[group]]
        return _shares(np.concatenate([part for name in names for part in self.errors[name]]))

    def row(self) -> str:
        """The figures of the table."""
        detector, anatomical = self.pck(*LARGE), _shares(np.concatenate(self.anatomical))
        swaps = 100 * self.swaps / max(self.pairs, 1)
        both = "   ".join(" ".join(f"{x:5.1f}" for x in pck) for pck in (detector, anatomical))
        return f"{self.clips:5} {self.frames:6} {self.found_share():6.1f}   {both}   {swaps:5.1f}"


def tracked(video: Path, folder: Path, frames: int) -> np.ndarray:
    """The default detector's tracks of a clip, all NaN where it finds nobody."""
    try:
        return ours(video, folder, AnnotateOptions()).xy
    except NobodyFoundError:
        return np.full((frames, len(CLIMBING_25), 2), np.nan, np.float32)


def torso_px(labels: ClipLabels) -> float:
    """The clip's median of the mean shoulder-hip distance of both sides."""
    sides = [
        _lengths(labels.xy[:, shoulder] - labels.xy[:, hip])
        for shoulder, hip in (
            CLIMBING_25.indices(f"{side}_shoulder", f"{side}_hip") for side in ("left", "right")
        )
    ]
    return float(np.median(np.mean(sides, axis=0)))


def _lengths(vectors: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(np.nan_to_num(vectors, nan=np.inf), axis=-1)
    return lengths


def _shares(errors: np.ndarray) -> list[float]:
    return [100 * float((errors <= threshold).mean()) for threshold in THRESHOLDS]


def offsets(predicted: np.ndarray, labels: ClipLabels, xy: np.ndarray) -> np.ndarray:
    """The detector's median offset from a definition of each keypoint, in torso lengths.

    Along the body's own axes in the picture: up (middle of the hips to middle of the shoulders) and
    outwards (to the keypoint's own side of the body; for the nose, to the left).

    Returns:
        Outwards and up (25, 2), of the visible keypoints within 0.2 torso lengths.
    """
    index = CLIMBING_25.index
    shoulders, hips = (
        labels.xy[:, CLIMBING_25.indices(f"left_{part}", f"right_{part}")]
        for part in ("shoulder", "hip")
    )
    up = shoulders.mean(axis=1) - hips.mean(axis=1)
    torso = torso_px(labels)
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    left = np.stack([-up[:, 1], up[:, 0]], axis=1)
    # Seen from behind the body's left is the picture's left, seen from the front its right.
    left *= np.sign(((shoulders[:, 0] - shoulders[:, 1]) * left).sum(axis=1))[:, None]
    result = np.full((len(CLIMBING_25), 2), np.nan)
    for name in CLIMBING_25.keypoints:
        row = index(name)
        error = (predicted[:, row] - xy[:, row]) / torso
        good = (labels.visibility[:, row] == VISIBLE) & (_lengths(error) < 0.2)
        if good.any():
            side = -1 if name.startswith("right") else 1
            along = [side * (error * left).sum(axis=1), (error * up).sum(axis=1)]
            result[row] = [np.median(part[good]) for part in along]
    return result


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
    head = " ".join(f"@{threshold:<4}" for threshold in THRESHOLDS)
    print(f"{'varied':12} clips frames  found   {head}   anatomical          swaps %")
    width, height = map(int, arguments.size.split("x"))
    names = arguments.axes.split(",") if arguments.axes else ["none", *AXES, "all"]
    total = Tally()
    shifts: dict[str, list[np.ndarray]] = {"detector": [], "anatomical": []}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            folder = (arguments.keep or Path(temporary)) / name
            options = SetOptions(
                clips=arguments.clips,
                seconds=arguments.seconds,
                seed=arguments.seed,
                width=width,
                height=height,
                vary=parse_axes(name),
            )
            generate(folder, options, jobs=arguments.jobs, resume=True)
            tally = Tally()
            for video in sorted(folder.glob("clip_*.mp4")):
                labels = ClipLabels.read(labels_path(video))
                predicted = tracked(video, Path(temporary), len(labels))
                tally.add(predicted, labels)
                total.add(predicted, labels)
                shifts["detector"].append(offsets(predicted, labels, labels.xy))
                shifts["anatomical"].append(offsets(predicted, labels, labels.xy_anatomical))
            print(f"{name:12} {tally.row()}", flush=True)
    print(f"{'together':12} {total.row()}")
    for group in GROUPS:
        print(f"{group:12} {'':21}" + " ".join(f"{share:5.1f}" for share in total.pck(group)))
    if arguments.offsets:
        print("median offset of the detector, outwards and up, in percent of the torso")
        for name in CLIMBING_25.keypoints:
            row = CLIMBING_25.index(name)
            both = [100 * np.nanmedian(np.array(part)[:, row], axis=0) for part in shifts.values()]
            print(f"{name:16}" + "   ".join(f"{x:6.1f} {y:6.1f}" for x, y in both))


if __name__ == "__main__":
    main()
