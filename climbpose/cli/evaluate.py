"""``climbpose eval``: how true the keypoints are on labelled clips."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.errors import reported
from climbpose.cli.options import Offline, Progress, Quiet

_WHO = "What is compared"
_WHAT = "What is measured"
_POSES = "Poses without video"
_OUT = "Output"


def evaluate(
    datasets: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATASET...",
            help="Folders of clips with labels.json, or made by `climbpose synth`; CVAT's XML or "
            "COCO keypoints JSON with their videos; with --experiment poses, as PATH or KIND=PATH, "
            "as in `climbpose train pretrain`.",
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
            metavar="NAME|FILE",
            help="A smoother, a baseline (bias, mean_5, mean_9, repaired), or the weights of a "
            "learned one; may be repeated; default: none and the default smoother; with --pck or "
            "--experiment all there are, to which files are added.",
            rich_help_panel=_WHO,
        ),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair/--no-repair",
            help="Put exchanged limbs right before smoothing, as annotate does.",
            rich_help_panel=_WHO,
        ),
    ] = True,
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
            help="found, pck@0.1:torso, pck@0.2:box, oks, oks:crop, sides, swaps, jitter, "
            "jitter:torso, acc_err, lag; may be repeated; default: the usual ones.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    pck: Annotated[
        bool,
        typer.Option(
            "--pck",
            help="What smoothing gains: PCK at 0.05, 0.1 and 0.2 of the torso, OKS, jitter and "
            "error of acceleration of raw keypoints, baselines and smoothers.",
            rich_help_panel=_WHAT,
        ),
    ] = False,
    keypoints: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Groups and keypoints that count: large (shoulders to ankles), all, head, "
            "wrists, left_knee and so on; default: large, with --experiment all.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    clips: Annotated[
        str,
        typer.Option(metavar="NAME,...", help="Only these clips.", rich_help_panel=_WHAT),
    ] = "",
    split: Annotated[
        str,
        typer.Option(
            metavar="train|val|test|all",
            help="Which clips of synthetic sets, which part of poses.",
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
    videos: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the videos of CVAT or COCO labels are; default: beside the labels.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            metavar="K",
            help="Of the intervals' draws; with --experiment of split and noise, too.",
            rich_help_panel=_WHAT,
        ),
    ] = 0,
    experiment: Annotated[
        str | None,
        typer.Option(
            metavar="1.1 ... 2.3",
            help="Noises poses as thesis A does, and shows what smoothers make of them: k = 1 or "
            "2; experiment 1, 2 (narrow heatmaps) or 3 (every second frame).",
            rich_help_panel=_POSES,
        ),
    ] = None,
    data_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[KIND.]NAME=VALUE",
            help="Of how data are read, such as actions=baseball_pitch,bench_press or "
            "with_hidden=yes of Penn Action; may be repeated.",
            rich_help_panel=_POSES,
        ),
    ] = None,
    split_by: Annotated[
        str,
        typer.Option(
            metavar="by-video|thesis|thesis-finetuning",
            help="How data are split, as in training.",
            rich_help_panel=_POSES,
        ),
    ] = "by-video",
    box_margin: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            help="By which boxes are widened on each side.",
            rich_help_panel=_POSES,
        ),
    ] = 0.1,
    windows: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Judge so many, drawn at random; default: all.",
            rich_help_panel=_POSES,
        ),
    ] = None,
    device: Annotated[
        str,
        typer.Option(
            metavar="auto|cpu|cuda", help="Where networks are run.", rich_help_panel=_POSES
        ),
    ] = "auto",
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="thesis",
            help="Show what the thesis printed of the same setting, too.",
            rich_help_panel=_POSES,
        ),
    ] = None,
    per_keypoint: Annotated[
        bool,
        typer.Option("--per-keypoint", help="A row for each keypoint too.", rich_help_panel=_OUT),
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Write all figures as .csv, everything as .json, the tables as .md, a picture as "
            ".png; may be repeated.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    # Of before --out, and for names without the ending.
    json: Annotated[Path | None, typer.Option(hidden=True)] = None,
    csv: Annotated[Path | None, typer.Option(hidden=True)] = None,
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
    """Measures how true detectors and smoothers are on labelled clips, side by side.

    Clips on which a network was trained are marked with *. Intervals (95 %) are from drawing clips,
    then frames within them, again and again.

    Exit codes: 0 done, 1 failed, 2 wrong usage or a file exists, 130 interrupted.
    """
    given = dict(locals())
    with reported():
        from climbpose.cli import evaluation_request, parse
        from climbpose.cli.display import Display
        from climbpose.cli.evaluation_table import print_evaluation
        from climbpose.evaluation import Outputs

        of_poses = experiment is not None
        evaluation_request.refuse(evaluate, given, (_WHO, _WHAT) if of_poses else (_POSES,))
        mode = parse.choice("--progress", progress, ("auto", "json", "none"))
        display = Display(mode, is_quiet=quiet)
        outputs = Outputs(json, csv, tuple(out or ()))
        outputs.check(overwrite=overwrite)
        request = evaluation_request.of_poses if of_poses else evaluation_request.of_videos
        run = request(given, display)
        with display.video(datasets[0]):
            result = run()
        outputs.write(result)
        if not quiet:
            is_of_clips = not (pck or of_poses)
            print_evaluation(result, is_per_keypoint=per_keypoint, is_of_clips=is_of_clips)
