"""Annotates the videos of a batch in processes of this machine."""

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import monotonic
from types import FrameType

from climbpose.batch.engine import BatchObserver
from climbpose.batch.task import Outcome, Task, carry_out, failure, perform
from climbpose.errors import ClimbposeError
from climbpose.files import PART_SUFFIX, claimed
from climbpose.processes import become_worker, cores, free_memory, signals_held_back, threads_each

_NEWS_INTERVAL_S = 0.1
_GRACE_S = 3.0
"""How long workers may take to remove their half files."""

WORKER_BYTES = 1_000_000_000
"""About what a worker needs for a 1080p video with the default networks, and some more."""

_MOST_ATTEMPTS = 2

_ENDED = 128 + signal.SIGTERM
"""The exit code of a worker that was told to end, and has removed its half files."""


def jobs_for(videos: int) -> int:
    """How many videos at the same time are fastest: one for each core, if memory allows."""
    memory = free_memory()
    fitting = cores() if memory is None else memory // WORKER_BYTES
    return max(1, min(cores(), fitting, videos))


@dataclass(frozen=True)
class Local:
    """Several worker processes, each of which annotates one video after another.

    A single video is annotated in this process, by all cores.

    Attributes:
        jobs: Worker processes, None for `jobs_for`.
    """

    jobs: int | None = None

    def run(self, tasks: Sequence[Task], display: BatchObserver) -> Generator[Outcome]:
        """Annotates the videos; see `Engine`. A bug met in a single one is raised."""
        if len(tasks) == 1:
            display.begin(tasks[0])
            yield perform(tasks[0], Near(tasks[0], display))
            return
        jobs = min(self.jobs or jobs_for(len(tasks)), len(tasks))
        yield from _Crew(tasks, jobs, display).work()


@dataclass(frozen=True)
class Near:
    """Tells of a video that is annotated in this process."""

    task: Task
    display: BatchObserver

    def stage(self, name: str, total: int | None) -> None:
        """See `Observer`."""
        self.display.stage(self.task, name, total)

    def advance(self) -> None:
        """See `Observer`."""
        self.display.advance(self.task, 1)


