"""``climbpose train finetune``: a smoother that learns from a detector on the user's own videos."""

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


def finetune(
    out: options.Out = Path("finetuning"),
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[KIND=]PATH",
            help="Labels of videos: CVAT's XML, COCO keypoints, or what climbpose synth makes. Can "
            "be given several times.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    data_option: options.DataOptions = None,
    videos: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Of the labelled videos; default: beside their labels.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|NPZ|FOLDER",
            help="Which detector looks at the videos; or its detections, a folder of them having a "
            "file named as each video.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A detector's network of your own, as climbpose train detector makes it.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where detections are kept, for several runs to share; default: in RUN.",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The network that climbpose ships and is to be finetuned; conv3d.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME|FILE",
            help="Weights to begin with, instead of the shipped ones.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    last_layer_only: Annotated[
        bool | None,
        typer.Option(
            "--last-layer-only/--all-layers",
            help="Leave all other layers as they are.",
            show_default="all-layers",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    neutral: Annotated[
        bool | None,
        typer.Option(
            "--neutral/--as-labelled",
            help="Move each video's labels to where the detector usually sees the same keypoints, "
            "to learn to mend only what changes.",
            show_default="as-labelled",
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
        typer.Option(metavar="R", help="Adam's; 0.0001.", rich_help_panel=options.TRAINING),
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
    """Trains a smoother further on what a detector sees in your own labelled videos.

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
        from climbpose.training.smoothing.settings import FINETUNE
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
                resume_smoother(out, FINETUNE, machine)
                if resume
                else train_smoother(out, _training(given), machine)
            )
        if machine.is_first and not quiet:
            summarise(trained)


def _training(given: Mapping[str, Any]) -> "SmootherTraining":
    from climbpose import detectors
    from climbpose.datasets.named_sources import parse_sources
    from climbpose.training.smoothing.config import FINETUNING
    from climbpose.training.smoothing.settings import FINETUNE, SmootherTraining
    from climbpose.training.smoothing.smoother import with_start

    config = configured(FINETUNING, given)
    training = SmootherTraining(
        kind=FINETUNE,
        config=config,
        data=parse_sources(given.get("data", ()), given.get("data_option", ())),
        start=given.get("start", config.network),
        videos=given.get("videos"),
        detector=given.get("detector", detectors.DEFAULT),
        weights=given.get("weights"),
        samples=given.get("samples"),
    )
    return with_start(training, given.get("model"))
