"""Which hand and foot held what, from when to when.

A limb is in contact where it stands still before the wall; neither the wall's touch nor a load on
it can be seen. A foot that swings with the hips, and a hand that hangs down and goes where the body
goes, hold nothing; feet stand on the ground before a hand holds anything, and after.
"""

from collections.abc import Iterable, Sequence, Set

import numpy as np
from jaxtyping import Bool, Float64

from climbpose.analytics.anatomy import HIPS, SHOULDERS, middle
from climbpose.analytics.dwelling import SAME_PLACE_BL, Dwell, Dwelling, end_time
from climbpose.analytics.limbs import LimbTracks
from climbpose.analytics.values import GROUND, Contact, Hold
from climbpose.poses import PoseTrack
from climbpose.skeleton import CLIMBING_25, Limb

_HANGING_COS = 0.7
"""An arm hangs whose parts have a larger cosine of their angle to plumb."""

_HANGS_MOSTLY = 0.6
"""Share of a hand's time for which the arm hangs that is not held up by the hand."""

_STAYS, _WENT_BL = 0.3, 0.35
"""A hanging arm holds something if the shoulders go so many body lengths, and the hand at most this
share of their way with them."""

_SWINGS = 0.5
"""A foot swings that goes with the hips for this share of their way, or farther than they."""

_FLOOR_BL, _LEVEL_BL = 1.5, 0.25
"""How far above its lowest place a floor is seen, and how level it is where a climber leaves it."""

_HELD_ON_GROUND = 0.5
"""Share of a foot's contact with the ground for which the hands hold something, at most."""


def find_contacts(
    poses: PoseTrack,
    on_wall: Float64[np.ndarray, "frames keypoints 2"],
    limbs: LimbTracks,
    body_px: float,
) -> tuple[list[Hold], list[Contact]]:
    """The holds and the contacts of a climb, in order of time.

    Args:
        poses: The climber.
        on_wall: All keypoints in the wall frame, filtered.
        limbs: The four limbs.
        body_px: A body length in the wall frame.
    """
    if not np.isfinite(body_px):
        return [], []
    dwells = [
        one
        for limb in Limb
        for one in Dwelling(limb, limbs, poses.time, body_px).dwells()
        if not _is_carried(one, on_wall, limbs, body_px)
    ]
    hanging = {one for one in dwells if _hangs(one, on_wall)}
    is_ground = _on_ground(dwells, hanging, len(poses), body_px)
    # Who stands on the ground with an arm that hangs holds nothing, however the body moves.
    standing = _rows(is_ground, len(poses))
    dwells = [
        one for one in dwells if one not in hanging or standing[one.start : one.end].mean() < 0.5
    ]
    dwells.sort(key=lambda one: (one.start, one.limb))
    places = _Places(SAME_PLACE_BL * body_px)
    contacts = []
    for one in dwells:
        hold = GROUND if one in is_ground else places.hold(one)
        rows = slice(one.start, one.end)
        contacts.append(
            Contact(
                limb=one.limb,
                hold=hold,
                start=one.start,
                end=one.end,
                start_s=float(poses.time[one.start]),
                end_s=end_time(poses.time, one.end),
                xy=(float(one.xy[0]), float(one.xy[1])),
                adjustments=one.adjustments,
                confidence=float(limbs.confidence[rows, one.limb].mean()),
            )
        )
    return places.holds(), contacts


def _hangs(one: Dwell, on_wall: Float64[np.ndarray, "frames keypoints 2"]) -> bool:
    """Whether it is a hand at the end of an arm that hangs down."""
    if not one.limb.is_hand:
        return False
    is_hanging = hanging_arms(on_wall[one.start : one.end])[:, one.limb]
    return bool(is_hanging.mean() > _HANGS_MOSTLY)


