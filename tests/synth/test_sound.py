"""The sound of a climb: as long as the pictures and louder where a limb arrives."""

import numpy as np
import pytest

from climbpose.synth.climb import Contact, Limb, Move, Phase, Plan, Touch, Wall
from climbpose.synth.sound import RATE, make_sound

FRAMES, FPS = 60, 30.0


def plan(contacts: tuple[Contact, ...] = (), phases: tuple[Phase, ...] = ()) -> Plan:
    """A plan in which nothing matters but its events."""
    still = np.zeros((FRAMES, 4, 3))
    return Plan(
        wall=Wall(),
        fps=FPS,
        holds=(),
        contacts=contacts,
        phases=phases,
        in_contact=np.zeros((FRAMES, 4), bool),
        target=still,
        touch=np.zeros((FRAMES, 4), np.int64),
        is_loose=np.ones((FRAMES, 4), bool),
        pelvis=np.zeros((FRAMES, 3)),
        trunk=np.tile(np.eye(3), (FRAMES, 1, 1)),
        trunk_weight=np.ones(FRAMES),
        extension=np.ones((FRAMES, 4)),
        pole=still,
        airborne=np.zeros(FRAMES, bool),
        gaze=np.zeros((FRAMES, 3)),
    )


def test_as_long_as_the_pictures_quiet_and_repeatable() -> None:
    one, other = (make_sound(plan(), FPS, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert len(one) == FRAMES / FPS * RATE
    assert 1e-4 < np.sqrt(np.mean(one**2)) < 0.1
    assert np.abs(one).max() < 0.5


@pytest.mark.parametrize(
    ("contacts", "phases", "least"),
    [
        ((Contact(Limb.LEFT_HAND, -1, Touch.GRIP, 30, 60),), (), 0.01),
        ((Contact(Limb.LEFT_FOOT, -1, Touch.TOE, 30, 60),), (), 0.01),
        ((), (Phase(Move.LAND, 30, 60),), 0.1),
        ((), (Phase(Move.LAND, 59, 60),), 0.02),
    ],
)
def test_arrivals_and_landings_are_heard(
    contacts: tuple[Contact, ...], phases: tuple[Phase, ...], least: float
) -> None:
    quiet, loud = (
        make_sound(p, FPS, np.random.default_rng(3)) for p in (plan(), plan(contacts, phases))
    )
    start = (contacts or phases)[0].start
    event = np.abs(loud - quiet)
    assert event[: round(start / FPS * RATE)].max() == 0
    assert event.max() > least
    assert len(loud) == len(quiet)


def test_what_holds_from_the_start_makes_no_sound() -> None:
    held = (Contact(Limb.LEFT_HAND, -1, Touch.GRIP, 0, 60),)
    one, other = (make_sound(p, FPS, np.random.default_rng(3)) for p in (plan(), plan(held)))
    np.testing.assert_array_equal(one, other)
