"""Labels of made-up clips, and sets of them, for tests that need no pictures."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from climbpose.datasets.synthetic import clip_stem
from climbpose.labels import ClipLabels, ContactLabel, HoldLabel, PhaseLabel, labels_path

WIDTH, HEIGHT = 96, 160
_BONES = ("root", "spine", "head")


def make_labels(frames: int = 3, seed: int = 0, **changes: Any) -> ClipLabels:
    """Labels with random numbers in all places."""
    rng = np.random.default_rng(seed)

    def random(*shape: int) -> np.ndarray:
        return rng.uniform(0, 90, (frames, *shape)).astype(np.float32)

    corner = random(2) / 3
    labels = ClipLabels(
        fps=Fraction(30000, 1001),
        width=WIDTH,
        height=HEIGHT,
        seed=seed,
        index=2,
        look=37,
        config={"angle": 12.5, "body": {"mixture": {"man": 1.0}}},
        wall={"angle_deg": 12.5, "width_m": 5.0, "height_m": 4.5},
        body={"mixture": {"man": 1.0}, "stature_m": 1.76},
        bones=_BONES,
        holds=(HoldLabel("jug", (0.1, 0.2, 1.5), (0.1, 1.5), 0.06, 0.05, 30.0, True),),
        contacts=(
            ContactLabel("left_hand", 0, "grip", 0, 2),
            ContactLabel("left_foot", -1, "flat", 1, frames),
        ),
        phases=(PhaseLabel("rest", 0, 1, ()), PhaseLabel("reach", 1, frames, ("right_hand",))),
        xy=random(25, 2),
        xyz=random(25, 3),
        xy_anatomical=random(25, 2),
        xyz_anatomical=random(25, 3),
        visibility=rng.integers(0, 3, (frames, 25)).astype(np.uint8),
        box=np.concatenate([corner, corner + 20], axis=1),
        area=random(),
        intrinsics=np.tile(np.eye(3), (frames, 1, 1)),
        rotation=np.tile(np.eye(3), (frames, 1, 1)),
        position=np.zeros((frames, 3)),
        centre_of_mass=random(3),
        centre_of_mass_xy=random(2),
        joints=random(len(_BONES), 3),
        bone_rotation=random(len(_BONES), 3),
        limb_xyz=random(4, 3),
        in_contact=rng.random((frames, 4)) < 0.5,
    )
    return replace(labels, **changes)


def make_set(folder: Path, looks: list[int], frames: int = 3) -> None:
    """Labels and empty videos of one clip for each look."""
    folder.mkdir(exist_ok=True)
    for index, look in enumerate(looks):
        video = folder / f"{clip_stem(index)}.mp4"
        video.write_bytes(b"")
        make_labels(frames, seed=index, index=index, look=look).write(labels_path(video))
