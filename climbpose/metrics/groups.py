"""Which keypoints are looked at together."""

from collections.abc import Mapping, Sequence

from climbpose.errors import UsageError
from climbpose.skeleton import CLIMBING_25

GROUPS: Mapping[str, tuple[str, ...]] = {
    "head": ("nose", "left_ear", "right_ear"),
    **{
        f"{part}s": (f"left_{part}", f"right_{part}")
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    },
    "fingers": ("left_index", "right_index"),
    "feet": ("left_heel", "right_heel", "left_toes", "right_toes"),
}
"""Groups of keypoints by name, from head to foot.

Pinkies and thumbs are in none: hand labels lack them, and a group is to mean the same everywhere.
"""

LARGE = "large"
"""The keypoints that figures are of by default: shoulders to ankles."""

_LARGE = ("shoulders", "elbows", "wrists", "hips", "knees", "ankles")


def keypoints_of(names: Sequence[str] = (LARGE,)) -> tuple[int, ...]:
    """Positions of keypoints in the skeleton, in its order.

    Args:
        names: Of keypoints and groups; ``large`` means shoulders to ankles, ``all`` all.

    Raises:
        UsageError: A name is neither.
    """
    return tuple(sorted({position for name in names for position in _positions(name)}))


def _positions(name: str) -> list[int]:
    if name == "all":
        return list(range(len(CLIMBING_25)))
    if name == LARGE:
        return [position for group in _LARGE for position in _positions(group)]
    if name in GROUPS:
        return CLIMBING_25.indices(*GROUPS[name])
    if name in CLIMBING_25.keypoints:
        return [CLIMBING_25.index(name)]
    known = ", ".join((LARGE, "all", *GROUPS))
    raise UsageError(f"no keypoints are named {name!r}; choose of: {known}, or single keypoints")
