"""What `climbpose eval` cannot tell of hand-labelled clips: the reference, jitter, warnings.

    python -m tests.bench.labelled_frames ../shared/data/climbing_clips [--reference PYTHON]

For each clip: PCK@0.05, @0.1 and @0.2 of the torso over shoulders to ankles, and the keypoints'
jitter over the whole clip, of what annotating writes to the tracks; then how many wrong and right
keypoints the status `low` warned of.

``--reference`` names the interpreter of another virtual environment that holds the reference
package (``pip install mediapipe==0.10.21 av``), which is then run in video mode over the same
upright frames and scored beside ours, group by group too.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from climbpose import metrics
from climbpose.cli.display import Display
from climbpose.datasets.labelled_frames import LabelledFrames
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, job_in
from climbpose.metrics import PCK, Annotated, Scores
from climbpose.metrics.groups import GROUPS, keypoints_of
from climbpose.pipeline import annotate, fetch_models
from climbpose.poses import PoseTrack, Status
from climbpose.tracks import Selection

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


def ours(video: Path, folder: Path, options: AnnotateOptions) -> PoseTrack:
    """Our tracks of a video."""
    job = job_in(folder, video)
    annotate(job, options, Display("none", is_quiet=True), {})
    return read(job.output("_tracks.csv"))


def reference(video: Path, folder: Path, python: str) -> np.ndarray:
    """The reference package's tracks of a video."""
    target = folder / f"{video.stem}.npy"
    command = [python, "-c", REFERENCE_SCRIPT, str(video), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    xy: np.ndarray = np.load(target)
    return xy


def jitter_px(xy: np.ndarray) -> float:
    """The keypoints' median change of velocity from frame to frame, pixels per frame squared."""
    return float(np.nanmedian(np.linalg.norm(np.diff(xy, n=2, axis=0), axis=2)))


def percent(clips: Sequence[Scores], *names: str) -> float:
    """A metric over several clips, of some keypoints."""
    sums = np.array([[part.sum() for part in one.over(keypoints_of(names))] for one in clips])
    earned, possible = sums.sum(axis=0)
    return float(100 * earned / possible)


class Tally:
    """Scores of one maker's tracks, by clip."""

    def __init__(self) -> None:
        self._scores: dict[str, list[Scores]] = {name: [] for name in ("found", *PCK)}

    def add(self, xy: np.ndarray, annotated: Annotated) -> None:
        """Counts a clip."""
        for name, clips in self._scores.items():
            clips.append(metrics.create(name)(xy, annotated))

    def row(self, *names: str, last: bool = False) -> str:
        """Found and PCK of some keypoints, of the last clip alone or of all."""
        kept = slice(-1, None) if last else slice(None)
        return " ".join(f"{percent(c[kept], *names):6.1f}" for c in self._scores.values())


def warned(is_right: np.ndarray, is_low: np.ndarray) -> str:
    """How many wrong and right keypoints the status `low` warned of."""
    return (
        f"low: {100 * is_low[~is_right].mean():.0f} % of {(~is_right).sum()} keypoints off by more "
        f"than 0.2 of the torso, {100 * is_low[is_right].mean():.0f} % of the others"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Ours and the reference on labelled clips.")
    parser.add_argument("clips", type=Path, help="folder with the clips and labels.json")
    parser.add_argument("--reference", metavar="PYTHON", help="interpreter with the reference")
    parser.add_argument("--smoother", default=AnnotateOptions.smoother)
    arguments = parser.parse_args()
    fetch_models(AnnotateOptions(), print, is_offline=False)
    data, large = LabelledFrames(arguments.clips), list(keypoints_of())
    tallies = {"climbpose": Tally()} | ({"reference": Tally()} if arguments.reference else {})
    right, low = [], []
    print(f"{'clip':30} {'maker':>10}  found  @0.05   @0.1   @0.2 jitter")
    with tempfile.TemporaryDirectory() as temporary:
        for stem in data.stems:
            clip = data.clip(stem)
            annotated = Annotated.of_labels(clip.xy, clip.visibility)
            for maker, tally in tallies.items():
                if maker == "reference":
                    xy = reference(clip.video, Path(temporary), arguments.reference)
                else:
                    options = AnnotateOptions(
                        smoother=arguments.smoother, person=PERSON.get(stem, "auto")
                    )
                    track = ours(clip.video, Path(temporary), options)
                    xy = track.xy
                    judged = metrics.create(PCK[-1])(xy[clip.frame_index], annotated)
                    visible = judged.possible[:, large] > 0
                    right.append(judged.earned[:, large][visible] > 0)
                    is_low = track.status[clip.frame_index] == Status.LOW
                    low.append(is_low[:, large][visible])
                tally.add(xy[clip.frame_index], annotated)
                row = tally.row("large", last=True)
                print(f"{stem:30} {maker:>10} {row} {jitter_px(xy):6.2f}", flush=True)
    for name in ("large", *GROUPS):
        for maker, tally in tallies.items():
            print(f"{name:30} {maker:>10} {tally.row(name)}")
    print(warned(np.concatenate(right), np.concatenate(low)))


if __name__ == "__main__":
    main()
