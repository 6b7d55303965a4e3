"""The video and what plays it: buttons and the timeline."""

from pathlib import Path

from climbpose.analytics.values import Limb
from climbpose.errors import VideoError
from climbpose.pages import wording
from climbpose.pages.document import embedded, link_to
from climbpose.pages.markup import Markup, element, join
from climbpose.pages.values import Climb

_ICONS = {
    "play": "M7 4.5v15l12.5-7.5z",
    "pause": "M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z",
    "back": "M15.5 5v14L5.5 12zM17 5h2.5v14H17z",
    "forward": "M8.5 5v14l10-7zM4.5 5H7v14H4.5z",
    "previous": "M12 5v14L2.5 12zM21.5 5v14L12 12z",
    "next": "M12 5v14l9.5-7zM2.5 5v14l9.5-7z",
    "loop": "M6 6h10.5V3l5 4.5-5 4.5V9H9v3H6zM18 18H7.5v3l-5-4.5 5-4.5v3H15v-3h3z",
    "sound": "M4 9v6h4l5 4V5L8 9zM15.5 8.5v7a4 4 0 0 0 0-7z",
    "full": "M4 4h6v2.5H6.5V10H4zM14 4h6v6h-2.5V6.5H14z"
    "M4 14h2.5v3.5H10V20H4zM17.5 14H20v6h-6v-2.5h3.5z",
}

_SPEEDS = (0.1, 0.25, 0.5, 1.0)

_KEYS = (
    ("Space or K", "play or pause"),
    ("← → or , .", "one frame back or on"),
    ("Shift + ← →", "one second back or on"),
    ("[ ]", "move before or after"),
    ("L", "loop the move, or end the loop"),
    ("↑ ↓", "on the timeline: faster or slower"),
    ("Home, End", "on the timeline: its ends"),
    (f"+ {wording.MINUS}", "zoom the timeline"),
    ("M, F", "sound off or on; full screen"),
)

LANES = ("Moves", "Rests", *(wording.limb(limb).capitalize() for limb in Limb))


def icon(name: str) -> Markup:
    """A small picture for a button."""
    shape = element("path", d=_ICONS[name])
    return element("svg", shape, viewBox="0 0 24 24", aria_hidden="true", class_=f"icon {name}")


def button(action: str, label: str, key: str, *icons: str, **attributes: str | bool) -> Markup:
    """A button of the player."""
    return element(
        "button",
        [icon(name) for name in icons],
        type="button",
        data_does=action,
        aria_label=label,
        title=f"{label} ({key})",
        **attributes,
    )


def video(
    annotated: Path | None,
    page: Path,
    identifier: str,
    embed_bytes: int,
    label: str = "Annotated video",
) -> tuple[Markup, Markup | None]:
    """The video's place on the page, and the video itself if it is small enough to be put there.

    Args:
        annotated: The video, None where there is none.
        page: The page's file.
        identifier: Names the video on the page.
        embed_bytes: Larger ones are linked.
        label: For who cannot see it.

    Raises:
        VideoError: It cannot be read.
    """
    if annotated is None:
        words = "There is no annotated video; the timeline moves the wall and the plots alone."
        return element("div", element("p", words, class_="notice"), class_="screen"), None
    try:
        is_small = annotated.stat().st_size <= embed_bytes
    except OSError as error:
        raise VideoError(
            f"{annotated} cannot be read ({error.strerror}); write the annotated video first"
        ) from error
    content = embedded(annotated, identifier) if is_small else None
    screen = element(
        "video",
        controls=True,
        playsinline=True,
        preload="auto" if is_small else "metadata",
        src=None if is_small else link_to(annotated, page),
        data_source=identifier if is_small else None,
        aria_label=label,
    )
    name = element("b", annotated.name)
    absence = (
        join("The video does not play here. This browser may lack H.264; try another one.")
        if is_small
        else join(
            "The video ",
            name,
            " does not play. It is not in this page but beside it, as ",
            name,
            ": put it back there if it was moved. If it is there, this browser may lack H.264; try "
            "another one.",
        )
    )
    still = " The timeline still moves the wall and the plots."
    notice = element("p", absence, still, class_="notice", role="alert", hidden=True)
    return element("div", screen, notice, class_="screen"), content


def deck(climb: Climb) -> Markup:
    """Buttons and timeline."""
    return element(
        "section",
        element("h2", "Timeline", class_="unseen"),
        transport(bool(climb.measures.moves)),
        timeline(LANES),
        class_="deck panel",
    )


def transport(has_moves: bool, *, is_pair: bool = False) -> Markup:
    """The buttons that play; two videos at once have no sound and no full screen of their own."""
    idle = not has_moves
    speeds = [
        element(
            "button",
            f"{speed:g}{wording.TIMES}",
            type="button",
            data_speed=speed,
            aria_pressed="true" if speed == 1 else "false",
            aria_label=f"Speed {speed:g}",
        )
        for speed in _SPEEDS
    ]
    return element(
        "div",
        element(
            "div",
            button("previous-move", "Move before", "[", "previous", disabled=idle),
            button("back", "One frame back", "←", "back"),
            button("toggle", "Play", "space", "play", "pause", class_="main"),
            button("forward", "One frame on", "→", "forward"),
            button("next-move", "Next move", "]", "next", disabled=idle),
            button("loop", "Loop the move", "L", "loop", disabled=idle, aria_pressed="false"),
            class_="buttons",
        ),
        element("div", speeds, class_="speeds", role="group", aria_label="Speed"),
        element("p", "0:00.00", class_="readout", aria_hidden="true"),
        element("p", class_="unseen said", aria_live="polite", role="status"),
        element(
            "div",
            button("zoom-out", "Zoom the timeline out", wording.MINUS),
            button("zoom-in", "Zoom the timeline in", "+"),
            None if is_pair else button("mute", "Sound", "M", "sound", aria_pressed="true"),
            None if is_pair else button("full", "Full screen", "F", "full"),
            _keys(is_pair),
            class_="buttons extra",
        ),
        class_="transport",
    )


def timeline(lanes: tuple[str, ...]) -> Markup:
    """Lanes that scripts fill; the keyboard works them as one slider."""
    names = [
        element("span", lane, class_="double" if lane.lower().endswith("moves") else None)
        for lane in lanes
    ]
    slider = element(
        "div",
        element("div", class_="ruler"),
        element("div", class_="lanes"),
        element("div", class_="range", hidden=True),
        element("div", class_="playhead"),
        class_="track",
        role="slider",
        tabindex="0",
        aria_label="Position",
        aria_valuemin="0",
        aria_valuemax="0",
        aria_valuenow="0",
    )
    return element(
        "div",
        element("div", names, class_="lane-names", aria_hidden="true"),
        element("div", slider, class_="track-scroll"),
        class_="timeline",
    )


def _keys(is_pair: bool) -> Markup:
    rows = [
        element("div", element("dt", element("kbd", keys)), element("dd", what))
        for keys, what in (_KEYS[:-1] if is_pair else _KEYS)
    ]
    return element(
        "details",
        element("summary", "Keys"),
        element("dl", rows, class_="explained keys"),
        class_="keys-help",
    )
