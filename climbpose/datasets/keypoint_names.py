"""What people call our keypoints in annotation tools."""

import re

from climbpose.skeleton import CLIMBING_25

_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}

_PARTS = {
    "little": "pinky",
    "little_finger": "pinky",
    "pinky_finger": "pinky",
    "index_finger": "index",
    "hand_index": "index",
    "thumb_finger": "thumb",
    "toe": "toes",
    "big_toe": "toes",
    "foot_index": "toes",
    "foot": "toes",
    "foot_tip": "toes",
    **{f"{part}_joint": part for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")},
}
"""Other words for a paired keypoint."""

_NOT_OURS = frozenset(
    {
        *("eye", "eye_inner", "eye_outer", "mouth", "small_toe"),
        *("neck", "head", "head_top", "thorax", "chest", "spine", "pelvis", "mid_hip"),
    }
)
"""Keypoints of other skeletons that we leave out."""


def keypoint_of(label: str) -> str | None:
    """Our keypoint of this name, None for one of other skeletons that we do not have.

    Capitals, spaces, hyphens and underscores do not matter; ``L`` and ``R`` stand for the sides, at
    the beginning or the end: ``left_shoulder``, ``L shoulder``, ``LShoulder``, ``Shoulder.R``.

    Raises:
        KeyError: Nobody calls a keypoint that.
    """
    words = _words(label)
    sides = [_SIDES[word] for word in words if word in _SIDES]
    part = "_".join(word for word in words if word not in _SIDES)
    part = _PARTS.get(part, part)
    name = "_".join([*sides, part])
    if name in CLIMBING_25.keypoints:
        return name
    if part in _NOT_OURS and len(sides) < 2:
        return None
    raise KeyError(label)


def _words(label: str) -> list[str]:
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", label)
    return re.findall(r"[a-z]+", apart.lower())
