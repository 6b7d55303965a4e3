"""The comparison: two climbs on one wall, on one page that opens from disk."""

from pathlib import Path

import numpy as np

from climbpose.comparing.moves import unmatched
from climbpose.pages import pair_tables, pairing, player, plots, report, wall
from climbpose.pages.document import link_to, write_page
from climbpose.pages.ground import Ground, ground_for
from climbpose.pages.markup import Markup, data_block, element
from climbpose.pages.pictures import still
from climbpose.pages.values import EMBED_BYTES, Climb, Pair

_TOLD = 3
"""Moves without a counterpart that are named one by one."""

LANES = ("A moves", "A rests", "B moves", "B rests")


def write_comparison(pair: Pair, path: Path, *, embed_bytes: int = EMBED_BYTES) -> None:
    """Writes a page about two climbs.

    Args:
        pair: The climbs and how they belong together.
        path: The page.
        embed_bytes: Annotated videos up to this size are put into the page, larger ones linked;
            the films of both are always linked.

    Raises:
        VideoError: An annotated video cannot be read.
        ClimbposeError: The page cannot be written.
    """
    ground = _ground(pair)
    screens, videos = [], []
    for number, (letter, climb) in enumerate(_lettered(pair)):
        screen, embedded = player.video(
            climb.annotated, path, f"video-{number}", embed_bytes, f"Annotated video of {letter}"
        )
        head = element("h2", element("span", letter, class_=f"letter {letter}"), climb.title)
        screens.append(element("section", head, screen, class_="video panel"))
        videos += [embedded] if embedded is not None else []
    data = pairing.pair_data(pair, ground)
    shown = element(
        "article",
        _heading(pair),
        report.warnings(_warnings(pair)),
        element(
            "div",
            screens,
            _deck(pair),
            _wall(pair, ground),
            class_="stage both",
        ),
        pair_tables.moves(pair),
        plots.panel(pairing.lines(pair), "Shaded: moves of a hand."),
        pair_tables.figures(pair),
        _films(pair, path),
        report.limits(),
        _sheet(pair, ground),
        class_="climb compared",
        aria_labelledby="title-0",
    )
    write_page(
        path,
        title=f"{pair.first.title} and {pair.second.title} · climbpose comparison",
        body=element("div", report.masthead(None), element("main", shown), class_="page"),
        data=[*videos, data_block("climbs", [data])],
        has_plots=bool(data["series"]),
    )


def _lettered(pair: Pair) -> tuple[tuple[str, Climb], ...]:
    return ("A", pair.first), ("B", pair.second)


def _heading(pair: Pair) -> Markup:
    lines = [
        element(
            "p",
            element("span", letter, class_=f"letter {letter}"),
            " · ".join([climb.title, *report.facts(climb)]),
            class_="facts",
        )
        for letter, climb in _lettered(pair)
    ]
    title = element("h1", f"{pair.first.title} and {pair.second.title}", id="title-0")
    return element("header", title, lines, class_="heading")


def _warnings(pair: Pair) -> list[str]:
    own = [
        f"{letter}: {line}"
        for letter, climb in _lettered(pair)
        for line in (*climb.measures.warnings, *climb.notes)
    ]
    return [*_unmatched(pair), *pair.notes, *own]


def _unmatched(pair: Pair) -> list[str]:
    """Which moves have no counterpart; of many only how many, for the table shows them."""
    lines = unmatched(pair.alignment.moves)
    if len(lines) <= _TOLD:
        return lines
    return [f"{len(lines)} moves have no counterpart in the other climb; the table shows which"]


def _ground(pair: Pair) -> Ground:
    """The first climb's wall, where either climb went."""
    drawn = np.concatenate([*pairing.paths(pair).values(), *pairing.hold_places(pair)])
    return ground_for(pair.first.wall, pair.first.video, drawn)


def _scene(pair: Pair, ground: Ground) -> Markup:
    return element(
        "g",
        wall.backdrop(ground),
        wall.holds(ground, pair.first.measures.holds),
        [
            wall.path(ground, name, xy)
            for name, xy in pairing.paths(pair).items()
            if np.isfinite(xy).any()
        ],
        id="scene-0",
        class_="scene",
    )


