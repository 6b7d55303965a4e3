"""Whether walls are recognised, and how exactly: sets of the same climbs, filmed otherwise.

climbpose synth SET_A --clips 8 --seed 77 --vary ... and SET_B ... with the same seed
python -m tests.bench.same_wall SET_A SET_B ... --tracks FOLDER

Clips of one number are on one wall in all sets, of two numbers on two. Tracks are those that
tests.bench.coach_measures made. Printed are how many pairs are accepted and refused, and by how
much the middles of the holds that both pictures show are off.
"""

import argparse
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from climbpose.comparing.registration import register_walls
from climbpose.datasets.synthetic import Synthetic
from climbpose.errors import WallsDifferError
from climbpose.exporters.tracks_csv import read
from climbpose.labels import ClipLabels
from climbpose.wall.estimation import estimate_motion
from climbpose.wall.motion import CameraMotion, apply
from climbpose.wall.picture import WallPicture
from climbpose.wall.plate import wall_picture
from tests.climb_truth import wall_to_pictures


@dataclass(frozen=True)
class Filmed:
    """A clip's wall, as seen and as it is."""

    name: str
    picture: WallPicture
    camera: CameraMotion
    labels: ClipLabels

    @property
    def to_frame(self) -> np.ndarray:
        """From metres on the wall to the wall frame."""
        true: np.ndarray = wall_to_pictures(self.labels)[self.camera.reference]
        return true

    @classmethod
    def of(cls, folder: Path, number: int, tracks: Path) -> "Filmed":
        data = Synthetic(folder)
        video = data[number].video
        poses = read(tracks / folder.name / f"{video.stem}_tracks.csv")
        camera = estimate_motion(video, poses)
        name = f"{folder.name}/{video.stem}"
        return cls(name, wall_picture(video, poses, camera), camera, data.labels(number))


def errors(a: Filmed, b: Filmed, b_to_a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of A, and centimetres on the wall, by which holds are off that both saw."""
    holds = np.array([hold.uv for hold in a.labels.holds])
    in_a, in_b = apply(a.to_frame, holds), apply(b.to_frame, holds)
    is_shown = np.ones(len(holds), bool)
    for one, places in ((a, in_a), (b, in_b)):
        size = np.array([one.labels.width, one.labels.height])
        is_shown &= ((places >= 0) & (places <= size)).all(axis=1)
    laid = apply(b_to_a, in_b[is_shown])
    on_wall = apply(np.linalg.inv(a.to_frame), laid)
    return (
        np.linalg.norm(laid - in_a[is_shown], axis=1),
        100 * np.linalg.norm(on_wall - holds[is_shown], axis=1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Recognising walls.")
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--tracks", type=Path, required=True)
    arguments = parser.parse_args()
    filmed = [
        (number, Filmed.of(folder, number, arguments.tracks))
        for folder in arguments.sets
        for number in range(len(Synthetic(folder)))
    ]
    counts = {True: [0, 0], False: [0, 0]}
    pixels, centimetres = [], []
    for (number, a), (other, b) in combinations(filmed, 2):
        is_same = number == other
        counts[is_same][1] += 1
        try:
            found = register_walls(a.picture, b.picture)
        except WallsDifferError:
            continue
        counts[is_same][0] += 1
        if not is_same:
            print(f"accepted: {a.name} and {b.name}")
            continue
        px, cm = errors(a, b, found.b_to_a)
        pixels.append(px)
        centimetres.append(cm)
    print(f"one wall: {counts[True][0]} of {counts[True][1]} pairs accepted")
    print(f"two walls: {counts[False][0]} of {counts[False][1]} pairs accepted")
    for name, parts in (("px", pixels), ("cm", centimetres)):
        off = np.concatenate(parts)
        print(f"holds off by {np.median(off):.2f} {name} (median), {off.max():.1f} at most")


if __name__ == "__main__":
    main()
