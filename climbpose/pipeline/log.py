"""What is seen of a run while it goes on, and what it leaves for its report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from climbpose.detectors import ModelFile
from climbpose.repair import Repair
from climbpose.timings import Timings


@runtime_checkable
class Observer(Protocol):
    """Sees a run's progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins, of about ``total`` frames."""
        ...

    def advance(self) -> None:
        """One frame of the stage is done."""
        ...


@dataclass
class Log:
    """What the stages of a run have to tell.

    Attributes:
        observer: Sees the progress.
        timings: Seconds of each stage.
        warnings: One line each, some of them perhaps more than once.
        models: The model files that were used.
        repairs: Where left and right were exchanged.
    """

    observer: Observer
    timings: Timings = field(default_factory=Timings)
    warnings: list[str] = field(default_factory=list)
    models: Sequence[ModelFile] = ()
    repairs: Sequence[Repair] = ()
