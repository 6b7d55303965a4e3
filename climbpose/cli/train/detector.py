"""``climbpose train detector``: a landmark network of one's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from climbpose.cli.errors import complain, one_line, reported
from climbpose.cli.train.needs import check_torch

if TYPE_CHECKING:
    from climbpose.training.detector import Trained
    from climbpose.training.settings import DetectorTraining

_DATA = "To learn from"
_TRAINING = "The training"
_MACHINE = "The machine"

_MAX_JOBS = 256


def detector(
    out: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="RUN", help="Folder of the run."),
    ] = Path("run"),
    unlabelled: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="VIDEO",
            help="A video of climbing; nothing needs to be labelled. Can be given several times; a "
            "folder stands for the videos in it.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    labelled: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DATASET",
            help="A folder that climbpose synth made, one with labels.json, or a .json file of "
            "COCO keypoints. Can be given several times.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    synthetic: Annotated[
        bool | None,
        typer.Option(
            "--synthetic/--no-synthetic",
            help="Whether to learn from synthetic climbing too, made meanwhile.",
            rich_help_panel=_DATA,
            show_default="synthetic",
        ),
    ] = None,
    mix: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE=PART,...",
            help="How much of synthetic, unlabelled and labelled; default: the same of each.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="The network to begin with.",
            rich_help_panel=_TRAINING,
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="The network whose views teach where nothing is labelled; default: the one to "
            "begin with.",
            rich_help_panel=_TRAINING,
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", help="Batches to train on.", rich_help_panel=_TRAINING),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            help="As many steps as so many minutes allow, instead of --steps.",
            rich_help_panel=_TRAINING,
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(metavar="N", help="Pictures of a batch.", rich_help_panel=_TRAINING),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(metavar="R", help="Highest learning rate.", rich_help_panel=_TRAINING),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="K", help="Of everything random.", rich_help_panel=_TRAINING),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run in the folder as it was begun."),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="J", help="Processes that make synthetic frames.", rich_help_panel=_MACHINE
        ),
    ] = 1,
    device: Annotated[
        str,
        typer.Option(metavar="cpu|cuda|auto", help="What to train on.", rich_help_panel=_MACHINE),
    ] = "auto",
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where prepared samples are kept, for several runs to share; default: in RUN.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Errors only.")] = False,
) -> None:
    """Trains the climbing detector further, so that it gets better on your own footage.

    Exit codes: 0 done, 1 failed, 2 wrong usage or files exist, 130 interrupted; a run that was
    interrupted can be gone on with.
    """
    with reported():
        check_torch()
        from climbpose.training.stopping import StopRequest

        given = {
            "unlabelled": unlabelled and tuple(_videos(unlabelled)),
            "labelled": labelled and tuple(labelled),
            "is_synthetic": synthetic,
            "mix": _mix(mix),
            "start": start,
            "teacher": teacher,
            "steps": steps,
            "minutes": minutes,
            "batch": batch,
            "rate": rate,
            "seed": seed,
            "samples": samples,
        }
        given = {name: value for name, value in given.items() if value is not None}
        _check(given, resume, device, jobs)
        try:
            trained = _train(out, given, resume, device, jobs, quiet)
        except StopRequest.Stopped as stopped:
            complain(f"{stopped}; go on with climbpose train detector -o {out} --resume")
            raise typer.Exit(stopped.exit_code) from stopped
        if not quiet:
            _summarise(trained)


def _videos(paths: list[Path]) -> list[Path]:
    """The videos, and those in folders."""
    from climbpose.datasets.video_files import is_video
    from climbpose.errors import UsageError

    videos: list[Path] = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(one for one in path.iterdir() if is_video(one))
            if not found:
                raise UsageError(f"--unlabelled {path}: no video is in this folder")
        videos += found
    return list(dict.fromkeys(videos))


def _mix(text: str | None) -> dict[str, float] | None:
    from climbpose.training.settings import parse_mix

    return None if text is None else parse_mix(text)


def _check(given: Mapping[str, Any], resume: bool, device: str, jobs: int) -> None:
    from climbpose.cli import parse
    from climbpose.errors import UsageError

    parse.choice("--device", device, ("cpu", "cuda", "auto"))
    if not 1 <= jobs <= _MAX_JOBS:
        raise UsageError(f"--jobs: expected 1 to {_MAX_JOBS}, found {jobs}")
    if "steps" in given and "minutes" in given:
        raise UsageError("--steps and --minutes exclude each other; leave one out")
    if resume and given:
        names = ", ".join(f"--{name.removeprefix('is_')}" for name in given)
        raise UsageError(
            f"--resume goes on with the run as it was begun; leave out {names}, or begin another "
            "run with another -o"
        )


def _train(
    out: Path,
    given: Mapping[str, Any],
    resume: bool,
    device: str,
    jobs: int,
    quiet: bool,
) -> "Trained":
    from climbpose.cli.display import Display
    from climbpose.training.detector import Machine, resume_detector, train_detector

    display = Display("auto", is_quiet=quiet)
    with display.video(out):
        machine = Machine(device, jobs, display.say, _Steps(display))
        if resume:
            return resume_detector(out, machine)
        return train_detector(out, _training(given), machine)


class _Steps:
    """Shows the steps as they are done."""

    def __init__(self, display: Any) -> None:
        self._display, self._done = display, 0

    def __call__(self, step: int, steps: int) -> None:
        """So many of the steps are done."""
        if not self._done:
            self._display.stage("train", steps)
        self._display.advance(step - self._done)
        self._done = step


def _training(given: Mapping[str, Any]) -> "DetectorTraining":
    from dataclasses import fields, replace

    from climbpose.training.config import TrainConfig
    from climbpose.training.settings import DetectorTraining
    from climbpose.training.synthetic import SyntheticOptions

    of_loop = {field.name for field in fields(TrainConfig)}
    train = TrainConfig(**{name: value for name, value in given.items() if name in of_loop})
    others = {name: value for name, value in given.items() if name not in of_loop}
    # Clips of another seed than those that are validated on, and other ones for other runs.
    return replace(
        DetectorTraining(**others), train=train, synthetic=SyntheticOptions(seed=train.seed + 1)
    )


def _summarise(trained: "Trained") -> None:
    for name in sorted(trained.best):
        if name.startswith("pck"):
            before, best = trained.before[name], trained.best[name]
            typer.echo(f"{name}: {before:.1%} before, {best:.1%} now")
    weights = one_line(str(trained.weights))
    typer.echo(
        f"{trained.step} steps; use it: climbpose annotate VIDEO --detector climbing "
        f"--weights {weights}"
    )
