"""Options that the commands for coaches share: measure, report, compare."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.options import TALK

WHO = "The climber"
OUT = "Output"

Climbs = Annotated[
    list[Path],
    typer.Argument(
        metavar="VIDEO|TRACKS...",
        help="Videos, which are annotated first where they are not yet; or tracks, climbpose's or "
        "other tools' (DeepLabCut, SLEAP, COCO, OpenPose, TRC).",
    ),
]
Height = Annotated[
    float | None,
    typer.Option(
        metavar="M",
        help="The climber's height in metres; lengths and speeds are given in metres too.",
        rich_help_panel=WHO,
    ),
]
Sex = Annotated[
    str,
    typer.Option(
        metavar="female|male|mean",
        help="Whose proportions of mass and length; mean is the mean of both.",
        rich_help_panel=WHO,
    ),
]
Person = Annotated[
    str,
    typer.Option(
        metavar="auto|X,Y",
        help="Who is the climber of a video that is annotated now, as in `climbpose annotate`.",
        rich_help_panel=WHO,
    ),
]
Quality = Annotated[
    str,
    typer.Option(
        metavar="fast|normal|best",
        help="Of annotating, as in `climbpose annotate`.",
        rich_help_panel=WHO,
    ),
]
VideoOfTracks = Annotated[
    Path | None,
    typer.Option(
        "--video",
        metavar="FILE",
        help="The video of tracks that do not tell; default: what their run noted, or a video of "
        "the same name.",
        rich_help_panel=WHO,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "-y",
        "--overwrite",
        help="Replace outputs that exist; default: refuse before any work.",
        rich_help_panel=OUT,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON; nothing else on stdout.", rich_help_panel=TALK),
]
