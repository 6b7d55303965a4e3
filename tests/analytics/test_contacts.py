"""Limbs that stand still hold something; those that hang, swing or walk do not."""

from collections.abc import Sequence

import numpy as np
import pytest

from climbpose.analytics.climb import Climb
from climbpose.analytics.values import GROUND, Contact, Limb
from climbpose.labels import ClipLabels
from climbpose.skeleton import CLIMBING_25
from tests.analytics.climbers import (
    BODY_PX,
    EXAMPLE,
    FPS,
    PARTS,
    climb,
    shifted,
    standing,
    true_track,
)
from tests.climb_truth import contact_counts, move_counts, true_camera

HANDS = (Limb.LEFT_HAND, Limb.RIGHT_HAND)


def of(contacts: Sequence[Contact], limb: Limb) -> list[Contact]:
    return [one for one in contacts if one.limb == limb]


def test_somebody_who_stays_holds_on_with_all_limbs() -> None:
    found = climb(standing(60))
    assert [one.limb for one in found.contacts] == list(Limb)
    for one in found.contacts:
        assert (one.start, one.end, one.adjustments) == (0, 60, 0)
        assert one.confidence == pytest.approx(1)
    assert len(found.holds) == 4
    assert [hold.number for hold in found.holds] == [1, 2, 3, 4]
    assert found.moves == []


def test_a_reach_is_a_move_from_one_hold_to_another() -> None:
    found = climb(shifted(standing(90), "left_hand", (20, -80), 40, 52))
    before, after = of(found.contacts, Limb.LEFT_HAND)
    assert before.end == pytest.approx(42, abs=3)
    assert after.start == pytest.approx(50, abs=3)
    assert np.subtract(after.xy, before.xy) == pytest.approx((20, -80), abs=2)
    (move,) = found.moves
    assert (move.limb, move.from_hold, move.to_hold) == (Limb.LEFT_HAND, before.hold, after.hold)
    assert move.reach_bl == pytest.approx(np.hypot(20, 80) / BODY_PX, abs=0.03)
    assert move.seconds == pytest.approx(8 / FPS, abs=0.1)
    assert before.hold != after.hold


def test_a_grip_that_is_adjusted_is_one_contact() -> None:
    xy = shifted(standing(90), "right_hand", (0, -40), 40, 44)
    found = climb(shifted(xy, "right_hand", (0, 40), 46, 50))
    (one,) = of(found.contacts, Limb.RIGHT_HAND)
    assert (one.start, one.end, one.adjustments) == (0, 90, 1)
    assert found.moves == []


def test_a_hand_that_comes_back_later_has_not_moved_but_let_go() -> None:
    xy = shifted(standing(150), "right_hand", (80, 60), 40, 50)
    found = climb(shifted(xy, "right_hand", (-80, -60), 100, 110))
    first, away, last = of(found.contacts, Limb.RIGHT_HAND)
    assert first.hold == last.hold != away.hold
    assert [move.to_hold for move in found.moves] == [away.hold, first.hold]


def test_two_hands_on_one_place_are_on_one_hold() -> None:
    found = climb(shifted(standing(90), "left_hand", (112, 0), 40, 50))
    right = of(found.contacts, Limb.RIGHT_HAND)[0]
    assert of(found.contacts, Limb.LEFT_HAND)[1].hold == right.hold
    assert found.holds[right.hold - 1].limbs == (Limb.RIGHT_HAND, Limb.LEFT_HAND)


def test_a_foot_that_swings_with_the_hips_holds_nothing() -> None:
    xy = standing(90)
    sway = 12 * np.sin(2 * np.pi * 0.4 * np.arange(90) / FPS)
    body = [n for n in range(25) if n not in CLIMBING_25.indices(*PARTS["left_hand"][1:])]
    xy[:, body, 0] += sway[:, None]
    found = climb(xy)
    assert of(found.contacts, Limb.LEFT_FOOT) == of(found.contacts, Limb.RIGHT_FOOT) == []
    assert len(of(found.contacts, Limb.LEFT_HAND)) == 1


