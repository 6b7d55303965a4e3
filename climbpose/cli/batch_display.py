"""The progress of many videos at once: one bar for all, and one for each that is annotated."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from climbpose.batch.task import SKIPPED, Outcome, Task
from climbpose.cli.display import JSON_INTERVAL_S, print_json
from climbpose.cli.errors import one_line

_LAST_STAGE = "draw"
_SOON_S = 1.0
"""Before that no time is told that is left."""


@dataclass
class _Running:
    """A video that is annotated."""

    name: str
    bar: TaskID | None = None
    stage: str = ""
    total: int | None = None
    frames: int = 0
    since: float = 0.0
    told_at: float = 0.0

    @property
    def share(self) -> float:
        """About how much of its work is done."""
        of_stage = min(self.frames / self.total, 1.0) if self.total else 0.0
        return (of_stage + (self.stage == _LAST_STAGE)) / 2

    @property
    def figures(self) -> str:
        """Frames and speed, for people."""
        total = "" if self.total is None else f"/{self.total}"
        seconds = monotonic() - self.since
        speed = f"  {self.frames / seconds:5.1f} fps" if self.frames and seconds > 0 else ""
        return f"{self.frames}{total}{speed}"


class Overview:
    """Shows the progress of many videos on stderr.

    Args:
        mode: ``auto`` (bars on a terminal), ``json`` (lines) or ``none``.
        videos: How many there are.
        is_quiet: Shows nothing.
    """

    def __init__(self, mode: str, videos: int, *, is_quiet: bool) -> None:
        console = Console(stderr=True)
        self._is_json = mode == "json" and not is_quiet
        self._videos, self._done, self._failed, self._skipped = videos, 0, 0, 0
        self._began = monotonic()
        self._running: dict[str, _Running] = {}
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            transient=True,
            # What is printed meanwhile stays on the stream that it is printed on.
            redirect_stdout=False,
            redirect_stderr=False,
            disable=mode != "auto" or is_quiet or not console.is_terminal,
        )
        self._all = self._bars.add_task("", total=float(videos), figures="")

    def __enter__(self) -> "Overview":
        self._began = monotonic()
        self._bars.start()
        self._tell()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bars.stop()

    @contextmanager
    def aside(self) -> Generator[None]:
        """Around what is printed while the bars are shown: they make room for it."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def begin(self, task: Task) -> None:
        """Work on a video begins, or begins once more."""
        self._drop(task)
        self._running[task.source] = _Running(one_line(task.video.name))

    def stage(self, task: Task, name: str, total: int | None) -> None:
        """A stage of a video begins."""
        running = self._running.get(task.source)
        if running is None:
            return
        running.stage, running.total, running.frames = name, total, 0
        running.since = monotonic()
        if running.bar is None:
            running.bar = self._bars.add_task("", figures="")
        label = f"{escape(running.name)} [bold]{name}[/bold]"
        self._bars.update(running.bar, description=label, total=total, completed=0)
        self._report(running, is_due=True)

    def advance(self, task: Task, frames: int) -> None:
        """Frames of a video are done."""
        running = self._running.get(task.source)
        # News of a cluster may come late.
        if running is None:
            return
        running.frames += frames
        self._report(running, is_due=monotonic() - running.told_at >= JSON_INTERVAL_S)

    def settle(self, outcome: Outcome) -> None:
        """A video is done with."""
        self._drop(outcome.task)
        self._done += 1
        self._failed += outcome.error is not None
        self._skipped += outcome.status == SKIPPED
        self._tell()

    def _drop(self, task: Task) -> None:
        running = self._running.pop(task.source, None)
        if running is not None and running.bar is not None:
            self._bars.remove_task(running.bar)

    def _report(self, running: _Running, *, is_due: bool) -> None:
        if running.bar is not None:
            self._bars.update(running.bar, completed=running.frames, figures=running.figures)
        if is_due:
            running.told_at = monotonic()
            if self._is_json:
                print_json(
                    {
                        "video": running.name,
                        "stage": running.stage,
                        "frame": running.frames,
                        "of_about": running.total,
                    }
                )
            self._tell()

    def _tell(self) -> None:
        """How far all of it is."""
        left = self._seconds_left()
        if self._is_json:
            print_json(
                {
                    "videos": self._videos,
                    "done": self._done,
                    "failed": self._failed,
                    "seconds_left": None if left is None else round(left),
                }
            )
        failed = f", [red]{self._failed} failed[/red]" if self._failed else ""
        self._bars.update(
            self._all,
            description=f"[bold]{self._done} of {self._videos} videos[/bold]{failed}",
            completed=self._done + sum(one.share for one in self._running.values()),
            figures=f"ETA {_clock(left)}",
        )

    def _seconds_left(self) -> float | None:
        seconds = monotonic() - self._began
        # What was skipped took no time and says nothing of the rest.
        made = self._done - self._skipped + sum(one.share for one in self._running.values())
        if made <= 0 or seconds < _SOON_S:
            return None
        return seconds / made * (self._videos - self._skipped - made)


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "-:--:--"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
