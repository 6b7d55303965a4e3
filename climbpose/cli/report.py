"""``climbpose report``: a page that a coach opens in a browser."""

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
from climbpose.cli.errors import Answer, reported
from climbpose.cli.options import Offline, Progress, Quiet


def report(
    climbs: Climbs,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="HTML",
            help="The page; default: NAME_report.html beside the first climb. What is annotated "
            "now goes to the page's folder.",
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
    """Shows climbs on a page: the video with a timeline, the wall, plots, moves and figures.

    The page opens from disk without a network. Small videos are put into it, larger ones linked:
    keep those beside it.

    Exit codes: 0 done, 1 failed, 2 wrong usage or an output exists, 130 interrupted.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.cli.coaching import Session, find_all, make_folder, page_folder
        from climbpose.coaching import files
        from climbpose.coaching.reporting import SUFFIX, shown
        from climbpose.errors import ClimbposeError
        from climbpose.pages import write_report

        session = Session.of(
            height=height, sex=sex, person=person, quality=quality, overwrite=overwrite,
            json=json, progress=progress, quiet=quiet, offline=offline,
        )  # fmt: skip
        folder = page_folder(output)
        attempts = []
        for one in find_all(climbs, folder, video):
            if isinstance(one, ClimbposeError):
                raise one
            attempts.append(one)
        page = output or attempts[0].job.output(SUFFIX)
        session.check([page], attempts)
        make_folder(folder)
        shown_climbs = []
        for attempt in attempts:
            done = session.measured(attempt, with_video=True)
            shown_climbs.append(shown(done, session.display))
            session.tell(done, [])
            answer.results.append(files.content(done))
        write_report(shown_climbs, page)
        session.tell_wrote([page])
        answer.give(0)
