"""Options that pretraining and finetuning a smoother share."""

from pathlib import Path
from typing import Annotated

import typer

DATA = "To learn from"
TRAINING = "The training"
TIME = "How long"
MACHINE = "The machine"

Out = Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run.")]
DataOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--data-option",
        metavar="[KIND.]NAME=VALUE",
        help="For the reader of --data, such as penn-action.actions=baseball_pitch,bench_press or "
        "climbing.track=1. Can be given several times.",
        rich_help_panel=DATA,
    ),
]
SplitBy = Annotated[
    str | None,
    typer.Option(
        metavar="by-video|thesis|thesis-finetuning",
        help="What is validated on: whole videos; or stretches, as in the thesis; default: "
        "by-video.",
        rich_help_panel=DATA,
    ),
]
Stride = Annotated[
    int | None,
    typer.Option(metavar="N", help="Frames from window to window; 1.", rich_help_panel=DATA),
]
Every = Annotated[
    int | None,
    typer.Option(metavar="N", help="Every so manyth frame only; 1.", rich_help_panel=DATA),
]
Turn = Annotated[
    float | None,
    typer.Option(
        metavar="DEG",
        help="Turn windows by up to so much to both sides; 0, in the thesis 45.",
        rich_help_panel=TRAINING,
    ),
]
Mirror = Annotated[
    bool | None,
    typer.Option(
        "--mirror/--no-mirror",
        help="Mirror half of the windows.",
        show_default="no-mirror",
        rich_help_panel=TRAINING,
    ),
]
Slack = Annotated[
    float | None,
    typer.Option(
        metavar="S",
        help="Widen boxes by up to this share more, at random; 0.",
        rich_help_panel=TRAINING,
    ),
]
Batch = Annotated[
    int | None,
    typer.Option(metavar="N", help="Windows of a step; 16.", rich_help_panel=TRAINING),
]
Objective = Annotated[
    str | None,
    typer.Option(
        metavar="steady|maps",
        help="To bring down the errors of keypoints and their accelerations, from a network that "
        "changes little; or those of heatmaps, as in the thesis; steady.",
        rich_help_panel=TRAINING,
    ),
]
Apart = Annotated[
    bool | None,
    typer.Option(
        "--apart/--together",
        help="Of conv3d, train only what links a keypoint to itself.",
        show_default="together",
        rich_help_panel=TRAINING,
    ),
]
WeightDecay = Annotated[
    float | None,
    typer.Option(metavar="D", help="Adam's; 0, in the thesis 0.001.", rich_help_panel=TRAINING),
]
Precision = Annotated[
    str | None,
    typer.Option(
        metavar="none|bf16",
        help="bf16 trains networks of heatmaps in less time on processors and GPUs that know it.",
        rich_help_panel=TRAINING,
    ),
]
Seed = Annotated[
    int | None, typer.Option(metavar="K", help="Of everything random; 0.", rich_help_panel=TRAINING)
]
Epochs = Annotated[int | None, typer.Option(metavar="N", help="At most; 50.", rich_help_panel=TIME)]
EpochSteps = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Batches of an epoch; default: all windows once.",
        rich_help_panel=TIME,
    ),
]
ValidationWindows = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="To validate on after each epoch; default: all.", rich_help_panel=TIME
    ),
]
Minutes = Annotated[
    float | None,
    typer.Option(
        metavar="M", help="Make epochs so short that all take so long.", rich_help_panel=TIME
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the run in the folder as it was begun.")
]
Device = Annotated[
    str,
    typer.Option(metavar="auto|cpu|cuda", help="What to train on.", rich_help_panel=MACHINE),
]
Processes = Annotated[
    int,
    typer.Option(
        metavar="N",
        help="That share each batch, on GPUs one for each; over machines, start climbpose with "
        "torchrun instead.",
        rich_help_panel=MACHINE,
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Errors only.")]
