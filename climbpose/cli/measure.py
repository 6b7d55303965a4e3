"""``climbpose measure``: what happened on the wall, in numbers."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.coaching_options import (
    OUT,
    Climbs,
    Height,
    Json,
    Overwrite,
    Person,
    Quality,
    Sex,
    VideoOfTracks,
)
from climbpose.cli.errors import Answer, complain, reported
from climbpose.cli.options import Offline, Progress, Quiet

_SOME_FAILED = 3


def measure(
    climbs: Climbs,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Folder of the outputs, made if it is not there; default: beside each climb.",
            rich_help_panel=OUT,
        ),
    ] = None,
    height: Height = None,
    sex: Sex = "mean",
    video: VideoOfTracks = None,
    person: Person = "auto",
    quality: Quality = "normal",
    overwrite: Overwrite = False,
    json: Json = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
    offline: Offline = False,
) -> None:
    """Measures climbs: moves, rests, contacts, the centre of mass, angles, speeds.

    Writes NAME_measures.json, NAME_measures.csv (figures) and NAME_series.csv (every frame).

    Exit codes: 0 done, 1 failed, 2 wrong usage or an output exists, 3 some of several climbs
    failed, 130 interrupted.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.cli.coaching import Session, find_all, make_folder
        from climbpose.coaching import files
        from climbpose.coaching.attempts import Attempt
        from climbpose.errors import ClimbposeError

        session = Session.of(
            height=height, sex=sex, person=person, quality=quality, overwrite=overwrite,
            json=json, progress=progress, quiet=quiet, offline=offline,
        )  # fmt: skip
        found = find_all(climbs, output, video)
        attempts = [one for one in found if isinstance(one, Attempt)]
        session.check([path for one in attempts for path in files.paths(one)], attempts)
        make_folder(output)
        codes = []
        for one in found:
            try:
                if isinstance(one, ClimbposeError):
                    raise one
                done = session.measured(one, with_video=False)
                session.tell(done, files.write(done))
                answer.results.append(files.content(done))
            except ClimbposeError as error:
                complain(str(error))
                answer.results.append({"error": str(error)})
                codes.append(error.exit_code)
        code = _SOME_FAILED if codes and len(found) > 1 else next(iter(codes), 0)
        answer.give(code)
    raise typer.Exit(code)
