"""Annotates the videos of a batch on a Ray cluster."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

from climbpose import __version__
from climbpose.batch.engine import BatchObserver
from climbpose.batch.local import WORKER_BYTES, jobs_for, tidy
from climbpose.batch.ray_cluster import joined
from climbpose.batch.ray_worker import NEWS_INTERVAL_S, Newsroom, Wire, annotate_one
from climbpose.batch.task import Outcome, Task, failure
from climbpose.errors import UsageError

_LOOK_INTERVAL_S = 5.0
_GRACE_S = 5.0
"""How long workers may take to remove their half files."""

_MOST_ATTEMPTS = 3
"""A lost machine is nobody's fault, so one more than on a single machine."""

_ADDRESS = "RAY_ADDRESS"
"""Environment variable by which Ray itself tells its jobs where their cluster is."""


@dataclass(frozen=True)
class Ray:
    """A task of Ray's for each video.

    Attributes:
        jobs: How many at the same time, None for as many as the cluster has room for.
        address: Of the cluster; None for the one of ``RAY_ADDRESS``, else for one on this machine
            that ends with the batch.
    """

    jobs: int | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if find_spec("ray") is None:
            raise UsageError(
                "--engine ray needs a package that is not installed; pip install 'climbpose[ray]'"
            )

    def run(self, tasks: Sequence[Task], display: BatchObserver) -> Iterator[Outcome]:
        """Annotates the videos; see `Engine`.

        Raises:
            ClimbposeError: The cluster cannot be reached.
        """
        address = self.address or os.environ.get(_ADDRESS) or None
        jobs = self.jobs or (jobs_for(len(tasks)) if address is None else None)
        with joined(address) as ray:
            yield from _Batch(ray, tasks, jobs, display).work()


@dataclass(frozen=True)
class _Try:
    """A video that a worker has, or soon will have."""

    video: int
    number: int
    cpus: int = field(default=1, compare=False)


