"""How true the tracks are on hand-labelled frames of real climbing clips.

    python tests/bench/labelled_frames.py ../shared/data/climbing_clips [--reference PYTHON]

For each clip: share of labelled frames in which the climber was found, and PCK@0.05, @0.1 and @0.2
of the torso over the large joints (shoulders to ankles) that are labelled as visible, then the same
for each group of keypoints; and the keypoints' jitter over the whole clip. A keypoint of a frame
without the climber counts as wrong. The torso is the clip's median (the upper one of an even
number) of the mean shoulder-hip distance of both sides.

``--reference`` names the interpreter of another virtual environment that holds the reference
package (``pip install mediapipe==0.10.21 av``), which is then run in video mode over the same
upright frames and scored beside ours.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median_high

import numpy as np

from climbpose.cli.display import Display
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, plan
from climbpose.pipeline import annotate, fetch_models
from climbpose.poses import PoseTrack, Status
from climbpose.skeleton import CLIMBING_25
from climbpose.tracks import Selection

THRESHOLDS = (0.05, 0.1, 0.2)
VISIBLE = 2
GROUPS = {
    "head": ("nose", "left_ear", "right_ear"),
    **{
        f"{joint}s": (f"left_{joint}", f"right_{joint}")
        for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    },
    "fingers": ("left_index", "right_index"),
    "feet": ("left_heel", "right_heel", "left_toes", "right_toes"),
}
LARGE = ("shoulders", "elbows", "wrists", "hips", "knees", "ankles")

# Where two climb side by side, the labels are of the one further left.
PERSON: Mapping[str, Selection] = {"h22jju_bouldering": (230.0, 700.0)}

# Of the reference's 33 landmarks, our 25 in order.
REFERENCE_SCRIPT = """
import sys, av, cv2, numpy as np, mediapipe as mp
kept = [0, 7, 8, *range(11, 33)]
turns = {-90: cv2.ROTATE_90_CLOCKWISE, 90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180}
rows = []
with mp.solutions.pose.Pose(model_complexity=1) as pose:
    for frame in av.open(sys.argv[1]).decode(video=0):
        image = frame.to_ndarray(format="rgb24")
        if frame.rotation:
            image = cv2.rotate(image, turns[frame.rotation])
        height, width = image.shape[:2]
        found = pose.process(image).pose_landmarks
        rows.append([[np.nan, np.nan]] * 25 if found is None else
                    [[found.landmark[i].x * width, found.landmark[i].y * height] for i in kept])
np.save(sys.argv[2], np.array(rows, np.float32))
"""

Labels = Mapping[str, Mapping[str, tuple[float, float, int]]]


def torso_px(labels: Labels) -> float:
    """The clip's torso length."""
    lengths = []
    for points in labels.values():
        sides = [
            np.hypot(*(np.subtract(points[f"{s}_shoulder"], points[f"{s}_hip"])[:2]))
            for s in ("left", "right")
            if f"{s}_shoulder" in points and f"{s}_hip" in points
        ]
        if sides:
            lengths.append(float(np.mean(sides)))
    return median_high(lengths)


def jitter_px(xy: np.ndarray) -> float:
    """The keypoints' median change of velocity from frame to frame, pixels per frame squared."""
    return float(np.nanmedian(np.linalg.norm(np.diff(xy, n=2, axis=0), axis=2)))


