"""``climbpose annotate``: videos in, annotated videos and tracks out."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.errors import Answer, reported
from climbpose.cli.options import TALK, Offline, Progress, Quiet

_WHAT = "What is drawn"
_RANGE = "What is read"
_OUT = "Output"
_MANY = "Many videos"


def annotate(
    videos: Annotated[
        list[str],
        typer.Argument(
            metavar="VIDEO...",
            help="Videos, folders (all videos in them, at any depth) and patterns such as "
            "'season/**/*.mov'; or addresses of such in a store, as s3://bucket/season.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR|FILE",
            help="Folder of the outputs, made if it is not there, in which the tree of a folder "
            "is kept; or for one video the annotated video's name (.mp4); default: beside each "
            "video.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "-y",
            "--overwrite",
            help="Replace outputs that exist; default: refuse before any work.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    skip_existing: Annotated[
        bool,
        typer.Option(
            "--skip-existing",
            help="Skip videos that are done; with -y, do those again that are half done.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on after any stop: skip what is done with the same options from the same "
            "video, replace what climbpose has half done, and nothing else.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Note each video and its outputs, with hashes, in this .csv or .jsonl; see "
            "`climbpose manifest`.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    jobs: Annotated[
        str,
        typer.Option(
            metavar="N|auto",
            help="Videos at the same time, each in a process of its own with its share of the "
            "cores; auto: one for each core that has 1 GB of memory.",
            rich_help_panel=_MANY,
        ),
    ] = "auto",
    engine: Annotated[
        str,
        typer.Option(
            metavar="local|ray",
            help="Who does the work: this machine, or a Ray cluster (climbpose[ray]) whose "
            "machines see the files under the same names.",
            rich_help_panel=_MANY,
        ),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Of the Ray cluster; default: RAY_ADDRESS, or one on this machine.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|NPZ",
            help="A detector of `climbpose models list`, or a file of precomputed heatmaps; "
            "default: the one that is marked there.",
            rich_help_panel="Pose",
        ),
    ] = None,
    quality: Annotated[
        str,
        typer.Option(
            metavar="fast|normal|best",
            help="fast takes a smaller network where the detector has one, best looks at each "
            "frame several times.",
            rich_help_panel="Pose",
        ),
    ] = "normal",
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A landmark network of your own training for the detector to use.",
            rich_help_panel="Pose",
        ),
    ] = None,
    every: Annotated[
        int,
        typer.Option(
            metavar="1-10",
            help="Detect on every so many-th frame and recover the rest: faster, a little less "
            "true.",
            rich_help_panel="Pose",
        ),
    ] = 1,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair/--no-repair",
            help="Put limbs right whose left and right the detector exchanges for a moment.",
            rich_help_panel="Pose",
        ),
    ] = True,
    smoother: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="A smoother of `climbpose models list`, none, or a network of your own training.",
            rich_help_panel="Pose",
        ),
    ] = "conv3d",
    smooth_strength: Annotated[
        float,
        typer.Option(
            metavar="0-3",
            help="0 keeps the raw keypoints, 1 is the smoother's default.",
            rich_help_panel="Pose",
        ),
    ] = 1.0,
    person: Annotated[
        str,
        typer.Option(
            metavar="auto|X,Y",
            help="auto finds the climber after the whole video; X,Y (pixels) takes whoever is "
            "there in the first frame where somebody is.",
            rich_help_panel="Pose",
        ),
    ] = "auto",
    tracks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw these tracks again, of climbpose or in one of the formats of --export; "
            "no model runs.",
            rich_help_panel="Pose",
        ),
    ] = None,
    keep_raw: Annotated[
        bool,
        typer.Option("--keep-raw", help="Add raw columns to the tracks.", rich_help_panel="Pose"),
    ] = False,
    start: Annotated[
        float | None,
        typer.Option(metavar="S", help="Begin at this second.", rich_help_panel=_RANGE),
    ] = None,
    end: Annotated[
        float | None,
        typer.Option(metavar="S", help="End at this second.", rich_help_panel=_RANGE),
    ] = None,
    rotate: Annotated[
        str,
        typer.Option(
            metavar="auto|0|90|180|270",
            help="Turn clockwise to stand upright; auto does as the file says.",
            rich_help_panel=_RANGE,
        ),
    ] = "auto",
    layers: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="Of skeleton, trail, box, heatmap, caption.",
            rich_help_panel=_WHAT,
        ),
    ] = "skeleton",
    scale: Annotated[
        float,
        typer.Option(metavar="0.05-4", help="Size of the annotated video.", rich_help_panel=_WHAT),
    ] = 1.0,
    crf: Annotated[
        int,
        typer.Option(
            metavar="0-51",
            help="H.264 quality, lower is better (0: few players).",
            rich_help_panel=_WHAT,
        ),
    ] = 22,
    preset: Annotated[
        str,
        typer.Option(help="x264 preset, ultrafast to veryslow.", rich_help_panel=_WHAT),
    ] = "superfast",
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="x264, or a hardware encoder: auto, nvenc, qsv, videotoolbox.",
            rich_help_panel=_WHAT,
        ),
    ] = "x264",
    no_audio: Annotated[
        bool, typer.Option("--no-audio", help="Leave the sound out.", rich_help_panel=_WHAT)
    ] = False,
    export: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="Further files for other tools, of coco, coco-17, dlc-csv, dlc-h5, openpose, "
            "parquet, sleap, tidy-csv, trc.",
            rich_help_panel=_OUT,
        ),
    ] = "",
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the reports as JSON; nothing else on stdout.",
            rich_help_panel=TALK,
        ),
    ] = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
    verbose: Annotated[
        bool,
        typer.Option("-v", "--verbose", help="Timings by stage too.", rich_help_panel=TALK),
    ] = False,
    offline: Offline = False,
) -> None:
    """Draws the climber's pose on videos and writes the keypoint tracks.

    Writes NAME_pose.mp4, NAME_tracks.csv and NAME_run.json. Of several videos one that fails never
    stops the others.

    Exit codes: 0 done, 1 failed, 2 wrong usage or an output exists,
    3 some of several videos failed, 4 nobody found, 130 interrupted.
    """
    arguments = dict(locals())
    answer = Answer(json)
    with reported(answer):
        from climbpose.batch.planning import Manners
        from climbpose.cli import batch, parse

        options = parse.annotate_options(arguments)
        arguments["detector"] = options.detector
        talk = batch.Talk(
            is_json=json,
            progress=parse.choice("--progress", progress, ("auto", "json", "none")),
            is_quiet=quiet,
            is_verbose=verbose,
        )
        code = batch.annotate_all(
            videos,
            options,
            arguments,
            Manners(output, overwrite, skip_existing, resume),
            batch.Means(parse.jobs(jobs), engine, address, manifest, is_offline=offline),
            talk,
            answer.results,
        )
        answer.give(code)
    raise typer.Exit(code)
