"""The work on a training run, from its begin or from where it was stopped."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any

import numpy as np
import torch

from climbpose.checkpoint import Checkpoint
from climbpose.errors import UsageError
from climbpose.skeleton import CLIMBING_25
from climbpose.training import labelled
from climbpose.training import run as run_files
from climbpose.training.collecting import Collected, collect
from climbpose.training.loop import Choice, Pool, Trainer
from climbpose.training.making import kept, key_of
from climbpose.training.run import Run, damaged
from climbpose.training.settings import DetectorTraining
from climbpose.training.start import load_landmarks
from climbpose.training.stopping import StopRequest
from climbpose.training.synthetic import FreshSamples, Place, held_out_samples
from climbpose.training.targets import Alignment
from climbpose.training.teacher import Teacher
from climbpose.training.validation import HeldOut

_HELD_OUT_SYNTHETIC = 64
_VALIDATIONS = 20
"""In a whole run."""

_NOTED_STEPS = 10
"""The losses of so many steps make one row of the table."""

_TIMED_STEPS = 3


@dataclass(frozen=True)
class Trained:
    """What a run has come to.

    Attributes:
        folder: Of the run.
        weights: The best network so far.
        step: Of the run.
        before: Figures on the held-out samples of the network that was begun with.
        best: The same of the best network.
    """

    folder: Path
    weights: Path
    step: int
    before: Mapping[str, float]
    best: Mapping[str, float]


@dataclass(frozen=True)
class Machine:
    """What a run is made with, which does not change what comes out but for roundings.

    Attributes:
        device: ``cpu``, ``cuda`` or ``auto``.
        jobs: Processes that make synthetic frames.
        say: Takes one line of news.
        advance: Is told of each step that is done, and of how many there are.
    """

    device: str = "auto"
    jobs: int = 1
    say: Callable[[str], None] = print
    advance: Callable[[int, int], None] = lambda step, steps: None

    def torch_device(self) -> str:
        """As torch names it.

        Raises:
            UsageError: There is no such device.
        """
        has_gpu = torch.cuda.is_available()
        if self.device == "cuda" and not has_gpu:
            raise UsageError("--device cuda: torch finds no GPU here; use --device cpu")
        return "cuda" if has_gpu and self.device != "cpu" else "cpu"


class Session:
    """A run that is being worked on."""

    def __init__(
        self, run: Run, training: DetectorTraining, machine: Machine, device: str, start: Checkpoint
    ) -> None:
        self._run, self._training, self._machine = run, training, machine
        self._device, self._start = device, start
        self._identities = training.identities()
        self._best: dict[str, float] = {}
        self._before: dict[str, float] = {}
        self._fresh: FreshSamples | None = None

    def train(self) -> Trained:
        """Trains to the end."""
        state = self._run.load_state()
        try:
            place = Place(**state["place"]) if state else Place()
            step = int(state["trainer"]["step"]) if state else 0
            self._best, self._before = (state[n] if state else {} for n in ("best", "before"))
        except (KeyError, TypeError) as error:
            raise damaged(self._run.folder / run_files.STATE, error) from error
        if step < self._training.train.steps:
            self._work(state, place)
            # Nothing is drawn from them any more.
            rmtree(self._run.folder / run_files.FRESH, ignore_errors=True)
        return Trained(
            folder=self._run.folder,
            weights=self._run.folder / (run_files.BEST if self._best else run_files.LAST),
            step=self._training.train.steps,
            before=self._before,
            best=self._best,
        )

    def _work(self, state: Mapping[str, Any] | None, place: Place) -> None:
        collected = self._collect()
        with ExitStack() as stack:
            pools: dict[str, Pool] = {
                name: Choice(found) for name, found in collected.trained.items()
            }
            if labelled.SYNTHETIC in self._training.shares():
                self._say("making the first synthetic frames, which takes a minute or two")
                self._fresh = stack.enter_context(self._fresh_samples(place))
                pools[labelled.SYNTHETIC] = self._fresh
            alignment = self._alignment(collected, state)
            if self._training.minutes and not state:
                self._settle_steps(pools, alignment)
            trainer = self._trainer(pools, alignment)
            if state:
                self._restore(trainer, state)
            stop = stack.enter_context(StopRequest())
            self._loop(trainer, HeldOut(collected.held_out, alignment), alignment, stop)

    def _collect(self) -> Collected:
        training = self._training
        folder = training.samples or self._run.folder / run_files.SAMPLES
        teacher = Teacher.of(load_landmarks(training.taught_by).graph)
        collected = collect(
            training.unlabelled, training.labelled, teacher, folder, training.finder, self._say
        )
        if training.is_synthetic:
            # Of another seed's looks, the same for every run.
            options = replace(training.synthetic, seed=0)
            key = key_of(teacher.key, options.seconds, options.every, _HELD_OUT_SYNTHETIC)
            path = folder / labelled.SYNTHETIC / f"held_out-{key}.npz"
            if not path.exists():
                self._say("making synthetic frames to validate on")
            collected.held_out[labelled.SYNTHETIC] = kept(
                path, lambda: held_out_samples(options, teacher, _HELD_OUT_SYNTHETIC)
            )
        return collected

    def _fresh_samples(self, place: Place) -> FreshSamples:
        return FreshSamples(
            self._run.folder / run_files.FRESH,
            self._training.synthetic,
            self._training.taught_by,
            self._machine.jobs,
            place,
        )

    def _alignment(self, collected: Collected, state: Mapping[str, Any] | None) -> Alignment | None:
        """How synthetic labels are moved, the same throughout a run."""
        if state and state.get("alignment") is not None:
            return Alignment(state["alignment"].numpy())
        made = self._fresh.window() if self._fresh else []
        made += [
            sample
            for sample in collected.trained.get(labelled.SOURCE, ())
            if sample.source == labelled.SYNTHETIC
        ]
        return Alignment.fit(made) if made and self._training.train.is_aligned else None

    def _trainer(self, pools: Mapping[str, Pool], alignment: Alignment | None) -> Trainer:
        config = replace(self._training.train, mix=self._training.shares())
        return Trainer(config, self._start.graph, pools, alignment, self._device)

    def _settle_steps(self, pools: Mapping[str, Pool], alignment: Alignment | None) -> None:
        """Finds out how many steps the minutes allow, and notes it."""
        samples: dict[str, Pool] = {
            name: Choice(pool.window()) if isinstance(pool, FreshSamples) else pool
            for name, pool in pools.items()
        }
        trainer = self._trainer(samples, alignment)
        trainer.one_step()
        start = monotonic()
        for _ in range(_TIMED_STEPS):
            trainer.one_step()
        seconds = (monotonic() - start) / _TIMED_STEPS
        steps = max(1, int((self._training.minutes or 0) * 60 / seconds))
        train = replace(self._training.train, steps=steps)
        self._training = replace(self._training, train=train)
        self._run.write_config(self._training.to_json())
        self._say(f"{seconds:.2f} s a step: {steps} steps")

    def _restore(self, trainer: Trainer, state: Mapping[str, Any]) -> None:
        try:
            trainer.restore(state["trainer"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise damaged(self._run.folder / run_files.STATE, error) from error
        self._run.go_back(trainer.step)
        self._say(f"going on after step {trainer.step}")

    def _loop(
        self,
        trainer: Trainer,
        held_out: HeldOut,
        alignment: Alignment | None,
        stop: StopRequest,
    ) -> None:
        steps = self._training.train.steps
        between = max(_NOTED_STEPS, steps // _VALIDATIONS)
        losses: list[dict[str, float]] = []
        if not self._before:
            self._before = self._validate(trainer, held_out)
            self._best = dict(self._before)
            self._save(trainer, alignment, run_files.BEST, run_files.LAST)
        while trainer.step < steps:
            losses.append(trainer.one_step())
            self._machine.advance(trainer.step, steps)
            is_due = trainer.step % between == 0 or trainer.step == steps
            if trainer.step % _NOTED_STEPS == 0 or is_due:
                self._run.note(trainer.step, _means(losses))
                losses.clear()
            if is_due:
                figures = self._validate(trainer, held_out)
                is_best = bool(figures) and figures["error"] < self._best["error"]
                self._best = figures if is_best else self._best
                best = [run_files.BEST] if is_best else []
                self._save(trainer, alignment, *best, run_files.LAST)
            if stop.number and trainer.step < steps:
                if not is_due:
                    self._save(trainer, alignment, run_files.LAST)
                stop.obey(f"stopped after step {trainer.step} of {steps}")

    def _validate(self, trainer: Trainer, held_out: HeldOut) -> dict[str, float]:
        if not len(held_out):
            return {}
        figures = held_out.measure(trainer.average, trainer.device)
        self._run.note(trainer.step, figures)
        shown = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._run.say(f"step {trainer.step}: {shown}")
        return figures

    def _save(self, trainer: Trainer, alignment: Alignment | None, *names: str) -> None:
        """Keeps the network under these names, and all that is needed to go on."""
        for name in names:
            self._run.save_weights(name, trainer.average.graph(), self._header(trainer.step))
        place = self._fresh.place() if self._fresh else Place()
        self._run.save_state(
            {
                "trainer": trainer.state(),
                "place": asdict(place),
                "alignment": alignment and torch.from_numpy(alignment.shares.copy()),
                "best": self._best,
                "before": self._before,
            }
        )
        if self._fresh:
            self._fresh.forget(place)

    def _header(self, step: int) -> dict[str, Any]:
        training = self._training
        known = set(self._start.header.get("trained_on", ())) | set(self._identities)
        return {
            "family": "landmarks",
            "name": self._run.folder.name,
            "skeleton": list(CLIMBING_25.keypoints),
            "start": Path(training.start).name,
            "teacher": Path(training.taught_by).name,
            "mix": training.shares(),
            "steps": step,
            "batch": training.train.batch,
            "seed": training.train.seed,
            "origin": self._run.origin,
            "trained_on": sorted(known),
        }

    def _say(self, line: str) -> None:
        self._run.say(line)
        self._machine.say(line)


def _means(losses: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in losses])) for name in losses[0]}
