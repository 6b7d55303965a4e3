"""``climbpose train average``: several networks made into one, and smaller."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.errors import one_line, reported
from climbpose.cli.train.needs import check_torch


def average(
    networks: Annotated[
        list[Path], typer.Argument(metavar="NETWORK...", help="Files of trained networks.")
    ],
    out: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The network that is made.")
    ],
    shrink: Annotated[
        Path | None,
        typer.Option(
            metavar="SAMPLES",
            help="Keep each weight in a byte, for a file of half the size that runs twice as fast; "
            "SAMPLES is a run's folder of samples, some of which are looked at.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("-y", "--overwrite", help="Replace a file that is there.")
    ] = False,
) -> None:
    """Makes one network of several that were trained from the same start; better than each."""
    with reported():
        check_torch()
        from climbpose import checkpoint
        from climbpose.errors import OutputExistsError
        from climbpose.training.averaging import average as averaged
        from climbpose.training.averaging import shrunk

        if out.exists() and not overwrite:
            raise OutputExistsError(f"{out} exists; add --overwrite or choose another -o")
        made = averaged(networks)
        if shrink is not None:
            made = shrunk(made, shrink)
        checkpoint.save(out, made.graph, {**made.header, "name": out.stem})
        typer.echo(f"use it: climbpose annotate VIDEO --weights {one_line(str(out))}")
