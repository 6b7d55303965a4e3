import pytest

from climbpose.analytics.values import Limb
from climbpose.pages import wording


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (7.0, "7"),
        (7.4249, "7.42"),
        (-7.4249, "\N{MINUS SIGN}7.42"),
        (46.666, "46.7"),
        (123.4, "123"),
        (-0.001, "0.00"),
        (float("nan"), "\N{EN DASH}"),
    ],
)
def test_numbers(value: float, shown: str) -> None:
    assert wording.number(value) == shown


def test_columns() -> None:
    assert wording.fixed(-0.001, 2) == "0.00"
    assert wording.fixed(-1.25, 1) == "\N{MINUS SIGN}1.2"
    assert wording.fixed(float("nan"), 2) == "\N{EN DASH}"


def test_times_and_counts() -> None:
    assert wording.clock(1500.0) == "25:00 min"
    assert wording.clock(59.6) == "1:00 min"
    assert wording.plural(1, "move") == "1 move"
    assert wording.plural(0, "move") == "0 moves"


def test_names() -> None:
    assert wording.limb(Limb.LEFT_HAND) == "left hand"
    assert [wording.hold(number) for number in (None, 0, 3)] == ["?", "ground", "3"]
    sides = [wording.side(name) for name in ("left_elbow", "Right knee", "speed")]
    assert sides == ["left", "right", "middle"]
