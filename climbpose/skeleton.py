"""Skeletons: ordered keypoints, the bones between them, the left/right pairs; and the limbs."""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property


@dataclass(frozen=True)
class Skeleton:
    """Ordered keypoints, bones and left/right pairs.

    Attributes:
        name: Name of the skeleton.
        keypoints: Names in order; those of paired keypoints begin with ``left_`` and ``right_``.
        bones: Pairs of keypoint names that are joined by a line.
    """

    name: str
    keypoints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...] = field(repr=False)

    def __post_init__(self) -> None:
        unknown = {name for bone in self.bones for name in bone} - set(self.keypoints)
        if unknown:
            raise ValueError(f"bones of {self.name} name unknown keypoints: {sorted(unknown)}")

    def __len__(self) -> int:
        return len(self.keypoints)

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.keypoints)}

    def index(self, name: str) -> int:
        """Position of the keypoint ``name``."""
        return self._indices[name]

    def indices(self, *names: str) -> list[int]:
        """Positions of the keypoints ``names``."""
        return [self.index(name) for name in names]

    @cached_property
    def bone_indices(self) -> tuple[tuple[int, int], ...]:
        """The bones as pairs of positions."""
        return tuple((self.index(a), self.index(b)) for a, b in self.bones)

    @cached_property
    def flipped(self) -> tuple[int, ...]:
        """For each keypoint, the position of its mirror image (itself where it has none)."""
        swapped = {"left": "right", "right": "left"}

        def mirror(name: str) -> str:
            side, _, rest = name.partition("_")
            return f"{swapped[side]}_{rest}" if side in swapped else name

        return tuple(self.index(mirror(name)) for name in self.keypoints)


def _both_sides(*bones: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in bones)


CLIMBING_25 = Skeleton(
    name="climbing-25",
    keypoints=(
        "nose",
        "left_ear",
        "right_ear",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
        "left_pinky",
        "right_pinky",
        "left_index",
        "right_index",
        "left_thumb",
        "right_thumb",
        "left_hip",
        "right_hip",
        "left_knee",
        "right_knee",
        "left_ankle",
        "right_ankle",
        "left_heel",
        "right_heel",
        "left_toes",
        "right_toes",
    ),
    bones=(
        ("nose", "left_ear"),
        ("nose", "right_ear"),
        ("left_shoulder", "right_shoulder"),
        ("left_hip", "right_hip"),
        *_both_sides(
            ("shoulder", "hip"),
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("wrist", "pinky"),
            ("wrist", "index"),
            ("wrist", "thumb"),
            ("pinky", "index"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("heel", "toes"),
            ("ankle", "toes"),
        ),
    ),
)
"""The 25 keypoints of every part of climbpose: BlazePose's 33 without eyes and mouth."""

COCO_17 = Skeleton(
    name="coco-17",
    keypoints=(
        "nose",
        *(
            f"{side}_{part}"
            for part in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
            for side in ("left", "right")
        ),
    ),
    bones=(
        *_both_sides(("ankle", "knee"), ("knee", "hip")),
        ("left_hip", "right_hip"),
        *_both_sides(("shoulder", "hip")),
        ("left_shoulder", "right_shoulder"),
        *_both_sides(("shoulder", "elbow"), ("elbow", "wrist")),
        ("left_eye", "right_eye"),
        ("nose", "left_eye"),
        ("nose", "right_eye"),
        *_both_sides(("eye", "ear"), ("ear", "shoulder")),
    ),
)
"""The keypoints of COCO's people, whose eyes we do not have."""


class Limb(IntEnum):
    """A hand or foot, in the order of all arrays."""

    LEFT_HAND = 0
    RIGHT_HAND = 1
    LEFT_FOOT = 2
    RIGHT_FOOT = 3

    @property
    def is_hand(self) -> bool:
        """Whether it is a hand."""
        return self < Limb.LEFT_FOOT

    @property
    def is_left(self) -> bool:
        """Whether it is on the climber's left."""
        return self in (Limb.LEFT_HAND, Limb.LEFT_FOOT)

    @property
    def word(self) -> str:
        """As written in files."""
        return self.name.lower()
