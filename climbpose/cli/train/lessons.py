"""What ``climbpose train pretrain`` and ``finetune`` share: parse, train, show, tell."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from climbpose.cli.errors import complain, one_line

if TYPE_CHECKING:
    from climbpose.cli.train.lesson_display import LessonDisplay
    from climbpose.training.smoothing.config import SmootherConfig
    from climbpose.training.smoothing.smoother import Trained


def check_resume(given: Mapping[str, Any]) -> None:
    """Refuses options beside ``--resume``.

    Raises:
        UsageError: There are some.
    """
    from climbpose.errors import UsageError

    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(
            f"--resume goes on with the run as it was begun; leave out {names}, or begin another "
            "run with another -o"
        )


def told(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


_CONFIG = {
    "model": "network",
    "noise": "noise",
    "k": "k",
    "frozen_noise": "is_noise_frozen",
    "box_margin": "margin",
    "every": "every",
    "stride": "stride",
    "split_by": "split",
    "turn": "turn_deg",
    "mirror": "is_mirrored",
    "slack": "slack",
    "batch": "batch",
    "rate": "rate",
    "objective": "objective",
    "apart": "is_apart",
    "neutral": "is_neutral",
    "weight_decay": "weight_decay",
    "last_layer_only": "last_layer_only",
    "epochs": "epochs",
    "epoch_steps": "epoch_steps",
    "validation_windows": "validation_windows",
    "minutes": "minutes",
    "precision": "precision",
    "seed": "seed",
}
"""The options of a run's config, and what it calls them."""


def configured(config: "SmootherConfig", given: Mapping[str, Any]) -> "SmootherConfig":
    """The config with what was given."""
    from dataclasses import replace

    changes = {_CONFIG[name]: value for name, value in given.items() if name in _CONFIG}
    return replace(config, **changes)


@contextmanager
def shown(out: Path, *, is_quiet: bool) -> Generator["LessonDisplay"]:
    """A display around the training; how it was stopped is told after it."""
    from climbpose.cli.train.lesson_display import LessonDisplay
    from climbpose.training.stopping import StopRequest

    display = LessonDisplay(out, is_quiet=is_quiet)
    try:
        with display:
            yield display
    except StopRequest.Stopped as stopped:
        complain(f"{stopped}; go on with the same command, -o {out} and --resume")
        raise typer.Exit(stopped.exit_code) from stopped


def summarise(trained: "Trained") -> None:
    """Tells on stdout what a run has come to."""
    for name, best in sorted(trained.best.items()):
        if name.startswith("pck@"):
            identity = trained.best[f"identity@{name.removeprefix('pck@')}"]
            before = trained.before[name]
            typer.echo(f"{name}: {best:.1%}; before {before:.1%}, identity {identity:.1%}")
    typer.echo(f"ended after {trained.reason}: {trained.step} steps in {trained.epoch} epochs")
    typer.echo(f"the best weights: {one_line(str(trained.weights))}")
