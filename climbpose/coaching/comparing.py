"""From two measured climbs to a comparison: one wall, one clock, films of both and a page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from climbpose.coaching.files import plain
from climbpose.coaching.measuring import Measured
from climbpose.coaching.reporting import shown
from climbpose.comparing.alignment import Alignment, align, from_start
from climbpose.comparing.playing import Filmed
from climbpose.comparing.registration import Registration, register_walls
from climbpose.comparing.video import write_ghost, write_side_by_side
from climbpose.errors import ClimbposeError, NobodyFoundError
from climbpose.pages import Climb, Pair, write_comparison
from climbpose.pipeline import Observer

IN_STEP = {"move": align, "start": from_start}
"""How two climbs are put in step: by their moves and heights, or both from the start."""

SIDE_BY_SIDE, GHOST = "_side_by_side.mp4", "_ghost.mp4"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two climbs on one wall.

    Attributes:
        first: A, whose wall frame and clock are everybody's.
        second: B.
        registration: How the wall of B lies on that of A.
        alignment: Which moments belong together.
    """

    first: Climb
    second: Climb
    registration: Registration
    alignment: Alignment

    def content(self) -> dict[str, Any]:
        """For JSON: how they were laid together, and the moves of both."""
        return {
            "a": self.first.title,
            "b": self.second.title,
            "in_step_by": self.alignment.by,
            "wall_error_px": self.registration.error_px,
            "wall_matches": self.registration.matches,
            "moves": [plain(asdict(one)) for one in self.alignment.moves],
        }


def films(page: Path) -> tuple[Path, Path]:
    """Where the films of a page go: side by side, and the ghost."""
    return page.with_name(f"{page.stem}{SIDE_BY_SIDE}"), page.with_name(f"{page.stem}{GHOST}")


def compared(a: Measured, b: Measured, in_step: str, observer: Observer) -> Comparison:
    """Lays two climbs on one wall and on one clock.

    Args:
        a: The one that the other is compared to.
        b: The other.
        in_step: One of `IN_STEP`.
        observer: Sees the progress.

    Raises:
        WallsDifferError: They are not on the same wall.
        NobodyFoundError: There is nobody in one of them.
        ClimbposeError: A video cannot be read.
    """
    for one in (a, b):
        if not one.measures.poses.has_climber.any():
            raise NobodyFoundError(
                f"nobody was found in {one.attempt.name}; a comparison needs a climber in both"
            )
    first, second = shown(a, observer), shown(b, observer)
    if first.wall is None or second.wall is None:
        raise ClimbposeError("the wall was seen in neither video; a comparison needs its picture")
    registration = register_walls(first.wall, second.wall)
    alignment = IN_STEP[in_step](a.measures, b.measures, registration)
    return Comparison(first, second, registration, alignment)


def write(
    comparison: Comparison, page: Path, rotates: Sequence[int | None], observer: Observer
) -> None:
    """Writes both films and the page.

    Args:
        comparison: What is shown.
        page: The page; the films go beside it.
        rotates: How the pictures of both are turned; see `VideoReader`.
        observer: Sees the progress.

    Raises:
        ClimbposeError: A video cannot be read, or a file cannot be written.
    """
    a, b = (
        Filmed(climb.video.path, climb.measures.poses, climb.measures.camera, rotate)
        for climb, rotate in zip((comparison.first, comparison.second), rotates, strict=True)
    )
    alignment, (beside, ghost) = comparison.alignment, films(page)
    observer.stage("side by side", len(alignment.time))
    write_side_by_side(a, b, alignment, beside, advance=observer.advance)
    observer.stage("ghost", len(alignment.time))
    write_ghost(a, b, alignment, comparison.registration, ghost, advance=observer.advance)
    write_comparison(
        Pair(
            first=comparison.first,
            second=comparison.second,
            registration=comparison.registration,
            alignment=alignment,
            films={"Side by side": beside, "B as a ghost on A's wall": ghost},
        ),
        page,
    )