def _is_carried(
    one: Dwell,
    on_wall: Float64[np.ndarray, "frames keypoints 2"],
    limbs: LimbTracks,
    body_px: float,
) -> bool:
    """Whether a limb goes where the body goes: a foot that swings, a hand that hangs down."""
    rows = slice(one.start, one.end)
    limb = limbs.xy[rows, one.limb]
    joint = middle(on_wall[rows], SHOULDERS if one.limb.is_hand else HIPS)
    is_known = np.isfinite(limb).all(axis=1) & np.isfinite(joint).all(axis=1)
    limb, joint = limb[is_known], joint[is_known]
    carried = _carried(limb, joint)
    if not one.limb.is_hand:
        return carried > _SWINGS
    went = float(np.ptp(joint, axis=0).max()) if len(joint) else 0.0
    stays = carried < _STAYS and went > _WENT_BL * body_px
    return _hangs(one, on_wall) and not stays


def _carried(limb: Float64[np.ndarray, "rows 2"], joint: Float64[np.ndarray, "rows 2"]) -> float:
    """How far a limb goes along with its joint: 0 if it stays, 1 if it goes as far, more swings."""
    if not len(limb):
        return 0.0
    limb, joint = limb - limb.mean(axis=0), joint - joint.mean(axis=0)
    return float((limb * joint).sum() / max((joint**2).sum(), 1e-9))


_ARMS = [
    CLIMBING_25.indices(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
    for side in ("left", "right")
]


def hanging_arms(
    on_wall: Float64[np.ndarray, "frames keypoints 2"],
) -> Bool[np.ndarray, "frames 2"]:
    """For each arm, left and right, whether upper arm and forearm point down."""
    hanging = []
    for arm in _ARMS:
        parts = np.diff(on_wall[:, arm], axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            down = parts[..., 1] / np.linalg.norm(parts, axis=-1)
        hanging.append((down > _HANGING_COS).all(axis=1))
    return np.stack(hanging, axis=1)


def _rows(dwells: Iterable[Dwell], frames: int) -> Bool[np.ndarray, " frames"]:
    """The rows in which any of them lasts."""
    rows = np.zeros(frames, bool)
    for one in dwells:
        rows[one.start : one.end] = True
    return rows


def _on_ground(
    dwells: Sequence[Dwell], hanging: Set[Dwell], frames: int, body_px: float
) -> set[Dwell]:
    """The feet that stand on the ground: before a hand holds anything, after, or as low as then."""
    is_held = _rows((one for one in dwells if one.limb.is_hand and one not in hanging), frames)
    feet = [one for one in dwells if not one.limb.is_hand]
    standing = [one for one in feet if is_held[one.start : one.end].mean() < _HELD_ON_GROUND]
    # Where a phone looks down on the floor, its part before the wall is seen higher up.
    lowest = max((float(one.xy[1]) for one in feet), default=0.0)
    standing = [one for one in standing if lowest - one.xy[1] < _FLOOR_BL * body_px]
    level = min((float(one.xy[1]) for one in standing), default=np.inf)
    return {one for one in feet if one in standing or one.xy[1] > level - _LEVEL_BL * body_px}


class _Places:
    """The holds so far: contacts near each other are on one.

    Args:
        reach: How near, pixels.
    """

    def __init__(self, reach: float) -> None:
        self._reach = reach
        self._contacts: list[list[Dwell]] = []

    def hold(self, one: Dwell) -> int:
        """The number of the hold of a contact, a new one where none is near."""
        distances = [float(np.linalg.norm(_middle(held) - one.xy)) for held in self._contacts]
        nearest = int(np.argmin(distances)) if distances else -1
        if nearest >= 0 and distances[nearest] <= self._reach:
            self._contacts[nearest].append(one)
            return nearest + 1
        self._contacts.append([one])
        return len(self._contacts)

    def holds(self) -> list[Hold]:
        """All holds, in order of first use."""
        holds = []
        for number, held in enumerate(self._contacts, start=1):
            x, y = _middle(held)
            limbs = tuple(dict.fromkeys(one.limb for one in held))
            holds.append(Hold(number, (float(x), float(y)), limbs))
        return holds


def _middle(held: Sequence[Dwell]) -> Float64[np.ndarray, "2"]:
    mean: np.ndarray = np.mean([one.xy for one in held], axis=0)
    return mean
