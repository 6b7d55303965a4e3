"""A few damaged files of every kind, on every run; ``python -m tests.fuzz.files`` tries many."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.fuzz import files, texts, videos
from tests.fuzz.runner import ESCAPE, FAILURES, READ, REFUSED, Tally, fuzz

_OF_EACH = 12
_VIDEOS = 60


def tried(
    module: str, make_seeds: Callable[[Path], None], order: Sequence[tuple[str, int]], folder: Path
) -> Tally:
    """What became of mutants."""
    make_seeds(folder)
    tally = Tally()
    for verdict in fuzz(module, folder, order, seed=1, keep=None):
        tally.add(verdict)
    assert not tally.failures, "\n".join(f"{one}\n{one.detail}" for one in tally.failures)
    return tally


def test_no_damaged_video_does_harm(tmp_path: Path) -> None:
    tally = tried("tests.fuzz.videos", videos.make_seeds, videos.order(_VIDEOS), tmp_path)
    counts = tally.outcomes["videos"]
    # Neither is all refused nor all read: the mutants are worth their time.
    assert counts[READ] > _VIDEOS / 5 and counts[REFUSED] > _VIDEOS / 5


def test_no_damaged_file_does_harm(tmp_path: Path) -> None:
    tally = tried("tests.fuzz.files", texts.make_seeds, files.order(_OF_EACH), tmp_path)
    assert set(tally.outcomes) == set(files.SUBJECTS)
    assert sum(counts[READ] for counts in tally.outcomes.values()) > 20
    assert sum(counts[REFUSED] for counts in tally.outcomes.values()) > 60


@pytest.mark.slow
def test_no_damaged_video_of_2000_does_harm(tmp_path: Path) -> None:
    tried("tests.fuzz.videos", videos.make_seeds, videos.order(2000), tmp_path)


@pytest.mark.slow
def test_no_damaged_file_of_200_of_each_kind_does_harm(tmp_path: Path) -> None:
    tried("tests.fuzz.files", texts.make_seeds, files.order(200), tmp_path)


WICKED = {
    "reads beside": (ESCAPE, "open reads"),
    "writes beside": (ESCAPE, "open writes"),
    "runs a program": (ESCAPE, "subprocess.Popen"),
    "unpickles": (ESCAPE, "pickle.find_class"),
    "takes memory": ("memory", "MB"),
    "raises": ("traceback", "ZeroDivisionError"),
    "dies": ("crash", "SIGSEGV"),
}


@pytest.mark.parametrize("name", WICKED)
def test_the_fuzzer_sees_what_it_looks_for(name: str, tmp_path: Path) -> None:
    (verdict,) = fuzz(
        "tests.fuzz.wicked", tmp_path, [(name, 0)], seed=0, keep=tmp_path / "kept", limit_mb=300
    )
    outcome, detail = WICKED[name]
    assert (verdict.outcome, detail in verdict.detail) == (outcome, True), verdict
    assert outcome in FAILURES
    assert (tmp_path / "kept" / f"{name}-0-0" / "mutant").exists()


def test_mutants_follow_from_their_numbers(tmp_path: Path) -> None:
    """So a failure of one machine can be had on another."""
    for number in range(20):
        made = [
            subject.mutant(random.Random(f"{number}".encode()), tmp_path).read_bytes()
            for subject in (texts.Coco(tmp_path), texts.Coco(tmp_path))
        ]
        assert made[0] == made[1]
