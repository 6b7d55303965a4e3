import threading
from time import sleep

import pytest

from climbpose.timings import Timings


def test_seconds_add_up_by_stage_in_order() -> None:
    timings = Timings()
    for stage in ("decode", "detect", "decode"):
        with timings.measure(stage):
            sleep(0.02)
    seconds = timings.seconds()
    assert sorted(seconds) == ["decode", "detect"]
    assert 0.04 <= seconds["decode"] < 0.5
    assert 0.02 <= seconds["detect"] < 0.5


def test_a_stage_that_fails_counts() -> None:
    timings = Timings()
    with pytest.raises(ValueError), timings.measure("draw"):
        sleep(0.02)
        raise ValueError
    assert timings.seconds()["draw"] >= 0.02


def test_watching_counts_the_making_and_not_the_using() -> None:
    def make() -> "range":
        sleep(0.02)
        return range(3)

    timings = Timings()
    made = []
    for item in timings.watch((make()[n] for n in range(3)), "make"):
        made.append(item)
        sleep(0.1)
    assert made == [0, 1, 2]
    assert 0.06 <= timings.seconds()["make"] < 0.25


def test_what_fails_while_watched_is_raised() -> None:
    def make() -> "range":
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(Timings().watch((make() for _ in range(2)), "make"))


def test_stages_in_two_threads() -> None:
    timings = Timings()

    def work() -> None:
        for _ in range(100):
            with timings.measure("there"):
                pass

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(100):
        with timings.measure("here"):
            pass
    thread.join()
    assert set(timings.seconds()) == {"here", "there"}
