"""The work on a run of a learned smoother, from its begin or from where it was stopped."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.smoothers.learned.stored import arrays_of
from climbpose.training import run as run_files
from climbpose.training.run import damaged
from climbpose.training.smoothing import plots
from climbpose.training.smoothing.loop import Feeds, Trainer
from climbpose.training.smoothing.material import TRAINED, VALIDATED
from climbpose.training.smoothing.progress import Progress, Reporter
from climbpose.training.smoothing.task import Task, header_of

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_SAVE_EVERY_S = 120.0
_DRAW_EVERY_S = 20.0
_SHOW_EVERY_S = 0.2

_AGREE_EVERY = 10
"""Steps after which several processes agree on whether to save or to stop."""

_SAVE = 1 << 16
"""In what they agree on; signals are less."""

_TIMED = 3
_TRAINING_SHARE = 0.8
"""Of the minutes; the rest is for validation."""


@dataclass(frozen=True)
class Trained:
    """What a run has come to.

    Attributes:
        folder: Of the run.
        weights: The best network so far.
        step: Of the run.
        epoch: Whole epochs done.
        before: Figures of the network that was begun with, on the validation windows.
        best: The same of the best network.
        reason: Why the run ended; what happened where it was stopped.
        number: The signal that stopped it, 0 where it is done.
    """

    folder: Path
    weights: Path
    step: int
    epoch: int
    before: Mapping[str, float]
    best: Mapping[str, float]
    reason: str
    number: int = 0


@dataclass
class _Course:
    """How a run went so far."""

    before: dict[str, float]
    best: dict[str, float]
    latest: dict[str, float]
    best_epoch: int = 0
    least_loss: float = float("inf")
    stale: int = 0
    elapsed_s: float = 0.0
    reason: str = ""


class Session:
    """A run that is being worked on by one of its processes."""

    def __init__(self, fabric: "Fabric", task: Task, reporter: Reporter) -> None:
        self._fabric, self._task, self._reporter = fabric, task, reporter
        self._run, self._config = task.run, task.training.config
        self._network = deepcopy(task.network)
        self._feeds = Feeds.of(
            task.material, self._config, self._config.frames_for(self._network), fabric.device
        )
        self._course = _Course({}, {}, {})
        self._began = self._saved = self._drawn = self._shown = monotonic()

    def train(self) -> Trained:
        """Trains to the end, or until it is asked to stop."""
        state = self._fabric.broadcast(
            self._run.load_state() if self._fabric.is_global_zero else None
        )
        if state is None and self._config.minutes and not self._config.epoch_steps:
            self._settle_epochs()
        trainer = self._trainer(self._network)
        if state is None:
            self._begin(trainer)
        else:
            self._restore(trainer, state)
        number = 0
        while not self._course.reason and not number:
            loss = trainer.one_step()
            is_whole = trainer.step % trainer.epoch_steps == 0
            if is_whole:
                self._end_epoch(trainer)
            self._show(trainer, loss)
            number = self._look_up(trainer, is_whole)
        self._draw(is_due=True)
        return self._trained(trainer, number)

    def _trainer(self, network: SmoothingNetwork) -> Trainer:
        return Trainer(self._config, network, self._feeds, self._fabric)

    def _settle_epochs(self) -> None:
        """Finds out how long an epoch may be, so that all of them take the minutes."""
        probe = replace(self._config, validation_windows=_TIMED * self._config.batch)
        trainer = Trainer(probe, deepcopy(self._network), self._feeds, self._fabric)
        trainer.one_step()
        began = monotonic()
        for _ in range(_TIMED):
            trainer.one_step()
        stepped = monotonic()
        trainer.validate()
        step_s, look_s = (stepped - began) / _TIMED, (monotonic() - stepped) / _TIMED
        epoch_s = (self._config.minutes or 0) * 60 / self._config.epochs
        steps = max(1, int(epoch_s * _TRAINING_SHARE / step_s))
        looks = max(1, int(epoch_s * (1 - _TRAINING_SHARE) / look_s))
        steps, looks = self._fabric.broadcast((steps, looks))
        self._config = replace(
            self._config,
            epoch_steps=min(steps, trainer.epoch_steps),
            validation_windows=self._config.validation_windows or looks * self._config.batch,
        )
        if self._fabric.is_global_zero:
            training = replace(self._task.training, config=self._config)
            self._run.write_config(training.to_json())
        self._say(f"{step_s:.3f} s a step: {self._config.epoch_steps} steps an epoch")

    def _begin(self, trainer: Trainer) -> None:
        windows = {
            name: len(feed.windows)
            for name, feed in (
                (TRAINED, self._feeds.trained),
                (VALIDATED, self._feeds.validated),
            )
        }
        self._say(
            f"{windows[TRAINED]} windows to train on, {windows[VALIDATED]} to validate on; "
            f"{trainer.epoch_steps} steps an epoch"
        )
        figures = trainer.validate()
        self._course = _Course(figures, figures, figures)
        self._note(trainer, {"epoch": 0.0, **figures})
        self._save(trainer, run_files.BEST, run_files.LAST)

    def _restore(self, trainer: Trainer, state: Mapping[str, Any]) -> None:
        try:
            course = _Course(**state["course"])
            trainer.restore(state["trainer"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise damaged(self._run.folder / run_files.STATE, error) from error
        self._course = course
        self._began -= course.elapsed_s
        if self._fabric.is_global_zero:
            self._run.go_back(trainer.step)
        self._say(f"going on after step {trainer.step}")

    def _end_epoch(self, trainer: Trainer) -> None:
        """Looks at the validation windows: is it better, and is it enough?"""
        config, course = self._config, self._course
        course.latest = figures = trainer.end_epoch(trainer.validate())
        chosen = f"pck@{config.best_at:g}"
        is_best = figures[chosen] > course.best[chosen]
        if is_best:
            course.best, course.best_epoch = figures, trainer.epoch
        course.stale += 1
        if figures["val_loss"] < course.least_loss:
            course.least_loss, course.stale = figures["val_loss"], 0
        spent_min = self._fabric.broadcast(monotonic() - self._began) / 60
        if trainer.epoch >= config.epochs:
            course.reason = f"{config.epochs} epochs"
        elif course.stale >= config.stop_after:
            course.reason = f"no improvement in {course.stale} epochs"
        elif config.minutes is not None and spent_min >= config.minutes:
            course.reason = f"{config.minutes:g} minutes"
        self._note(trainer, figures)
        self._draw(is_due=False)
        self._save(trainer, *([run_files.BEST] if is_best else []), run_files.LAST)

    def _look_up(self, trainer: Trainer, is_saved: bool) -> int:
        """Between two steps: the signal that asks to stop; saves where that is due."""
        if self._fabric.world_size > 1 and trainer.step % _AGREE_EVERY:
            return 0
        is_due = monotonic() - self._saved >= _SAVE_EVERY_S
        word = self._fabric.broadcast(self._reporter.asked() | (_SAVE if is_due else 0))
        number = word & (_SAVE - 1)
        if word and not is_saved:
            self._save(trainer, run_files.LAST)
        return number

    def _note(self, trainer: Trainer, figures: Mapping[str, float]) -> None:
        if self._fabric.is_global_zero:
            self._run.note(trainer.step, figures)
            shown = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
            self._run.say(f"step {trainer.step}: {shown}")

    def _draw(self, *, is_due: bool) -> None:
        if self._fabric.is_global_zero and (is_due or monotonic() - self._drawn >= _DRAW_EVERY_S):
            plots.draw(self._run.figures(), self._title(), self._run.folder)
            self._drawn = monotonic()

    def _title(self) -> str:
        config = self._config
        noise = f"noise {config.noise}" + (
            f", k = {config.k:g}" if config.noise == "thesis" else ""
        )
        return f"{self._task.training.kind}: {config.network}, {noise}"

    def _show(self, trainer: Trainer, loss: Any) -> None:
        is_due = monotonic() - self._shown >= _SHOW_EVERY_S
        if not (self._fabric.is_global_zero and (is_due or self._course.reason)):
            return
        self._shown = monotonic()
        self._reporter.show(
            Progress(
                step=trainer.step,
                steps=self._config.epochs * trainer.epoch_steps,
                epoch=min(trainer.epoch + 1, self._config.epochs),
                epochs=self._config.epochs,
                loss=float(loss),
                figures=self._course.latest,
            )
        )

    def _save(self, trainer: Trainer, *names: str) -> None:
        """Keeps the network under these names, and all that is needed to go on."""
        self._course.elapsed_s = monotonic() - self._began
        state = trainer.state()
        self._saved = monotonic()
        if not self._fabric.is_global_zero:
            return
        header = header_of(self._task, self._config, self._spent(trainer), self._course.latest)
        for name in names:
            self._run.save_arrays(name, arrays_of(trainer.plain), header)
        self._run.save_state(
            {"trainer": state, "course": asdict(self._course), "data": self._task.material.key}
        )

    def _spent(self, trainer: Trainer) -> dict[str, Any]:
        """What the weights have cost so far."""
        return {
            "epochs": trainer.epoch,
            "steps": trainer.step,
            "windows": trainer.seen_windows,
            "minutes": round(self._course.elapsed_s / 60, 2),
            "device": self._fabric.device.type,
            "processes": self._fabric.world_size,
        }

    def _trained(self, trainer: Trainer, number: int) -> Trained:
        course = self._course
        return Trained(
            folder=self._run.folder,
            weights=self._run.folder / run_files.BEST,
            step=trainer.step,
            epoch=trainer.epoch,
            before=course.before,
            best=course.best,
            reason=course.reason or f"stopped after step {trainer.step}",
            number=0 if course.reason else number,
        )

    def _say(self, line: str) -> None:
        if self._fabric.is_global_zero:
            self._run.say(line)
            self._reporter.say(line)