@dataclass
class _Wire:
    """Tells of a video to the process that waits for it, and not of each frame."""

    connection: "Connection[object, Task]"
    frames: int = 0
    told_at: float = field(default_factory=monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stage(self, name: str, total: int | None) -> None:
        self._tell()
        self.send((name, total))

    def advance(self) -> None:
        self.frames += 1
        if monotonic() - self.told_at >= _NEWS_INTERVAL_S:
            self._tell()

    def _tell(self) -> None:
        frames, self.frames, self.told_at = self.frames, 0, monotonic()
        if frames:
            self.send(frames)

    def send(self, news: object) -> None:
        """Sends a piece of news; ends the worker if nobody waits for it any more."""
        try:
            # Stages overlap, and each may tell from a thread of its own.
            with self.lock:
                self.connection.send(news)
        except OSError:
            sys.exit(_ENDED)


def _serve(orders: "Connection[object, Task]", threads: int) -> None:
    """What a worker does all its life."""
    become_worker(threads)
    signal.signal(signal.SIGTERM, _stop)
    while True:
        try:
            task = orders.recv()
        except (EOFError, OSError):
            return
        wire = _Wire(orders)
        wire.send(carry_out(task, wire))


def _stop(number: int, frame: FrameType | None) -> None:
    """Ends a worker so that its half files are removed."""
    sys.exit(_ENDED)


@dataclass(eq=False)
class _Worker:
    """A process and the video that it annotates."""

    process: SpawnProcess
    wire: "Connection[Task, object]"
    task: Task | None = None
    attempt: int = 0


class _Crew:
    """Workers, and the videos that wait for one."""

    def __init__(self, tasks: Sequence[Task], jobs: int, display: BatchObserver) -> None:
        self._waiting = deque((task, 1) for task in tasks)
        self._jobs, self._display = jobs, display
        self._workers: list[_Worker] = []

    def work(self) -> Generator[Outcome]:
        """Gives the outcomes as they come; whatever ends this ends the workers."""
        try:
            while self._hand_out():
                ready = connection.wait([worker.wire for worker in self._workers])
                for worker in [one for one in self._workers if one.wire in ready]:
                    outcome = self._hear(worker)
                    if outcome:
                        yield outcome
        finally:
            self._end()

    def _hand_out(self) -> bool:
        """Gives every free worker a video; False if all is done."""
        while self._waiting:
            free = [worker for worker in self._workers if worker.task is None]
            if not free and len(self._workers) >= self._jobs:
                break
            worker = free[0] if free else self._hire()
            worker.task, worker.attempt = self._waiting.popleft()
            self._display.begin(worker.task)
            # One that has just died is met when it is listened to.
            with suppress(OSError):
                worker.wire.send(worker.task)
        return any(worker.task for worker in self._workers)

    def _hire(self) -> _Worker:
        # Threads and locks of this process must not be copied into half-dead ones.
        context = multiprocessing.get_context("spawn")
        threads = max(1, cores() // self._jobs)
        ours, theirs = context.Pipe()
        with threads_each(threads), signals_held_back("SIGINT", "SIGHUP"):
            process = context.Process(target=_serve, args=(theirs, threads), daemon=True)
            worker = _Worker(process, ours)
            # Before it begins, so that whatever comes in between ends it too.
            self._workers.append(worker)
            try:
                process.start()
            except OSError as error:
                raise ClimbposeError(
                    f"no more processes can be begun ({error.strerror}); try fewer --jobs"
                ) from error
        # Else the end of the process would not be heard.
        theirs.close()
        return worker

    def _hear(self, worker: _Worker) -> Outcome | None:
        """Takes one piece of news; an outcome if the worker has done with its video."""
        try:
            news = worker.wire.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        assert worker.task is not None
        match news:
            case int(frames):
                self._display.advance(worker.task, frames)
            case (str(stage), (int() | None) as total):
                self._display.stage(worker.task, stage, total)
            case Outcome():
                worker.task = None
                return replace(news, attempts=worker.attempt)
        return None

    def _bury(self, worker: _Worker) -> Outcome | None:
        """After a worker's death: its video is tried once more, or has failed."""
        self._workers.remove(worker)
        worker.wire.close()
        _join(worker.process, _GRACE_S)
        task, attempt = worker.task, worker.attempt
        if task is None:
            return None
        tidy(task)
        if attempt < _MOST_ATTEMPTS:
            # What stands there now is what the dead one wrote.
            self._waiting.append((replace(task, overwrite=True), attempt + 1))
            return None
        return failure(task, f"{task.source}: {_death(worker.process.exitcode)}", attempts=attempt)

    def _end(self) -> None:
        """Ends all workers at once, and removes what those leave that had to be killed."""
        for worker in self._workers:
            if worker.task is None:
                worker.wire.close()
            elif worker.process.pid is not None:
                worker.process.terminate()
        deadline = monotonic() + _GRACE_S
        for worker in self._workers:
            if worker.process.pid is None:
                continue
            _join(worker.process, deadline - monotonic())
            worker.wire.close()
            if worker.task is not None and worker.process.exitcode != _ENDED:
                tidy(worker.task)


def _join(process: SpawnProcess, seconds: float) -> None:
    """Waits for a process to end, and no longer."""
    process.join(max(0.0, seconds))
    if process.is_alive():
        process.kill()
        process.join()


def _death(exit_code: int | None) -> str:
    """Why the process that annotated a video is no more, as people call it."""
    told = "the process that annotated it"
    if exit_code is None or exit_code >= 0:
        return f"{told} ended with code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    if name == "SIGKILL":
        return f"{told} was killed by SIGKILL, twice; perhaps out of memory: try fewer --jobs"
    return f"{told} was killed by {name}, twice; is the video damaged?"


def tidy(task: Task) -> None:
    """Removes the half files of a process that was killed, unless another run has begun."""
    if not isinstance(task.folder, Path):
        return
    with suppress(ClimbposeError), claimed(task.job.report):
        for path in task.job.outputs(task.options):
            if path != task.job.report:
                with suppress(OSError):
                    path.with_name(f"{path.name}{PART_SUFFIX}").unlink(missing_ok=True)
