"""The report: climbs on one page that opens from disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from climbpose.analytics.values import Measures
from climbpose.errors import UsageError
from climbpose.pages import figures, payload, player, plots, summary, tables, wall, wording
from climbpose.pages.document import write_page
from climbpose.pages.ground import Ground
from climbpose.pages.markup import Markup, data_block, element
from climbpose.pages.values import EMBED_BYTES, Climb

LIMITS = (
    "How far the hips are from the wall cannot be known from one frontal camera, so it is not "
    "guessed.",
    "Angles are those of the picture: a limb that points at the camera or away from it looks bent "
    "or short. Such stretches are drawn dotted.",
    "What hand or foot does behind the body is not seen, and how hard it pulls or pushes never is.",
)
"""What no page can tell."""

_HIGH = 0.9
"""Width for height of what stands high."""


def write_report(
    climbs: Sequence[Climb],
    path: Path,
    *,
    title: str | None = None,
    embed_bytes: int = EMBED_BYTES,
) -> None:
    """Writes a page about one or more climbs.

    Args:
        climbs: At least one, in the order of the page.
        path: The page.
        title: Of the page, None for that of the first climb.
        embed_bytes: Annotated videos up to this size are put into the page, larger ones linked.

    Raises:
        UsageError: There is no climb.
        VideoError: An annotated video cannot be read.
        ClimbposeError: The page cannot be written.
    """
    if not climbs:
        raise UsageError("a report needs at least one climb, found none; give a video or tracks")
    sections, videos, data = [], [], []
    for number, climb in enumerate(climbs):
        section, embedded, content = _climb(climb, path, number, embed_bytes)
        sections.append(section)
        videos += [embedded] if embedded is not None else []
        data.append(content)
    name = title or climbs[0].title
    body = element("div", masthead(_chooser(climbs)), element("main", sections), class_="page")
    write_page(
        path,
        title=f"{name} · climbpose report",
        body=body,
        data=[*videos, data_block("climbs", data)],
        has_plots=any(content["series"] for content in data),
    )


def masthead(chooser: Markup | None) -> Markup:
    """The top of a page: what it is, which climb, and how it looks."""
    return element(
        "header",
        element("p", "climbpose", class_="brand"),
        chooser,
        element(
            "div",
            element("button", "Print summary", type="button", id="print"),
            element("button", "Dark", type="button", id="theme", aria_pressed="false"),
            class_="tools",
        ),
        class_="masthead",
    )


def _chooser(climbs: Sequence[Climb]) -> Markup | None:
    if len(climbs) < 2:
        return None
    options = [
        element("option", f"{number + 1}. {climb.title}", value=number)
        for number, climb in enumerate(climbs)
    ]
    label = element("span", "Climb", class_="unseen")
    return element("label", label, element("select", options, id="chooser"), class_="chooser")


def _climb(
    climb: Climb, page: Path, number: int, embed_bytes: int
) -> tuple[Markup, Markup | None, dict[str, Any]]:
    """A climb's part of the page, its video if it goes into the page, and the scripts' data."""
    ground = wall.ground_of(climb)
    screen, embedded = player.video(climb.annotated, page, f"video-{number}", embed_bytes)
    shape, ratios = _shape(climb, ground)
    section = element(
        "article",
        heading(climb, number),
        warnings([*climb.measures.warnings, *climb.notes]),
        figures.glance(climb.measures.figures),
        element(
            "div",
            element(
                "section", element("h2", "Video", class_="unseen"), screen, class_="video panel"
            ),
            player.deck(climb),
            wall.figure(ground, climb, number),
            tables.moves(climb),
            class_=f"stage {shape}",
            style=f"--ratios: {ratios:.3f}",
        ),
        plots.panel(climb.measures.series, "Shaded: moves of a hand."),
        figures.groups(climb.measures.figures),
        element("div", tables.holds(climb.measures), limits(), class_="pair"),
        tables.contacts(climb),
        summary.sheet(climb, ground, number),
        class_="climb",
        aria_labelledby=f"title-{number}",
        hidden=number > 0,
    )
    return section, embedded, payload.climb_data(climb, ground)


def _shape(climb: Climb, ground: Ground) -> tuple[str, float]:
    """How the top is laid out, and the widths of video and wall together for their height.

    High pictures stand in one row with the moves; where one is wide, the moves lie below.
    """
    video, picture = climb.video.width / climb.video.height, ground.width / ground.height
    is_high = video <= _HIGH and picture <= _HIGH
    return "portrait" if is_high else "landscape", video + picture


def heading(climb: Climb, number: int) -> Markup:
    """The title and what it is about."""
    return element(
        "header",
        element("h1", climb.title, id=f"title-{number}"),
        element("p", " · ".join(facts(climb)), class_="facts"),
        class_="heading",
    )


def facts(climb: Climb) -> list[str]:
    """A few words about the climb."""
    measures = climb.measures
    seconds = climb.seconds
    length = wording.clock(seconds) if seconds >= 60 else f"{seconds:.1f} s"
    return [
        length,
        wording.plural(len(measures.moves), "move"),
        wording.plural(len(measures.holds), "hold"),
        _camera(measures),
    ]


def _camera(measures: Measures) -> str:
    return "camera stood still" if measures.camera.is_static else "camera moved, wall held still"


def warnings(lines: Sequence[str]) -> Markup | None:
    """What to know before reading on."""
    if not lines:
        return None
    return element(
        "aside",
        element("h2", "Before you read on"),
        element("ul", [element("li", line) for line in lines]),
        class_="warnings",
    )


def limits() -> Markup:
    """What one camera cannot tell."""
    return element(
        "section",
        element("h2", "What one camera cannot tell"),
        element("ul", [element("li", line) for line in LIMITS]),
        class_="limits panel",
    )
