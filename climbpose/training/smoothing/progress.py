"""What a training run tells while it goes on, and how it is asked to stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        step: Batches done.
        steps: There are at most.
        epoch: Being worked on, from 1.
        epochs: There are at most.
        loss: Of the last batch.
        figures: Of the last look at the validation windows.
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    figures: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Reporter(Protocol):
    """Takes news of a run."""

    def say(self, line: str) -> None:
        """One line of news."""
        ...

    def show(self, progress: Progress) -> None:
        """How far the run is; not of every step."""
        ...

    def asked(self) -> int:
        """The signal that asks to stop, 0 where none does."""
        ...