@dataclass
class Score:
    """Errors in torso lengths by keypoint, infinite where missing; frames, and those found in.

    Where the tracks come with a status, ``warned`` holds for each error whether it was `low`.
    """

    errors: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in CLIMBING_25.keypoints}
    )
    warned: dict[str, list[bool]] = field(
        default_factory=lambda: {name: [] for name in CLIMBING_25.keypoints}
    )
    frames: int = 0
    found: int = 0

    def add(self, xy: np.ndarray, labels: Labels, status: np.ndarray | None = None) -> None:
        """Counts a clip's tracks."""
        torso = torso_px(labels)
        for index, points in labels.items():
            predicted = xy[int(index)]
            self.frames += 1
            self.found += bool(np.isfinite(predicted).any())
            for name, (x, y, visibility) in points.items():
                if visibility == VISIBLE:
                    distance = np.hypot(*(predicted[CLIMBING_25.index(name)] - (x, y))) / torso
                    self.errors[name].append(float(np.nan_to_num(distance, nan=np.inf)))
                    if status is not None:
                        is_low = status[int(index), CLIMBING_25.index(name)] == Status.LOW
                        self.warned[name].append(bool(is_low))

    def warnings(self) -> str:
        """How many wrong and right large joints the status `low` warned of."""
        names = [name for group in LARGE for name in GROUPS[group]]
        error = np.array([error for name in names for error in self.errors[name]])
        low = np.array([is_low for name in names for is_low in self.warned[name]])
        wrong = error > THRESHOLDS[-1]
        return (
            f"low: {100 * low[wrong].mean():.0f} % of {wrong.sum()} joints off by more than "
            f"{THRESHOLDS[-1]} of the torso, {100 * low[~wrong].mean():.0f} % of the others"
        )

    def pck(self, groups: tuple[str, ...]) -> str:
        """PCK at the thresholds over groups of keypoints, percent."""
        names = [name for group in groups for name in GROUPS[group]]
        pooled = np.array([error for name in names for error in self.errors[name]])
        return " ".join(f"{100 * (pooled <= threshold).mean():6.1f}" for threshold in THRESHOLDS)


def ours(video: Path, folder: Path, options: AnnotateOptions) -> PoseTrack:
    """Our tracks of a video."""
    job = plan([video], folder)[0]
    annotate(job, options, Display("none", is_quiet=True), {})
    return read(job.output("_tracks.csv"))


def reference(video: Path, folder: Path, python: str) -> np.ndarray:
    """The reference package's tracks of a video."""
    target = folder / f"{video.stem}.npy"
    command = [python, "-c", REFERENCE_SCRIPT, str(video), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    xy: np.ndarray = np.load(target)
    return xy


def main() -> None:
    parser = argparse.ArgumentParser(description="PCK on hand-labelled frames of real clips.")
    parser.add_argument("clips", type=Path, help="folder with the clips and labels.json")
    parser.add_argument("--reference", metavar="PYTHON", help="interpreter with the reference")
    parser.add_argument("--smoother", default=AnnotateOptions.smoother)
    parser.add_argument("--auto", action="store_true", help="never name the person")
    arguments = parser.parse_args()
    labels = json.loads((arguments.clips / "labels.json").read_text())
    totals = {"climbpose": Score()} | ({"reference": Score()} if arguments.reference else {})
    fetch_models(AnnotateOptions(), print, is_offline=False)
    head = " ".join(f"@{threshold:<5}" for threshold in THRESHOLDS)
    print(f"{'clip':30} {'frames':>6} {'torso':>6} {'maker':>10} {'found':>6}   {head} jitter")
    with tempfile.TemporaryDirectory() as temporary:
        for clip, frames in labels.items():
            video = arguments.clips / f"{clip}.mp4"
            for maker, total in totals.items():
                status = None
                if maker == "reference":
                    xy = reference(video, Path(temporary), arguments.reference)
                else:
                    options = AnnotateOptions(
                        smoother=arguments.smoother,
                        person="auto" if arguments.auto else PERSON.get(clip, "auto"),
                    )
                    track = ours(video, Path(temporary), options)
                    xy, status = track.xy, track.status
                score = Score()
                score.add(xy, frames)
                total.add(xy, frames, status)
                print_row(clip, f"{torso_px(frames):.0f}", maker, score, f"{jitter_px(xy):6.2f}")
    for maker, total in totals.items():
        print_row("all", "", maker, total)
    for group in GROUPS:
        for maker, total in totals.items():
            print(f"{group:44} {maker:>10} {'':6} {total.pck((group,))}")
    print(totals["climbpose"].warnings())


def print_row(clip: str, torso: str, maker: str, score: Score, jitter: str = "") -> None:
    """One line of the table."""
    share = 100 * score.found / score.frames
    row = f"{clip:30} {score.frames:6} {torso:>6} {maker:>10} {share:6.1f} {score.pck(LARGE)}"
    print(row, jitter, flush=True)


if __name__ == "__main__":
    main()