class _Batch:
    """The videos of a batch, and which of them the cluster has."""

    def __init__(
        self, ray: Any, tasks: Sequence[Task], jobs: int | None, display: BatchObserver
    ) -> None:
        self._ray, self._tasks, self._display = ray, tasks, display
        self._waiting = deque(_Try(video, 1) for video in range(len(tasks)))
        self._running: dict[Any, _Try] = {}
        self._begun: set[_Try] = set()
        self._jobs = jobs
        self._looked_at = monotonic()
        self._newsroom = ray.remote(num_cpus=0, max_restarts=-1)(Newsroom).remote()
        self._asked: Any = None
        self._asked_at = 0.0

    def work(self) -> Iterator[Outcome]:
        """Gives the outcomes as they come; whatever ends this ends the work."""
        try:
            while self._hand_out():
                done, _ = self._ray.wait(list(self._running), timeout=NEWS_INTERVAL_S)
                self._hear()
                for reference in done:
                    outcome = self._take(reference)
                    if outcome:
                        yield outcome
                self._free_the_stuck()
        finally:
            self._end()

    def _hand_out(self) -> bool:
        """Gives the cluster as many videos as it may have; False if all is done."""
        while self._waiting and (self._jobs is None or len(self._running) < self._jobs):
            attempt = self._waiting.popleft()
            task = self._tasks[attempt.video]
            if attempt.number > 1:
                # What stands there now is what the lost one wrote.
                task = replace(task, overwrite=True)
            cpus, memory = _share(self._ray, self._jobs)
            # Tries are counted here: a next one must replace what the one before has written.
            worker = self._ray.remote(num_cpus=cpus, memory=memory, max_retries=0)(annotate_one)
            wire = Wire(self._newsroom, attempt.video, attempt.number)
            reference = worker.remote(task, wire, cpus, str(Path.cwd()), __version__)
            self._running[reference] = replace(attempt, cpus=cpus)
        return bool(self._running)

    def _free_the_stuck(self) -> None:
        """Gives those another share that wait for as many CPUs as no machine has any more."""
        if monotonic() - self._looked_at < _LOOK_INTERVAL_S:
            return
        self._looked_at = monotonic()
        most = max((int(node.get("CPU", 0)) for node in _nodes(self._ray)), default=0)
        for reference, attempt in list(self._running.items()):
            if attempt not in self._begun and 0 < most < attempt.cpus:
                self._cancel(reference)
                del self._running[reference]
                self._waiting.appendleft(attempt)

    def _hear(self) -> None:
        """Takes the news that have come; never waits for any."""
        if self._asked is None:
            if monotonic() - self._asked_at >= NEWS_INTERVAL_S:
                self._asked, self._asked_at = self._newsroom.take.remote(), monotonic()
            return
        if not self._ray.wait([self._asked], timeout=0)[0]:
            return
        asked, self._asked = self._asked, None
        # With the node that it was on, a newsroom loses what nobody has asked for.
        with suppress(self._ray.exceptions.RayError):
            for video, number, what, how_much in self._ray.get(asked):
                attempt = _Try(video, number)
                if attempt in self._running.values():
                    self._show(attempt, what, how_much)

    def _show(self, attempt: _Try, what: str, how_much: Any) -> None:
        task = self._tasks[attempt.video]
        if attempt not in self._begun:
            self._begun.add(attempt)
            self._display.begin(task)
        if what == "":
            self._display.advance(task, how_much)
        elif what != "begin":
            self._display.stage(task, what, how_much)

    def _take(self, reference: Any) -> Outcome | None:
        """What became of a video; None if it is tried once more."""
        attempt = self._running[reference]
        self._show(attempt, "begin", None)
        del self._running[reference]
        task, errors = self._tasks[attempt.video], self._ray.exceptions
        try:
            outcome: Outcome = self._ray.get(reference)
        except errors.RayTaskError as error:
            # What the order itself raises is an outcome, so the worker could not read the order.
            told = f"{task.source}: a worker could not begin ({_first_line(error)}); is climbpose "
            return failure(
                task, f"{told}{__version__} installed on all nodes?", attempts=attempt.number
            )
        except errors.RayError as error:
            tidy(task)
            if attempt.number < _MOST_ATTEMPTS:
                self._waiting.append(_Try(attempt.video, attempt.number + 1))
                return None
            return failure(task, _loss(task, errors, error), attempts=attempt.number)
        return replace(outcome, task=task, attempts=attempt.number)

    def _end(self) -> None:
        """Ends all work at once, and removes what those leave that had to be killed."""
        left, self._running = self._running, {}
        if not left:
            return
        # Ray's own way to interrupt a worker can end this process: where the worker's answer comes
        # later, Ray finds that the task is none any more.
        self._newsroom.close.remote()
        for reference, attempt in left.items():
            if attempt not in self._begun:
                self._cancel(reference)
        with suppress(self._ray.exceptions.RayError):
            _, late = self._ray.wait(list(left), num_returns=len(left), timeout=_GRACE_S)
            for reference in late:
                self._cancel(reference)
        for attempt in left.values():
            tidy(self._tasks[attempt.video])

    def _cancel(self, reference: Any) -> None:
        """Kills a worker, or keeps it from being begun."""
        with suppress(self._ray.exceptions.RayError, ValueError):
            self._ray.cancel(reference, force=True)


def _share(ray: Any, jobs: int | None) -> tuple[int, int]:
    """How many CPUs and bytes each of so many videos at the same time takes."""
    nodes = _nodes(ray)
    most = max((int(node.get("CPU", 0)) for node in nodes), default=0)
    total = int(sum(node.get("CPU", 0) for node in nodes))
    cpus = 1 if jobs is None else max(1, min(most, total // jobs))
    memory = max((int(node.get("memory", 0)) for node in nodes), default=0)
    return cpus, min(WORKER_BYTES, memory) or WORKER_BYTES


def _nodes(ray: Any) -> list[dict[str, float]]:
    """What each machine of the cluster has."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def _loss(task: Task, errors: Any, error: Exception) -> str:
    """Why a video was given up."""
    told = f"{task.source}: the worker that annotated it was lost {_MOST_ATTEMPTS} times"
    if isinstance(error, errors.OutOfMemoryError):
        return f"{told}, for lack of memory; try fewer --jobs"
    return f"{told}; perhaps out of memory, or is the video damaged? ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
