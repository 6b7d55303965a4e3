"""One video of several: what goes wrong with it is its own failure."""

import pickle
from pathlib import Path

import pytest

from climbpose.batch import task as batch_task
from climbpose.batch.task import carry_out, perform
from climbpose.errors import VideoError
from tests.batch.climbs import Climbs


class Nobody:
    def stage(self, name: str, total: int | None) -> None:
        pass

    def advance(self) -> None:
        pass


def fail(error: BaseException) -> object:
    def annotate(*_: object, **__: object) -> None:
        raise error

    return annotate


def test_what_a_user_can_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_task, "annotate", fail(VideoError("a.mp4: broken")))
    outcome = carry_out(Climbs(tmp_path).task("a"), Nobody())
    assert (outcome.status, outcome.error, outcome.exit_code) == ("failed", "a.mp4: broken", 1)
    assert outcome.trace is None


def test_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_task, "annotate", fail(ZeroDivisionError("division by zero")))
    task = Climbs(tmp_path).task("a")
    outcome = carry_out(task, Nobody())
    assert "ZeroDivisionError: division by zero (a bug in climbpose; -v" in str(outcome.error)
    assert "Traceback" in str(outcome.trace)
    with pytest.raises(ZeroDivisionError):
        perform(task, Nobody())


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_task, "annotate", fail(MemoryError()))
    outcome = carry_out(Climbs(tmp_path).task("a"), Nobody())
    assert "more memory than there is; try fewer --jobs" in str(outcome.error)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    monkeypatch.setattr(batch_task, "annotate", fail(stop()))
    with pytest.raises(stop):
        carry_out(Climbs(tmp_path).task("a"), Nobody())


def test_orders_and_outcomes_travel(tmp_path: Path) -> None:
    task = Climbs(tmp_path).task("a")
    outcome = batch_task.failure(task, "lost")
    assert pickle.loads(pickle.dumps(task)) == task
    assert pickle.loads(pickle.dumps(outcome)) == outcome
