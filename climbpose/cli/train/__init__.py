"""``climbpose train``: networks of the user's own."""

import typer

from climbpose.cli.train.average import average
from climbpose.cli.train.detector import detector
from climbpose.cli.train.finetune import finetune
from climbpose.cli.train.pretrain import pretrain

train = typer.Typer(
    help="Trains networks on your own videos.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@train.callback()
def group() -> None:
    """Trains networks on your own videos."""


train.command()(detector)
train.command()(average)
train.command()(pretrain)
train.command()(finetune)
