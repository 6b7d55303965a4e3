"""How true the tracks are on hand-labelled frames of real climbing clips.

    python tests/bench/labelled_frames.py ../shared/data/climbing_clips [--reference PYTHON]

For each clip: share of labelled frames in which the climber was found, and PCK@0.05, @0.1 and @0.2
of the torso over the large joints (shoulders to ankles) that are labelled as visible, then the same
for each group of keypoints. A keypoint of a frame without the climber counts as wrong. The torso is
the clip's median (the upper one of an even number) of the mean shoulder-hip distance of both sides.

``--reference`` names the interpreter of another virtual environment that holds the reference
package (``pip install mediapipe==0.10.21 av``), which is then run in video mode over the same
upright frames and scored beside ours.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median_high

import numpy as np

from climbpose.cli.display import Display
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, plan
from climbpose.pipeline import annotate, fetch_models
from climbpose.skeleton import CLIMBING_25

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
PERSON = {"h22jju_bouldering": (230.0, 700.0)}

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


def errors_of(xy: np.ndarray, labels: Labels) -> tuple[dict[str, list[float]], int]:
    """Errors in torso lengths by keypoint, infinite where missing; and frames found."""
    torso, errors, found = torso_px(labels), {n: [] for n in CLIMBING_25.keypoints}, 0
    for index, points in labels.items():
        predicted = xy[int(index)]
        found += bool(np.isfinite(predicted).any())
        for name, (x, y, visibility) in points.items():
            if visibility == VISIBLE:
                distance = np.hypot(*(predicted[CLIMBING_25.index(name)] - (x, y))) / torso
                errors[name].append(float(np.nan_to_num(distance, nan=np.inf)))
    return errors, found


def pck(errors: Mapping[str, list[float]], groups: tuple[str, ...]) -> str:
    """PCK at the thresholds over groups of keypoints, percent."""
    pooled = np.array([e for g in groups for name in GROUPS[g] for e in errors[name]])
    return " ".join(f"{100 * (pooled <= threshold).mean():6.1f}" for threshold in THRESHOLDS)


def ours(video: Path, folder: Path, options: AnnotateOptions) -> np.ndarray:
    """Our tracks of a video."""
    job = plan([video], folder)[0]
    annotate(job, options, Display("none", is_quiet=True), {})
    return read(job.output("_tracks.csv")).xy


def reference(video: Path, folder: Path, python: str) -> np.ndarray:
    """The reference package's tracks of a video."""
    target = folder / f"{video.stem}.npy"
    command = [python, "-c", REFERENCE_SCRIPT, str(video), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return np.load(target)


def main() -> None:
    parser = argparse.ArgumentParser(description="PCK on hand-labelled frames of real clips.")
    parser.add_argument("clips", type=Path, help="folder with the clips and labels.json")
    parser.add_argument("--reference", metavar="PYTHON", help="interpreter with the reference")
    parser.add_argument("--smoother", default=AnnotateOptions.smoother)
    parser.add_argument("--auto", action="store_true", help="never name the person")
    arguments = parser.parse_args()
    labels = json.loads((arguments.clips / "labels.json").read_text())
    makers = {"climbpose": arguments.smoother}
    if arguments.reference:
        makers["reference"] = arguments.reference
    totals = {maker: {name: [] for name in CLIMBING_25.keypoints} for maker in makers}
    counts = dict.fromkeys(makers, 0)
    fetch_models(AnnotateOptions(), print, is_offline=False)
    head = " ".join(f"@{threshold:<5}" for threshold in THRESHOLDS)
    print(f"{'clip':30} {'frames':>6} {'torso':>6} {'maker':>10} {'found':>6}   {head}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for clip, frames in labels.items():
            video = arguments.clips / f"{clip}.mp4"
            person = "auto" if arguments.auto else PERSON.get(clip, "auto")
            for maker in makers:
                if maker == "reference":
                    xy = reference(video, folder, arguments.reference)
                else:
                    options = AnnotateOptions(smoother=arguments.smoother, person=person)
                    xy = ours(video, folder, options)
                errors, found = errors_of(xy, frames)
                for name, values in errors.items():
                    totals[maker][name] += values
                counts[maker] += found
                share, torso = 100 * found / len(frames), torso_px(frames)
                print(
                    f"{clip:30} {len(frames):6} {torso:6.0f} {maker:>10} {share:6.1f} "
                    f"{pck(errors, LARGE)}",
                    flush=True,
                )
    frames_in_all = sum(len(frames) for frames in labels.values())
    for maker, errors in totals.items():
        share = 100 * counts[maker] / frames_in_all
        print(f"{'all':30} {frames_in_all:6} {'':6} {maker:>10} {share:6.1f} {pck(errors, LARGE)}")
    for group in GROUPS:
        for maker, errors in totals.items():
            print(f"{group:44} {maker:>10} {'':6} {pck(errors, (group,))}")


if __name__ == "__main__":
    main()
