import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from climbpose.errors import ClimbposeError
from climbpose.training.producers import Producers
from tests.training import producing

ROOT = Path(__file__).parents[2]


@contextmanager
def started(
    folder: Path, make: Callable[..., Iterator[int]], jobs: int = 1, needed: int = 0
) -> Generator[Producers]:
    producers = Producers(jobs, make, lambda number: (folder, needed + number, jobs))
    producers.start(needed)
    try:
        yield producers
    finally:
        producers.stop()


def wait_for(is_done: Callable[[], Any]) -> None:
    deadline = monotonic() + 30
    while not is_done():
        assert monotonic() < deadline
        sleep(0.05)


def made(folder: Path) -> list[int]:
    return sorted(int(path.name) for path in folder.iterdir())


def test_only_what_is_soon_needed_is_made(tmp_path: Path) -> None:
    with started(tmp_path, producing.numbers, jobs=2, needed=5) as producers:
        wait_for(lambda: len(made(tmp_path)) >= 8)
        sleep(0.5)
        assert made(tmp_path) == list(range(5, 13))
        producers.allow(7)
        wait_for(lambda: made(tmp_path) == list(range(5, 15)))
        producers.check()


def test_failure_is_told_in_its_own_words(tmp_path: Path) -> None:
    with started(tmp_path, producing.failing) as producers:
        wait_for(lambda: not producers._producers[0].process.is_alive())
        with pytest.raises(ClimbposeError, match="the disk is full; make room"):
            producers.check()


@pytest.mark.slow
def test_killed_process_is_told(tmp_path: Path) -> None:
    with started(tmp_path, producing.killed) as producers:
        wait_for(lambda: not producers._producers[0].process.is_alive())
        with pytest.raises(ClimbposeError, match=r"was killed \(exit code -9\)"):
            producers.check()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from time import sleep\n"
        "from climbpose.training.producers import Producers\n"
        "from tests.training import producing\n"
        "if __name__ == '__main__':\n"
        "    p = Producers(1, producing.numbers, lambda n: (Path(sys.argv[1]), 0, 1))\n"
        "    p.start(0); print(p._producers[0].process.pid, flush=True); sleep(60)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    folder = tmp_path / "made"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_for(lambda: made(folder))
        parent.send_signal(signal.SIGKILL)
        parent.wait()

    def is_gone() -> bool:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"

    wait_for(is_gone)
