"""Option values from their text."""

import math
from collections.abc import Sequence

from climbpose.detectors import QUALITIES, Quality
from climbpose.errors import UsageError
from climbpose.tracks import Selection

PRESETS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
)


def choice(option: str, value: str, choices: Sequence[str]) -> str:
    """The value, if it is one of the choices.

    Raises:
        UsageError: It is not.
    """
    if value not in choices:
        raise UsageError(f"{option} {value!r} is not known; choose one of: {', '.join(choices)}")
    return value


def names(text: str) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def rotation(text: str) -> int | None:
    """Degrees clockwise, None for what the file says.

    Raises:
        UsageError: It is not a quarter turn.
    """
    value = choice("--rotate", text, ("auto", "0", "90", "180", "270"))
    return None if value == "auto" else int(value)


def quality(text: str) -> Quality:
    """How much time the detector may take.

    Raises:
        UsageError: It is not one of its words.
    """
    for known in QUALITIES:
        if text == known:
            return known
    raise UsageError(f"--quality {text!r} is not known; choose one of: {', '.join(QUALITIES)}")


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        UsageError: It is not two whole numbers with an x between them.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise UsageError(f"--size {text!r} is not WIDTHxHEIGHT in pixels, such as 720x1280")
    return int(width), int(height)


def person(text: str) -> Selection:
    """Who is the climber.

    Raises:
        UsageError: It is neither ``auto`` nor a point.
    """
    if text == "auto":
        return "auto"
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise UsageError(f"--person {text!r} is neither auto nor X,Y in pixels, such as 540,960")
    return x, y
