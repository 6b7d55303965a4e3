"""The command line: parse, call, print. Nothing heavy is imported before a command runs."""

import io
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from climbpose import __version__
from climbpose.cli.annotate import annotate
from climbpose.cli.evaluate import evaluate
from climbpose.cli.models import models
from climbpose.cli.synth import synth
from climbpose.cli.train import train

app = typer.Typer(
    name="climbpose",
    help="Draws a climber's pose on a video and writes the keypoint tracks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(annotate)
app.command()(synth)
app.command("eval")(evaluate)
app.add_typer(models, name="models")
app.add_typer(train, name="train")


def _print_version(is_asked: bool) -> bool:
    if is_asked:
        typer.echo(f"climbpose {__version__}")
        raise typer.Exit
    return is_asked


@app.callback()
def climbpose(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Draws a climber's pose on a video and writes the keypoint tracks."""


def _stop(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl-C does, so that unfinished files are removed."""
    sys.exit(128 + number)


def main() -> None:
    """Runs the command line."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup wants the hang-up ignored.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    app()
