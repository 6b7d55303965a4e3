"""The wall's picture with what happened on it, as SVG: paths and numbered holds."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.values import Hold, Limb, Measures, while_climbing
from climbpose.pages import wording
from climbpose.pages.ground import Ground, ground_for
from climbpose.pages.markup import Markup, element, join
from climbpose.pages.pictures import source
from climbpose.pages.thinning import spaced
from climbpose.pages.values import Climb

CENTRE = "centre_of_mass"

_LINE_POINTS = 1500
"""Points of a drawn path at most; no screen shows more of them."""

_PATH_WORDS = {CENTRE: "centre of mass", **{limb.word: wording.limb(limb) for limb in Limb}}


def paths_of(measures: Measures) -> Mapping[str, Float64[np.ndarray, "frames 2"]]:
    """The lines that are drawn, wall frame; those of which nothing is known are left out."""
    paths = {limb.word: measures.limbs[:, limb] for limb in (2, 3, 0, 1) for limb in (Limb(limb),)}
    paths[CENTRE] = measures.centre_of_mass
    climbed = {name: on_the_wall(measures, xy) for name, xy in paths.items()}
    return {name: xy for name, xy in climbed.items() if np.isfinite(xy).any()}


def on_the_wall(
    measures: Measures, xy: Float64[np.ndarray, "frames 2"]
) -> Float64[np.ndarray, "frames 2"]:
    """A line without the way to the wall and the fall from it; all of it where no hand held."""
    rows = while_climbing(measures.contacts, len(xy))
    return np.where(rows[:, None], xy, np.nan) if rows.any() else xy


def ground_of(climb: Climb) -> Ground:
    """What a climb's paths and holds are drawn on."""
    holds = np.array([hold.xy for hold in climb.measures.holds], np.float64).reshape(-1, 2)
    drawn = np.concatenate([*paths_of(climb.measures).values(), holds])
    return ground_for(climb.wall, climb.video, drawn)


def path_words(name: str) -> str:
    """A path's name for people."""
    return _PATH_WORDS[name]


def scene(ground: Ground, measures: Measures, identifier: str) -> Markup:
    """Picture, paths and holds, to be placed in one SVG and used again in another."""
    return element(
        "g",
        backdrop(ground),
        [path(ground, name, xy) for name, xy in paths_of(measures).items()],
        holds(ground, measures.holds),
        id=identifier,
        class_="scene",
    )


def backdrop(ground: Ground) -> Markup:
    """The picture, dimmed a little so that lines stand out."""
    size: dict[str, int] = {"width": ground.width, "height": ground.height}
    if ground.picture is None:
        return element("rect", class_="bare", **size)
    picture = element("image", href=source(ground.picture), **size)
    return join(picture, element("rect", class_="dim", **size))


def path(ground: Ground, name: str, xy: Float64[np.ndarray, "frames 2"]) -> Markup:
    """A line over a dark rim."""
    line = outline(ground.place(xy[spaced(len(xy), _LINE_POINTS)]))
    return element(
        "g",
        element("path", d=line, class_="rim"),
        element("path", d=line, class_="line"),
        class_=f"path {name}",
        data_path=name,
    )


def outline(xy: Float64[np.ndarray, "points 2"]) -> str:
    """An SVG path through points, broken where they are not known."""
    parts, is_open = [], False
    for x, y in xy.tolist():
        if not (np.isfinite(x) and np.isfinite(y)):
            is_open = False
            continue
        parts.append(f"{'L' if is_open else 'M'}{x:g} {y:g}")
        is_open = True
    return "".join(parts)


def holds(ground: Ground, places: Sequence[Hold]) -> Markup:
    """Numbered marks: round for hands, square for feet, both for both."""
    size = mark_size(ground)
    marks = []
    for hold in places:
        ((x, y),) = ground.place(np.array([hold.xy])).tolist()
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        kinds = {limb.is_hand for limb in hold.limbs}
        square = element("rect", x=-size, y=-size, width=2 * size, height=2 * size, rx=size / 4)
        marks.append(
            element(
                "g",
                element("title", f"Hold {hold.number}: {', '.join(map(wording.limb, hold.limbs))}"),
                square if False in kinds else None,
                element("circle", r=size) if kinds != {False} else None,
                element("text", hold.number, font_size=f"{1.15 * size:g}", dy="0.36em"),
                class_="hold",
                data_hold=hold.number,
                transform=f"translate({x:g} {y:g})",
            )
        )
    return element("g", marks, class_="holds")


def mark_size(ground: Ground) -> float:
    """Half the width of a hold's mark, pixels of the picture."""
    return round(max(ground.width, ground.height) / 72, 1)


def figure(ground: Ground, climb: Climb, number: int) -> Markup:
    """The wall on the page: the picture, what of it is shown, and where the climber is now."""
    measures, size = climb.measures, mark_size(ground)
    paths = paths_of(measures)
    toggles = [
        toggle(name, path_words(name).capitalize(), f"swatch {name}")
        for name in _PATH_WORDS
        if name in paths
    ]
    if measures.holds:
        toggles.append(toggle("holds", "Holds", "swatch holds-swatch"))
    dots = [
        element("circle", r=round(size * 0.62, 1), class_=f"dot {name}", data_dot=name)
        for name in paths
    ]
    picture = element(
        "svg",
        scene(ground, measures, f"scene-{number}"),
        element("g", dots, class_="dots"),
        viewBox=f"0 0 {ground.width} {ground.height}",
        role="img",
        aria_label=describe(climb),
    )
    return element(
        "figure",
        element("h2", "On the wall"),
        _absences(climb, bool(paths)),
        picture if _is_worth_drawing(climb) else None,
        element("figcaption", toggles, class_="chips") if toggles else None,
        class_="wall panel",
    )


def again(ground: Ground, climb: Climb, number: int) -> Markup:
    """The same scene once more, for the printed page."""
    if not _is_worth_drawing(climb):
        return element("p", "Nothing is known of where the climb went.", class_="absent")
    return element(
        "svg",
        element("use", href=f"#scene-{number}"),
        viewBox=f"0 0 {ground.width} {ground.height}",
        role="img",
        aria_label=describe(climb),
    )


def _is_worth_drawing(climb: Climb) -> bool:
    return climb.wall is not None or bool(paths_of(climb.measures))


def describe(climb: Climb) -> str:
    """What the picture shows, for who cannot see it."""
    known = paths_of(climb.measures)
    paths = [path_words(name) for name in _PATH_WORDS if name in known]
    lines = f"the paths of {', '.join(paths)}" if paths else "no paths"
    ground = "Picture of the wall" if climb.wall is not None else "Plain ground"
    marks = wording.plural(len(climb.measures.holds), "numbered hold")
    return f"{ground} with {marks} and {lines}"


def toggle(name: str, label: str, swatch: str) -> Markup:
    """A box that shows or hides a part of the picture."""
    return element(
        "label",
        element("input", type="checkbox", checked=True, data_shows=name),
        element("span", class_=swatch, aria_hidden="true"),
        label,
        class_="chip",
    )


def _absences(climb: Climb, has_paths: bool) -> Markup | None:
    """What the picture lacks, in words."""
    lines = []
    if climb.wall is None:
        lines.append("There is no picture of the wall; the paths are drawn on plain ground.")
    if not has_paths:
        lines.append("No path is known: the climber was not seen well enough.")
    elif not climb.measures.holds:
        lines.append("No hold is marked: no hand or foot was seen to rest on one.")
    return element("p", " ".join(lines), class_="absent") if lines else None
