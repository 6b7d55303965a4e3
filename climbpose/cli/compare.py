"""``climbpose compare``: two attempts at one climb, or two climbers, side by side."""

from pathlib import Path
from typing import Annotated

import typer

from climbpose.cli.coaching_options import OUT, WHO, Json, Overwrite, Person, Quality, Sex
from climbpose.cli.errors import Answer, reported
from climbpose.cli.options import Offline, Progress, Quiet


def compare(
    a: Annotated[
        Path,
        typer.Argument(
            metavar="A",
            help="A video, or tracks, to which the other is compared.",
        ),
    ],
    b: Annotated[Path, typer.Argument(metavar="B", help="The other, on the same wall.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="HTML",
            help="The page; default: A_vs_B.html beside A. Films of both go beside it.",
            rich_help_panel=OUT,
        ),
    ] = None,
    in_step: Annotated[
        str,
        typer.Option(
            metavar="move|start",
            help="What puts both in step: the moves that both made, and height where there are "
            "none; or real time from the start.",
            rich_help_panel=OUT,
        ),
    ] = "move",
    height: Annotated[
        str | None,
        typer.Option(
            metavar="M[,M]",
            help="Height of the climber in metres, or of A's and B's.",
            rich_help_panel=WHO,
        ),
    ] = None,
    sex: Sex = "mean",
    person: Person = "auto",
    quality: Quality = "normal",
    overwrite: Overwrite = False,
    json: Json = False,
    progress: Progress = "auto",
    quiet: Quiet = False,
    offline: Offline = False,
) -> None:
    """Compares two climbs on one wall: one wall, one clock, the differences move by move.

    Writes the page, PAGE_side_by_side.mp4 and PAGE_ghost.mp4. Two walls are refused.

    Exit codes: 0 done, 1 failed or two walls, 2 wrong usage or an output exists, 4 nobody found,
    130 interrupted.
    """
    answer = Answer(json)
    with reported(answer):
        from climbpose.cli import parse
        from climbpose.cli.coaching import Session, make_folder, page_folder
        from climbpose.coaching import comparing
        from climbpose.coaching.attempts import find

        mode = parse.choice("--in-step", in_step, tuple(comparing.IN_STEP))
        sessions = [
            Session.of(
                height=one, sex=sex, person=person, quality=quality, overwrite=overwrite,
                json=json, progress=progress, quiet=quiet, offline=offline,
            )
            for one in parse.heights(height)
        ]  # fmt: skip
        folder = page_folder(output)
        attempts = [find(one, folder) for one in (a, b)]
        page = output or attempts[0].job.output(f"_vs_{attempts[1].name}.html")
        outputs = [page, *comparing.films(page)]
        sessions[0].check(outputs, attempts)
        make_folder(folder)
        first, second = (
            session.measured(attempt, with_video=True)
            for session, attempt in zip(sessions, attempts, strict=True)
        )
        session = sessions[0]
        with session.display.video(page):
            comparison = comparing.compared(first, second, mode, session.display)
            rotates = [first.attempt.rotate, second.attempt.rotate]
            comparing.write(comparison, page, rotates, session.display)
        session.tell_wrote(outputs)
        answer.results.append(comparison.content())
        answer.give(0)
