"""Training of a learned smoother, from data to weights that annotating can use."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from climbpose.checkpoint import Stored
from climbpose.errors import DatasetError, UsageError
from climbpose.smoothers.learned import VARIANTS, build
from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.smoothers.learned.stored import read_network, variant_of
from climbpose.training import run as run_files
from climbpose.training.run import Run, damaged
from climbpose.training.smoothing.config import STEADY
from climbpose.training.smoothing.machine import Machine
from climbpose.training.smoothing.material import TRAINED, VALIDATED, Material, Sightings
from climbpose.training.smoothing.pairs import labelled_videos, pair
from climbpose.training.smoothing.session import Trained
from climbpose.training.smoothing.settings import FINETUNE, SmootherTraining
from climbpose.training.smoothing.task import Task

if TYPE_CHECKING:
    from lightning_fabric import Fabric

__all__ = ["Machine", "Trained", "read_training", "resume_smoother", "train_smoother"]


def train_smoother(folder: Path, training: SmootherTraining, machine: Machine) -> Trained:
    """Begins a run, and trains to its end or until it is asked to stop.

    Args:
        folder: Of the run; made where it is not there.
        training: What the run is made from.
        machine: What it is made with.

    Raises:
        ClimbposeError: An input cannot be used, or a run is there.
        StopRequest.Stopped: It was asked to stop; what is done is kept.
    """
    training.check()
    fabric = _fabric(training, machine)
    Run(folder).check_free()
    network, start = _network(training)
    read = _material(training, machine, folder, training.config.frames_for(network))
    run = Run(folder, is_drawn=False)
    if machine.is_first:
        Run.begin(folder, training.to_json(), is_drawn=False)
    return _train(fabric, machine, run, training, (network, start), read)


def resume_smoother(folder: Path, kind: str, machine: Machine) -> Trained:
    """Goes on with a run.

    Args:
        folder: Of the run.
        kind: ``pretrain`` or ``finetune``, which the run must be.
        machine: What it is made with.

    Raises:
        ClimbposeError: There is none, or it is damaged, or an input is no longer there or has
            changed.
        StopRequest.Stopped: It was asked to stop; what is done is kept.
    """
    run = Run(folder, is_drawn=False)
    training = read_training(run)
    if training.kind != kind:
        raise UsageError(f"{folder} holds a run of climbpose train {training.kind}; use that")
    training.check()
    fabric = _fabric(training, machine)
    state = run.load_state()
    network, start = _network(training)
    read = _material(training, machine, folder, training.config.frames_for(network))
    return _train(fabric, machine, run, training, (network, start), read, state)


def read_training(run: Run) -> SmootherTraining:
    """What a run is made from.

    Raises:
        DatasetError: There is none, or it is damaged, or it is of something else.
    """
    content = run.config()
    try:
        return SmootherTraining.from_json(content)
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(run.folder / run_files.CONFIG, error) from error


def _fabric(training: SmootherTraining, machine: Machine) -> "Fabric":
    machine.accelerator()
    machine.check_batch(training.config)
    fabric = machine.fabric(training.config.precision)
    if machine.is_external:
        fabric.launch()
    return fabric


def _network(training: SmootherTraining) -> tuple[SmoothingNetwork, Stored | None]:
    """The network to begin with, and the file that it is from."""
    config = training.config
    if training.start is None:
        torch.manual_seed(config.seed)
        network = build(*VARIANTS[config.network])
        if config.objective == STEADY:
            network.begin_still()
        return network, None
    network, stored = read_network(training.start)
    found = variant_of(stored)
    if found != config.network:
        raise UsageError(
            f"--from {training.start} holds {found}, but --model is {config.network}; give one of "
            "them, or both alike"
        )
    return network, stored


_Read = Callable[[], Material]


def _material(training: SmootherTraining, machine: Machine, folder: Path, length: int) -> _Read:
    """Reads and checks all that can be before anything is written, and gives what does the rest."""
    config = training.config
    if training.kind != FINETUNE:
        material = Material.of([source.read() for source in training.data], config)
        _check_windows(material, training, length)
        return lambda: material
    found = [labelled_videos(source, training.videos) for source in training.data]

    def watch() -> Material:
        samples = training.samples or folder / run_files.SAMPLES
        pairs = [
            pair(videos, training.detector, samples, machine.say, training.weights)
            for videos in found
        ]
        seen = Sightings.joined([one for _, one in pairs])
        material = Material.of([clips for clips, _ in pairs], config, seen)
        _check_windows(material, training, length)
        return material

    return watch


def _check_windows(material: Material, training: SmootherTraining, length: int) -> None:
    for name in (TRAINED, VALIDATED):
        material.windows(name, training.config, length)


def _train(
    fabric: "Fabric",
    machine: Machine,
    run: Run,
    training: SmootherTraining,
    begun: tuple[SmoothingNetwork, Stored | None],
    read: _Read,
    state: Mapping[str, Any] | None = None,
) -> Trained:
    # Where several processes have been begun already, one looks at the videos for all.
    with fabric.rank_zero_first():
        material = read()
    if state is not None and state.get("data") != material.key:
        raise DatasetError(
            f"the data have changed since {run.folder} was begun; restore them, or begin another "
            "run with another -o"
        )
    if machine.is_first:
        shown = ", ".join(f"{count} {what}" for what, count in material.summary().items())
        machine.say(f"{training.kind} {training.config.network}: {shown}")
    return machine.work(fabric, Task(run, training, material, *begun))


def with_start(training: SmootherTraining, model: str | None) -> SmootherTraining:
    """The training with the network that its start holds, where none is told.

    Raises:
        ModelError: The start cannot be read, or it is of no variant.
    """
    if training.start is None or model is not None:
        return training
    _, stored = read_network(training.start)
    return replace(training, config=replace(training.config, network=variant_of(stored)))
