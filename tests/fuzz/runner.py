"""Feeds mutants to worker processes and says what became of each."""

import multiprocessing
import os
import platform
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from climbpose.errors import ClimbposeError
from tests.fuzz.guard import Guard, forget_peak, peak_mb
from tests.fuzz.mutation import CANARY

PATIENCE_S = 60.0
LIMIT_MB = 2048
"""A mutant that makes the process larger has failed."""

_ADDRESSES_MB = 8192

READ, REFUSED = "read", "refused"
TRACEBACK, ESCAPE, MEMORY, CRASH, HANG = "traceback", "escape", "memory", "crash", "hang"
_BROKEN = "the fuzzer itself is broken"
FAILURES = (TRACEBACK, ESCAPE, MEMORY, CRASH, HANG)


class Subject(Protocol):
    """What reads files that may be damaged."""

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        """Writes a damaged file into the folder, always the same for the same random numbers."""
        ...

    def read(self, path: Path) -> None:
        """Reads it as climbpose does for a user.

        Raises:
            ClimbposeError: It is refused, as it should be.
        """
        ...


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant.

    Attributes:
        subject: Name of what read it.
        number: Of the mutant.
        outcome: `READ`, `REFUSED` or one of `FAILURES`.
        detail: The message, or what was wrong.
        peak_mb: The most memory that the process took.
        seconds: How long it took.
    """

    subject: str
    number: int
    outcome: str
    detail: str = ""
    peak_mb: int = 0
    seconds: float = 0.0


@dataclass
class Tally:
    """What became of all mutants.

    Attributes:
        outcomes: How many of each kind, by subject.
        failures: Those that should not have been.
        peak_mb: The most memory that any took.
        slowest_s: The longest that any took, seconds.
    """

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[Verdict] = field(default_factory=list)
    peak_mb: int = 0
    slowest_s: float = 0.0

    def add(self, verdict: Verdict) -> None:
        """Counts one more."""
        self.outcomes.setdefault(verdict.subject, Counter())[verdict.outcome] += 1
        self.peak_mb = max(self.peak_mb, verdict.peak_mb)
        self.slowest_s = max(self.slowest_s, verdict.seconds)
        if verdict.outcome in FAILURES:
            self.failures.append(verdict)

    def table(self) -> str:
        """One line for each subject."""
        names = [READ, REFUSED, *FAILURES]
        lines = [f"{'':16}{'tried':>9}" + "".join(f"{name:>10}" for name in names)]
        for subject, counts in self.outcomes.items():
            cells = "".join(f"{counts[name]:10}" for name in names)
            lines.append(f"{subject:16}{sum(counts.values()):9}{cells}")
        lines.append(f"most memory {self.peak_mb} MB, longest {self.slowest_s:.1f} s")
        return "\n".join(lines)


class Worker:
    """A process that reads one mutant after the other, and is replaced when it dies.

    Args:
        subjects: The module with ``SUBJECTS``, by name.
        seeds: Folder of the valid files that mutants are made from.
        folder: Where the mutants lie while they are read.
        limit_mb: What one of them may make the process as large as.
    """

    def __init__(self, subjects: str, seeds: Path, folder: Path, limit_mb: int = LIMIT_MB) -> None:
        self._subjects, self._seeds, self._folder = subjects, seeds, folder
        self._limit_mb = limit_mb
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection

    def try_one(self, subject: str, seed: int, number: int) -> Verdict:
        """Lets the worker read one mutant."""
        if self._process is None:
            self._start()
        started = time.monotonic()
        self._pipe.send((subject, seed, number))
        if not self._pipe.poll(PATIENCE_S):
            self.close()
            return Verdict(subject, number, HANG, f"no answer in {PATIENCE_S:g} s")
        try:
            outcome, detail, peak = self._pipe.recv()
        except EOFError:
            assert self._process is not None
            self._process.join()
            code = self._process.exitcode or 0
            self.close()
            detail = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            return Verdict(subject, number, CRASH, detail)
        if outcome == _BROKEN:
            raise RuntimeError(f"{_BROKEN} at {subject} {number}: {detail}")
        return Verdict(subject, number, outcome, detail, peak, time.monotonic() - started)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None

    def _start(self) -> None:
        self._pipe, other = self._context.Pipe()
        arguments = (other, self._subjects, self._seeds, self._folder, self._limit_mb)
        self._process = self._context.Process(target=_work, args=arguments, daemon=True)
        self._process.start()
        other.close()
        # Imports are no part of the first mutant's time.
        if not self._pipe.poll(PATIENCE_S) or self._pipe.recv() != "ready":
            raise RuntimeError("the worker does not start")


def fuzz(
    subjects: str,
    seeds: Path,
    order: Iterable[tuple[str, int]],
    seed: int,
    keep: Path | None,
    limit_mb: int = LIMIT_MB,
) -> Iterator[Verdict]:
    """Has mutants read, one worker for all.

    Args:
        subjects: See `Worker`.
        seeds: See there.
        order: Name of the subject and number of each mutant.
        seed: From which all mutants follow.
        keep: Folder into which those are copied that failed.
        limit_mb: What one of them may make the process as large as.
    """
    with tempfile.TemporaryDirectory(prefix="climbpose-fuzz-") as folder:
        (Path(folder) / CANARY).write_text("never read")
        place = Path(folder) / "case"
        worker = Worker(subjects, seeds, place, limit_mb)
        try:
            for subject, number in order:
                verdict = worker.try_one(subject, seed, number)
                if keep and verdict.outcome in FAILURES and place.exists():
                    shutil.copytree(place, keep / f"{subject}-{seed}-{number}", dirs_exist_ok=True)
                yield verdict
        finally:
            worker.close()


def _work(pipe: Connection, subjects: str, seeds: Path, folder: Path, limit_mb: int) -> None:
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    limit = _ADDRESSES_MB << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found = import_module(subjects).SUBJECTS
    by_name = {name: kind(seeds) for name, kind in found.items()}
    repository = Path(__file__).parents[2]
    # It asks another program, once in a process.
    platform.platform()
    guard = Guard(repository, seeds)
    pipe.send("ready")
    while True:
        try:
            name, seed, number = pipe.recv()
        except EOFError:
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        # Bytes, since the hash of a text differs between processes.
        rng = random.Random(f"{name}:{seed}:{number}".encode())
        try:
            pipe.send(_verdict(by_name[name], rng, folder, guard, limit_mb))
        except Exception:
            pipe.send((_BROKEN, traceback.format_exc(), 0))


def _verdict(
    subject: Subject, rng: random.Random, folder: Path, guard: Guard, limit_mb: int
) -> tuple[str, str, int]:
    path = subject.mutant(rng, folder)
    outcome, detail = READ, ""

    def read() -> None:
        nonlocal outcome, detail
        try:
            subject.read(path)
        except ClimbposeError as error:
            outcome, detail = REFUSED, str(error)
        except BaseException:
            outcome, detail = TRACEBACK, traceback.format_exc(limit=-6)

    forget_peak()
    escapes = guard.watched(folder, read)
    peak = peak_mb()
    if outcome == REFUSED and not detail:
        outcome, detail = TRACEBACK, "no message"
    if escapes:
        outcome, detail = ESCAPE, "; ".join(escapes)
    elif peak > limit_mb:
        outcome, detail = MEMORY, f"{peak} MB: {detail}"
    return outcome, detail, peak
