"""``climbpose synth``: labelled synthetic climbing video."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.errors import Answer, one_line, reported
from climbpose.cli.options import TALK, Progress, Quiet

_WHAT = "The clips"
_OUT = "Output"


def synth(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the set; made if it is not there.")
    ],
    clips: Annotated[
        int, typer.Option(metavar="N", help="How many clips.", rich_help_panel=_WHAT)
    ] = 10,
    seconds: Annotated[
        float, typer.Option(metavar="S", help="How long each lasts.", rich_help_panel=_WHAT)
    ] = 10.0,
    seed: Annotated[
        int,
        typer.Option(metavar="K", help="The same seed makes the same set.", rich_help_panel=_WHAT),
    ] = 0,
    size: Annotated[
        str,
        typer.Option(metavar="WxH", help="Width and height in pixels.", rich_help_panel=_WHAT),
    ] = "720x1280",
    fps: Annotated[
        float, typer.Option(metavar="F", help="Frames a second.", rich_help_panel=_WHAT)
    ] = 30.0,
    vary: Annotated[
        str,
        typer.Option(
            metavar="all|none|NAME,...",
            help="What differs from clip to clip: all, none, or of body, outfit, wall, light, "
            "angle, style, view, handling, tone, noise, blur, compression, people, rope; -NAME "
            "leaves one out, as in all,-rope.",
            rich_help_panel=_WHAT,
        ),
    ] = "all",
    jobs: Annotated[
        int,
        typer.Option(metavar="J", help="Clips made at the same time.", rich_help_panel=_OUT),
    ] = 1,
    overwrite: Annotated[
        bool,
        typer.Option(
            "-y",
            "--overwrite",
            help="Replace the set that is there; default: refuse before any work.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with a set that was interrupted, or add clips to it.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the list of clips as JSON; nothing else on stdout.",
            rich_help_panel=TALK,
        ),
    ] = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
) -> None:
    """Makes labelled synthetic climbing video to train and test on.

    Writes clip_0000.mp4, clip_0000_labels.npz and so on, annotations.json (COCO) and set.json.

    Exit codes: 0 done, 1 failed, 2 wrong usage or files exist, 130 interrupted.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.cli import parse
        from climbpose.cli.display import Display
        from climbpose.synth.generation import SetOptions, generate
        from climbpose.synth.variation import parse_axes

        width, height = parse.size(size)
        options = SetOptions(clips, seconds, seed, width, height, fps, parse_axes(vary))
        options.check()
        mode = parse.choice("--progress", progress, ("auto", "json", "none"))
        display = Display(mode, is_quiet=quiet)
        with display.video(out):
            display.stage("synthesise", options.frames)
            made = generate(
                out,
                options,
                jobs=jobs,
                overwrite=overwrite,
                resume=resume,
                advance=display.advance,
            )
        answer.results += [clip.to_dict() for clip in made]
        if not (quiet or json):
            _summarise(out, [clip.split for clip in made])
        answer.give(0)


def _summarise(folder: Path, splits: list[str]) -> None:
    from climbpose.datasets import SPLITS

    shares = ", ".join(f"{splits.count(name)} {name}" for name in SPLITS)
    typer.echo(f"{one_line(str(folder))}: {len(splits)} clips ({shares})")
