"""Who annotates the videos of a batch: processes of this machine, or a cluster."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from climbpose.batch.task import Outcome, Task
from climbpose.errors import UsageError

NAMES = ("local", "ray")


@runtime_checkable
class BatchObserver(Protocol):
    """Sees how the videos that are being annotated get on.

    A video is told of from `begin` on until its outcome is given; one that is tried once more
    begins once more.
    """

    def begin(self, task: Task) -> None:
        """Work on a video begins."""
        ...

    def stage(self, task: Task, name: str, total: int | None) -> None:
        """A stage of a video's run begins, of about ``total`` frames."""
        ...

    def advance(self, task: Task, frames: int) -> None:
        """So many frames more of a video's stage are done."""
        ...


@runtime_checkable
class Engine(Protocol):
    """Annotates videos."""

    def run(self, tasks: Sequence[Task], display: BatchObserver) -> Iterator[Outcome]:
        """Annotates the videos, and gives each one's outcome as soon as there is one.

        Whatever ends the iteration early (Ctrl-C, or closing it) ends all work at
        once, and leaves no process and no half file.
        """
        ...


def create(name: str, jobs: int | None, address: str | None = None) -> Engine:
    """The engine of this name.

    Args:
        name: One of `NAMES`.
        jobs: How many videos at the same time, None for what is fastest.
        address: Of the cluster, for ``ray``; None begins one on this machine.

    Raises:
        UsageError: There is no such engine, or it cannot be had.
    """
    if name not in NAMES:
        raise UsageError(f"--engine {name!r} is not known; choose one of: {', '.join(NAMES)}")
    if name == "ray":
        # Heavy, and an extra that most do without.
        from climbpose.batch.ray_engine import Ray

        return Ray(jobs, address)
    if address is not None:
        raise UsageError("--address is of --engine ray; leave it out, or add --engine ray")
    from climbpose.batch.local import Local

    return Local(jobs)