def _wall(pair: Pair, ground: Ground) -> Markup:
    known = [name for name, xy in pairing.paths(pair).items() if np.isfinite(xy).any()]
    dots = [
        element(
            "circle", r=round(wall.mark_size(ground) * 0.75, 1), class_=f"dot {name}", data_dot=name
        )
        for name in known
    ]
    toggles = [
        wall.toggle(name, f"{letter} centre of mass", f"swatch {name}")
        for letter, name in zip("AB", ("first", "second"), strict=True)
        if name in known
    ]
    if pair.first.measures.holds:
        toggles.append(wall.toggle("holds", "Holds of A", "swatch holds-swatch"))
    lacking = [
        letter for letter, name in zip("AB", ("first", "second"), strict=True) if name not in known
    ]
    words = f"No path is known of {' and '.join(lacking)}." if lacking else _accuracy(pair)
    return element(
        "figure",
        element("h2", "On the wall"),
        element("p", words, class_="absent") if words else None,
        element(
            "svg",
            _scene(pair, ground),
            element("g", dots, class_="dots"),
            viewBox=f"0 0 {ground.width} {ground.height}",
            role="img",
            aria_label="The wall with the paths of both centres of mass and the holds of A",
        ),
        element("figcaption", toggles, class_="chips") if toggles else None,
        class_="wall panel",
    )


def _accuracy(pair: Pair) -> str | None:
    """How well one wall lies on the other."""
    off = pair.registration.error_px / pair.first.measures.scale.length_px
    if not np.isfinite(off):
        return None
    about = f"about {off:.2f} body lengths" if off >= 0.01 else "less than 0.01 body lengths"
    return f"B's wall is laid on A's; its places may be off by {about}."


def _deck(pair: Pair) -> Markup:
    return element(
        "section",
        element("h2", "Timeline", class_="unseen"),
        _aligning(pair.alignment.by),
        player.transport(bool(pair.alignment.moves), is_pair=True),
        player.timeline(LANES),
        class_="deck panel",
    )


def _aligning(by: str) -> Markup | None:
    """Which way of being in step; where nothing but time puts them in step there is no choice."""
    words = {
        "move": "move by move and, between moves, height by height",
        "height": "height by height",
    }.get(by)
    if words is None:
        line = "Both run in real time: neither moves nor heights put them in step."
        return element("div", element("p", line, class_="lead"), class_="aligning")
    buttons = [
        element("button", label, type="button", data_align=mode, aria_pressed=is_on)
        for mode, label, is_on in (
            ("matched", f"By {by}", "true"),
            ("real", "In real time", "false"),
        )
    ]
    line = f"In step {words}, or both as they were climbed from the start. Times are those of A."
    return element(
        "div",
        element("div", buttons, class_="speeds", role="group", aria_label="In step"),
        element("p", line, class_="lead"),
        class_="aligning",
    )


def _films(pair: Pair, page: Path) -> Markup | None:
    """Videos of both, each with the browser's own buttons."""
    if not pair.films:
        return None
    films = [
        element(
            "figure",
            element("h3", title),
            element(
                "video",
                controls=True,
                playsinline=True,
                preload="metadata",
                src=link_to(film, page),
                poster=still(film),
                aria_label=title,
                class_="film",
            ),
            element("figcaption", f"The file {film.name}, beside this page.", class_="absent"),
        )
        for title, film in pair.films.items()
    ]
    return element("section", element("h2", "Films of both"), films, class_="films panel")


def _sheet(pair: Pair, ground: Ground) -> Markup:
    """One page on paper."""
    lines = _warnings(pair)
    more = [f"and {len(lines) - 3} more on the page"] if len(lines) > 3 else []
    return element(
        "section",
        element("p", f"A {pair.first.title}, B {pair.second.title}", class_="sheet-title"),
        element("p", "; ".join([*lines[:3], *more]), class_="sheet-warnings") if lines else None,
        element(
            "div",
            element(
                "svg",
                element("use", href="#scene-0"),
                viewBox=f"0 0 {ground.width} {ground.height}",
                role="img",
                aria_label="The wall with the paths of both centres of mass",
            ),
            element("div", pair_tables.printed_figures(pair), class_="sheet-figures"),
            element("div", pair_tables.printed_moves(pair), class_="sheet-moves"),
            class_=f"sheet-body {'wide' if ground.width > 1.2 * ground.height else 'tall'}",
        ),
        element(
            "p",
            "Solid line: A, dashed line: B. BL: body length, middle of the shoulders to middle of "
            "the hips. Made with climbpose.",
            class_="sheet-foot",
        ),
        class_="sheet",
    )
