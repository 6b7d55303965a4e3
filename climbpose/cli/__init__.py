"""The command line: parse, call, print. Nothing heavy is imported before a command runs."""

import io
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from climbpose import __version__
from climbpose.cli.annotate import annotate
from climbpose.cli.compare import compare
from climbpose.cli.errors import Answer, complain
from climbpose.cli.evaluate import evaluate
from climbpose.cli.interrupts import heed
from climbpose.cli.manifest import manifest
from climbpose.cli.measure import measure
from climbpose.cli.models import models
from climbpose.cli.report import report
from climbpose.cli.synth import synth
from climbpose.cli.train import train

_WRONG_USAGE = 2


class _Commands(TyperGroup):
    """The commands; what cannot be parsed is told as every other error is."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command."""
        extra["windows_expand_args"] = windows_expand_args
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except Exception as error:
            # Versions of Typer bring these errors from different places, so their form tells.
            if not hasattr(error, "format_message"):
                raise
            sys.exit(_refuse(error, given))
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(error: Any, given: Sequence[str]) -> int:
    """Tells what is wrong with the arguments, and gives the exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        typer.echo(context.get_help())
        return _WRONG_USAGE
    message = " ".join(error.format_message().split()).rstrip(".")
    command = "climbpose" if context is None else context.command_path
    complain(f"{message}; see {command} --help")
    Answer(is_wanted="--json" in given).give(_WRONG_USAGE, message)
    return _WRONG_USAGE


app = typer.Typer(
    cls=_Commands,
    name="climbpose",
    help="Draws a climber's pose on a video and writes the keypoint tracks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(annotate)
app.command()(measure)
app.command()(report)
app.command()(compare)
app.command()(synth)
app.command("eval")(evaluate)
app.add_typer(manifest, name="manifest")
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


def main() -> None:
    """Runs the command line."""
    heed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    app()
