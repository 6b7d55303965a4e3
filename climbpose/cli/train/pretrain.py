"""``climbpose train pretrain``: a smoother that learns from poses."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from climbpose.cli.errors import reported
from climbpose.cli.train import smoother_options as options
from climbpose.cli.train.lessons import check_resume, configured, shown, summarise, told
from climbpose.cli.train.needs import check_fabric

if TYPE_CHECKING:
    from climbpose.training.smoothing.settings import SmootherTraining


def pretrain(
    out: options.Out = Path("pretraining"),
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[KIND=]PATH",
            help="Labelled poses; the kinds are pose-clips, penn-action, cmu, brace, synthetic, "
            "climbing and some more. Can be given several times.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    data_option: options.DataOptions = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The network; conv3d. An unknown name lists them.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME|FILE",
            help="Weights to begin with; default: fresh ones.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            metavar="K.N",
            help="Noise and frames of an experiment of the thesis, 1.1 to 1.3 and 2.1 to 2.3.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="detector|thesis",
            help="Fitted to the default detector's errors, or the thesis's; default: detector.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    k: Annotated[
        float | None,
        typer.Option(
            metavar="K",
            help="Of the thesis's noise, 3 K cells; 1.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    smears: Annotated[
        str | None,
        typer.Option(
            metavar="S,...",
            help="Widths of the thesis's heatmaps, cells; 1,1.5,2,2.5,3.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    frozen_noise: Annotated[
        bool | None,
        typer.Option(
            "--frozen-noise/--fresh-noise",
            help="Draw the thesis's noise once, as its code does.",
            show_default="fresh-noise",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    box_margin: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            help="Of the thesis's boxes: 0.1 as in its text, 0.05 as in its code.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    every: options.Every = None,
    stride: options.Stride = None,
    split_by: options.SplitBy = None,
    turn: options.Turn = None,
    mirror: options.Mirror = None,
    slack: options.Slack = None,
    batch: options.Batch = None,
    rate: Annotated[
        float | None,
        typer.Option(metavar="R", help="Adam's; 0.001.", rich_help_panel=options.TRAINING),
    ] = None,
    objective: options.Objective = None,
    apart: options.Apart = None,
    weight_decay: options.WeightDecay = None,
    precision: options.Precision = None,
    seed: options.Seed = None,
    epochs: options.Epochs = None,
    epoch_steps: options.EpochSteps = None,
    validation_windows: options.ValidationWindows = None,
    minutes: options.Minutes = None,
    resume: options.Resume = False,
    device: options.Device = "auto",
    processes: options.Processes = 1,
    quiet: options.Quiet = False,
) -> None:
    """Trains a smoother on labelled poses, to which a detector's errors are made up.

    Exit codes: 0 done, 1 failed, 2 wrong usage or files exist, 130 interrupted; a run that was
    interrupted can be gone on with.
    """
    given = told(
        {
            name: value
            for name, value in locals().items()
            if name not in ("out", "resume", "device", "processes", "quiet")
        }
    )
    with reported():
        check_fabric()
        from climbpose.training.smoothing.settings import PRETRAIN
        from climbpose.training.smoothing.smoother import (
            Machine,
            resume_smoother,
            train_smoother,
        )

        if resume:
            check_resume(given)
        with shown(out, is_quiet=quiet or not Machine().is_first) as display:
            machine = Machine(device, processes, display.say, display.show)
            trained = (
                resume_smoother(out, PRETRAIN, machine)
                if resume
                else train_smoother(out, _training(given), machine)
            )
        if machine.is_first and not quiet:
            summarise(trained)


def _training(given: Mapping[str, Any]) -> "SmootherTraining":
    from dataclasses import replace

    from climbpose.datasets.named_sources import parse_sources
    from climbpose.training.smoothing.config import PRETRAINING, parse_smears, with_experiment
    from climbpose.training.smoothing.settings import PRETRAIN, SmootherTraining
    from climbpose.training.smoothing.smoother import with_start

    config = PRETRAINING
    if "experiment" in given:
        config = with_experiment(config, given["experiment"])
    config = configured(config, given)
    if "smears" in given:
        config = replace(config, smears=parse_smears(given["smears"]))
    training = SmootherTraining(
        kind=PRETRAIN,
        config=config,
        data=parse_sources(given.get("data", ()), given.get("data_option", ())),
        start=given.get("start"),
    )
    return with_start(training, given.get("model"))
