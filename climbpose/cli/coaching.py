"""What the commands for coaches share: climbs found, annotated where need be, and measured."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from climbpose.analytics.measuring import MeasureOptions
from climbpose.analytics.values import Figure
from climbpose.cli import parse
from climbpose.cli.display import Display
from climbpose.cli.errors import one_line
from climbpose.coaching.attempts import Attempt, find
from climbpose.coaching.measuring import Measured, annotated, measured
from climbpose.errors import ClimbposeError, UsageError
from climbpose.jobs import AnnotateOptions, check_output, identities
from climbpose.pages import wording

_SHOWN_GROUPS = ("overview",)


@dataclass(frozen=True)
class Session:
    """How a command goes about its climbs.

    Attributes:
        options: What is known of the climber.
        annotating: How videos are annotated.
        display: Shows the progress.
        overwrite: Outputs that exist may be replaced.
        is_offline: Models are never fetched.
        is_chatty: Whether people read stdout.
    """

    options: MeasureOptions
    annotating: AnnotateOptions
    display: Display
    overwrite: bool
    is_offline: bool
    is_chatty: bool

    @classmethod
    def of(
        cls,
        *,
        height: float | None,
        sex: str,
        person: str,
        quality: str,
        overwrite: bool,
        json: bool,
        progress: str,
        quiet: bool,
        offline: bool,
    ) -> "Session":
        """From a command's options.

        Raises:
            UsageError: One of them is wrong.
        """
        mode = parse.choice("--progress", progress, ("auto", "json", "none"))
        annotating = AnnotateOptions(person=parse.person(person), quality=parse.quality(quality))
        annotating.check()
        return cls(
            options=MeasureOptions(height, parse.sex(sex)),
            annotating=annotating,
            display=Display(mode, is_quiet=quiet),
            overwrite=overwrite,
            is_offline=offline,
            is_chatty=not (json or quiet),
        )

    def check(self, outputs: Sequence[Path], attempts: Sequence[Attempt]) -> None:
        """Makes sure, before any work, that nothing of the user's would be lost.

        Raises:
            UsageError: An output cannot have its name, or exists.
        """
        twins = [path for path, count in Counter(outputs).items() if count > 1]
        if twins:
            raise UsageError(
                f"two climbs would write {twins[0]}; give each once, or measure them one by one "
                "with -o"
            )
        files = [path for one in attempts for path in (one.video, one.tracks) if path]
        for path in outputs:
            check_output(path, [identities(files)], overwrite=self.overwrite)

    def measured(self, attempt: Attempt, *, with_video: bool) -> Measured:
        """Measures a climb, after annotating its video where that is not done yet.

        Raises:
            ClimbposeError: It cannot be annotated or measured.
        """
        with self.display.video(attempt.video or attempt.job.video):
            ready = annotated(
                attempt,
                self.annotating,
                self.display,
                overwrite=self.overwrite,
                is_offline=self.is_offline,
                with_video=with_video,
            )
            return measured(ready, self.options, self.display)

    def tell(self, done: Measured, outputs: Sequence[Path]) -> None:
        """Prints the first figures, the outputs and the warnings of a climb."""
        if not self.is_chatty:
            return
        console = Console(highlight=False)
        shown = [one for one in done.measures.figures if one.group in _SHOWN_GROUPS]
        console.print(_table(done.attempt.name, shown))
        for warning in done.measures.warnings:
            console.print(_line("warning", warning, "yellow"), soft_wrap=True)
        self.tell_wrote(outputs)

    def tell_wrote(self, outputs: Sequence[Path]) -> None:
        """Prints the outputs."""
        if self.is_chatty:
            console = Console(highlight=False)
            for path in outputs:
                # Long names are not wrapped, so that they can be copied whole.
                console.print(_line("wrote", str(path), "dim"), soft_wrap=True)


def _line(label: str, text: str, style: str) -> Text:
    return Text.assemble((f"{label:<9}", style), one_line(text))


def _table(name: str, figures: Sequence[Figure]) -> Table:
    table = Table(
        "",
        "",
        title_style="bold",
        title=one_line(name),
        title_justify="left",
        show_header=False,
        box=None,
    )
    for figure in figures:
        value = f"{wording.number(figure.value)} {wording.unit(figure.unit)}"
        table.add_row(f"  {figure.label}", figure.missing or value)
    return table


def find_all(
    named: Sequence[Path], folder: Path | None, video: Path | None
) -> list[Attempt | ClimbposeError]:
    """The climbs that are named, each once, or why one is none."""
    found: list[Attempt | ClimbposeError] = []
    known = set()
    for name in named:
        try:
            attempt = find(name, folder, video)
        except ClimbposeError as error:
            found.append(error)
            continue
        # A shell's pattern brings a video and what was drawn of it.
        if attempt.identity not in known:
            known.add(attempt.identity)
            found.append(attempt)
    return found


def page_folder(page: Path | None) -> Path | None:
    """The folder of a page, None for beside what is named.

    Raises:
        UsageError: It is not the name of a page.
    """
    if page is None:
        return None
    if page.is_dir() or page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"-o {page}: expected the name of a page that ends in .html")
    return page.parent


def make_folder(folder: Path | None) -> None:
    """Makes the folder of outputs if it is not there; what is wrong with it is told on writing."""
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
