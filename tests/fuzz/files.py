"""Damaged files of every other kind: ``python -m tests.fuzz.files --mutants 2000 --seed 1``.

Each subject makes a valid file, changes it as bytes or as values, and has it read as climbpose
reads it for a user. Nothing may be raised but what tells the user what is wrong; nothing of the
file may run; nothing outside its folder may be read or written; memory stays bounded.
"""

from collections.abc import Sequence

from tests.fuzz import arrays, imports, networks, texts
from tests.fuzz.bench import main
from tests.fuzz.texts import make_seeds

SUBJECTS = {
    "tracks": texts.Tracks,
    "coco": texts.Coco,
    "coco-pictures": texts.CocoFiles,
    "cvat": texts.Cvat,
    "labels.json": texts.hand_labels,
    "run.json": texts.run_reports,
    "set.json": texts.synthetic_sets,
    "pose-clips": arrays.pose_clips,
    "detections": arrays.detections,
    "clip-labels": arrays.clip_labels,
    "published": arrays.published_sets,
    "landmarks": networks.landmark_networks,
    "smoothers": networks.smoother_networks,
    "run-state": networks.RunStates,
    "run-config": networks.RunConfigs,
    "run-figures": networks.RunFigures,
    **imports.SUBJECTS,
}


def order(mutants: int) -> Sequence[tuple[str, int]]:
    """Which mutants are tried."""
    return [(name, number) for name in SUBJECTS for number in range(mutants)]


if __name__ == "__main__":
    main("tests.fuzz.files", make_seeds, order)