def hanging(xy: np.ndarray, side: str) -> np.ndarray:
    """The same with an arm that hangs down."""
    hung = xy.copy()
    shoulder = CLIMBING_25.index(f"{side}_shoulder")
    for n, name in enumerate(("elbow", "wrist", "pinky", "index", "thumb"), start=1):
        hung[:, CLIMBING_25.index(f"{side}_{name}")] = xy[:, shoulder] + [0, 30 * n]
    return hung


def test_a_hand_that_hangs_beside_a_still_body_holds_nothing() -> None:
    found = climb(hanging(standing(60), "right"))
    assert of(found.contacts, Limb.RIGHT_HAND) == []
    assert len(of(found.contacts, Limb.LEFT_HAND)) == 1


def test_a_low_hand_that_stays_while_the_body_goes_up_holds() -> None:
    xy = hanging(standing(90), "right")
    trunk = [n for n in range(25) if n not in CLIMBING_25.indices(*PARTS["right_hand"][1:])]
    xy[:, trunk, 1] -= np.linspace(0, 50, 90)[:, None]
    assert len(of(climb(xy).contacts, Limb.RIGHT_HAND)) == 1


def test_who_stands_with_free_hands_stands_on_the_ground() -> None:
    found = climb(hanging(hanging(standing(60), "left"), "right"))
    assert {one.limb for one in found.contacts} == {Limb.LEFT_FOOT, Limb.RIGHT_FOOT}
    assert {one.hold for one in found.contacts} == {GROUND}
    assert found.holds == []
    assert not found.is_climbing.any()


def test_a_limb_that_is_not_seen_is_not_said_to_hold() -> None:
    xy = standing(90)
    xy[20:70, CLIMBING_25.indices(*PARTS["left_hand"])] = np.nan
    found = of(climb(xy).contacts, Limb.LEFT_HAND)
    assert [(one.start, one.end) for one in found] == [(0, 20), (70, 90)]


def test_wrists_and_ankles_stand_for_hands_and_feet_that_are_not_tracked() -> None:
    xy = standing(60)
    absent = [
        f"{side}_{name}"
        for side in ("left", "right")
        for name in ("pinky", "index", "thumb", "heel", "toes")
    ]
    xy[:, CLIMBING_25.indices(*absent)] = np.nan
    assert {one.limb for one in climb(xy).contacts} == set(Limb)


@pytest.mark.parametrize("frames", [0, 1, 2, 5])
def test_few_frames_hold_nothing_for_long(frames: int) -> None:
    assert climb(standing(frames)).contacts == []


def test_a_synthetic_climb_of_true_keypoints_is_read_right() -> None:
    labels = ClipLabels.read(EXAMPLE)
    found = Climb(true_track(labels), true_camera(labels))
    hands = contact_counts(found.contacts, labels, HANDS)
    feet = contact_counts(found.contacts, labels, (Limb.LEFT_FOOT, Limb.RIGHT_FOOT))
    moves = move_counts(found.moves, labels)
    assert hands.hit > 8
    assert hands.f1 >= 0.9
    assert feet.f1 >= 0.8
    assert moves.hit >= 5
    assert moves.f1 >= 0.85
    assert np.median(np.abs(moves.start_errors or [])) <= 0.1


def test_a_hand_that_was_shaken_out_sets_out_when_the_arm_hangs_no_more() -> None:
    xy = shifted(standing(150), "right_hand", (10, -80), 20, 30)
    hung = hanging(standing(150), "right")
    arm = CLIMBING_25.indices(*PARTS["right_hand"])
    xy[25:90, arm] = hung[25:90, arm]
    (move,) = climb(xy).moves
    assert move.start_s == pytest.approx(90 / FPS, abs=0.1)
    assert move.seconds < 0.5
    assert move.rest_before_s > 2


def test_moves_are_in_the_order_in_which_the_hands_arrive() -> None:
    xy = shifted(standing(150), "right_hand", (10, -80), 20, 30)
    hung = hanging(standing(150), "right")
    arm = CLIMBING_25.indices(*PARTS["right_hand"])
    xy[25:110, arm] = hung[25:110, arm]
    found = climb(shifted(xy, "left_hand", (-10, -70), 60, 70)).moves
    assert [(move.number, move.limb) for move in found] == [
        (1, Limb.LEFT_HAND), (2, Limb.RIGHT_HAND),
    ]  # fmt: skip
    assert found[1].rest_before_s == pytest.approx(1.3, abs=0.15)
