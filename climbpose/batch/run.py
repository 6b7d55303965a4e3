"""Works through a plan: what became of each video, told as soon as it is known."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Protocol, runtime_checkable

from climbpose.batch.engine import BatchObserver, Engine
from climbpose.batch.manifest import Manifest
from climbpose.batch.planning import Plan
from climbpose.batch.task import Outcome, Task, bug
from climbpose.errors import ClimbposeError, OutputExistsError

BATCH_FAILED = 3


@runtime_checkable
class Watcher(BatchObserver, Protocol):
    """Sees a whole batch."""

    def settle(self, outcome: Outcome) -> None:
        """A video is done with."""
        ...


def work_through(
    plan: Plan, engine: Engine, watcher: Watcher, manifest: Path | None = None
) -> list[Outcome]:
    """Annotates the videos of a plan.

    Args:
        plan: What is to be done.
        engine: Does it.
        watcher: Is told how it goes on.
        manifest: Gets a row for each video.

    Returns:
        What became of all videos, in their order.

    Raises:
        ClimbposeError: The manifest cannot be written.
    """
    if manifest is not None:
        _check_manifest(manifest, plan.tasks)
    with nullcontext() if manifest is None else Manifest.opened(manifest) as ledger:
        outcomes = {}
        with closing(_outcomes(plan, engine, watcher)) as coming:
            for outcome in coming:
                outcomes[outcome.task.source] = outcome
                if ledger is not None:
                    ledger.note(outcome)
                watcher.settle(outcome)
    return [outcomes[source] for source in plan.sources if source in outcomes]


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """That of a batch: one of several videos that failed gives 3, a single one gives its own."""
    failed = [outcome for outcome in outcomes if outcome.error]
    if len(outcomes) > 1 and failed:
        return BATCH_FAILED
    return failed[0].exit_code if failed else 0


def _outcomes(plan: Plan, engine: Engine, watcher: Watcher) -> Generator[Outcome]:
    yield from plan.settled
    if plan.tasks:
        try:
            # What closes this one closes the engine's too, and so ends its work.
            yield from engine.run(plan.tasks, watcher)
        except ClimbposeError:
            raise
        except Exception as error:
            # A single video is annotated in this process; if it is the last of several, they count.
            if len(plan.tasks) > 1 or len(plan.sources) == 1:
                raise
            yield bug(plan.tasks[0], error)


def _check_manifest(manifest: Path, tasks: Iterable[Task]) -> None:
    """Makes sure that no video or output has the manifest's name.

    Raises:
        OutputExistsError: One has.
    """
    place = manifest.absolute()
    for task in tasks:
        taken = [task.video, *(task.output(path.name) for path in task.job.outputs(task.options))]
        if any(isinstance(other, Path) and other.absolute() == place for other in taken):
            raise OutputExistsError(
                f"--manifest {manifest} is a file of {task.source}; choose another name"
            )
