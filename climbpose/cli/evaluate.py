"""``climbpose eval``: how true the keypoints are on labelled clips."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climbpose.cli.errors import reported
from climbpose.cli.options import Offline, Progress, Quiet

if TYPE_CHECKING:
    from climbpose.tracks import Selection

_WHO = "What is compared"
_WHAT = "What is measured"
_OUT = "Output"


def evaluate(
    datasets: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATASET...",
            help="Folders of clips with labels.json, or made by `climbpose synth`.",
        ),
    ],
    detector: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|NPZ",
            help="A detector of `climbpose models list`; several are compared with the first; "
            "default: the one that is marked there.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    weights: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A landmark network of your own training; may be repeated.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    quality: Annotated[
        list[str] | None,
        typer.Option(
            metavar="fast|normal|best",
            help="As in `climbpose annotate`; may be repeated; default: normal.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    smoother: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="May be repeated; default: none and the default smoother.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    regions: Annotated[
        str,
        typer.Option(
            metavar="own|given",
            help="own looks for the climber in whole clips, as annotate does; given tells the "
            "landmark network where the climber is.",
            rich_help_panel=_WHO,
        ),
    ] = "own",
    person: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLIP=X,Y",
            help="Who is the climber of a clip, as in `climbpose annotate`; may be repeated.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="found, pck@0.1:torso, pck@0.2:box, oks, sides, swaps; may be repeated; default: "
            "the usual ones.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    pck: Annotated[
        bool,
        typer.Option("--pck", help="PCK at 0.05, 0.1 and 0.2 of the torso.", rich_help_panel=_WHAT),
    ] = False,
    keypoints: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="Groups and keypoints that count: large (shoulders to ankles), all, head, "
            "wrists, left_knee and so on.",
            rich_help_panel=_WHAT,
        ),
    ] = "large",
    clips: Annotated[
        str,
        typer.Option(metavar="NAME,...", help="Only these clips.", rich_help_panel=_WHAT),
    ] = "",
    split: Annotated[
        str,
        typer.Option(
            metavar="train|val|test|all",
            help="Which clips of synthetic sets.",
            rich_help_panel=_WHAT,
        ),
    ] = "test",
    empty: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="VIDEO",
            help="A video without a person, to count false finds; may be repeated.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="K", help="Of the intervals' draws.", rich_help_panel=_WHAT)
    ] = 0,
    per_keypoint: Annotated[
        bool,
        typer.Option("--per-keypoint", help="A row for each keypoint too.", rich_help_panel=_OUT),
    ] = False,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write everything as JSON.", rich_help_panel=_OUT),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write all figures as a table.", rich_help_panel=_OUT),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "-y",
            "--overwrite",
            help="Replace files that exist; default: refuse before any work.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
    offline: Offline = False,
) -> None:
    """Measures how true detectors are on labelled clips, side by side.

    Clips on which a network was trained are marked with *. Intervals (95 %) are from drawing clips,
    then frames within them, again and again.

    Exit codes: 0 done, 1 failed, 2 wrong usage or a file exists, 130 interrupted.
    """
    with reported():
        from climbpose import evaluation, metrics
        from climbpose.cli import parse
        from climbpose.cli.display import Display
        from climbpose.cli.evaluation_table import print_evaluation

        options = evaluation.EvalOptions(
            datasets=tuple(datasets),
            sources=evaluation.sources(
                detector or (), weights or (), [parse.quality(word) for word in quality or ()]
            ),
            regions=regions,
            smoothers=tuple(smoother or evaluation.SMOOTHERS.get(regions, ())),
            metrics=(*(metric or ()), *(metrics.PCK if pck else ())) or metrics.DEFAULTS,
            keypoints=parse.names(keypoints),
            clips=parse.names(clips),
            split=split,
            people=dict(_person(text) for text in person or ()),
            empty=tuple(empty or ()),
            seed=seed,
        )
        options.check()
        outputs = evaluation.Outputs(json, csv)
        outputs.check(overwrite=overwrite)
        mode = parse.choice("--progress", progress, ("auto", "json", "none"))
        display = Display(mode, is_quiet=quiet)
        evaluation.fetch_models(options, display.say, is_offline=offline)
        with display.video(datasets[0]):
            result = evaluation.evaluate(options, display)
        outputs.write(result)
        if not quiet:
            print_evaluation(result, is_per_keypoint=per_keypoint)


def _person(text: str) -> "tuple[str, Selection]":
    """A clip, and where its climber is."""
    from climbpose.cli import parse
    from climbpose.errors import UsageError

    clip, is_split, point = text.rpartition("=")
    if not is_split:
        raise UsageError(
            f"--person {text!r} names no clip; expected CLIP=X,Y, such as dyno=540,960"
        )
    return clip, parse.person(point)
