"""Option values from their text."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from climbpose.analytics.centre_of_mass import SEXES, Sex
from climbpose.detectors import QUALITIES, Quality
from climbpose.errors import UsageError
from climbpose.exporters.overlay_mp4 import OverlayOptions
from climbpose.jobs import AnnotateOptions
from climbpose.tracks import Selection

_MAX_JOBS = 256

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


def sex(text: str) -> Sex:
    """Whose proportions.

    Raises:
        UsageError: It is not one of its words.
    """
    for known in SEXES:
        if text == known:
            return known
    raise UsageError(f"--sex {text!r} is not known; choose one of: {', '.join(SEXES)}")


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


def heights(text: str | None) -> tuple[float | None, float | None]:
    """Of two climbers, metres; one number is that of both.

    Raises:
        UsageError: It is neither one number nor two.
    """
    if text is None:
        return None, None
    try:
        given = [float(part) for part in text.split(",")]
    except ValueError:
        given = []
    if len(given) not in (1, 2):
        raise UsageError(f"--height {text!r} is neither M nor M,M in metres, such as 1.70,1.82")
    return given[0], given[-1]


def jobs(text: str) -> int | None:
    """How many videos at the same time, None for what is fastest.

    Raises:
        UsageError: It is neither ``auto`` nor a number.
    """
    if text == "auto":
        return None
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_JOBS:
        raise UsageError(f"--jobs {text!r} is neither auto nor a number from 1 to {_MAX_JOBS}")
    return int(text)


def annotate_options(arguments: Mapping[str, Any]) -> AnnotateOptions:
    """What is to be done with a video, from the arguments of ``climbpose annotate`` by name.

    Raises:
        UsageError: One of them is wrong.
    """
    return AnnotateOptions(
        detector=arguments["detector"] or AnnotateOptions.detector,
        quality=quality(arguments["quality"]),
        weights=_path(arguments["weights"]),
        every=arguments["every"],
        repair=arguments["repair"],
        smoother=arguments["smoother"],
        smooth_strength=arguments["smooth_strength"],
        person=person(arguments["person"]),
        overlay=OverlayOptions(
            layers=names(arguments["layers"]),
            rotate=rotation(arguments["rotate"]),
            start=arguments["start"],
            end=arguments["end"],
            scale=arguments["scale"],
            crf=arguments["crf"],
            preset=choice("--preset", arguments["preset"], PRESETS),
            encoder=arguments["encoder"],
            with_audio=not arguments["no_audio"],
        ),
        keep_raw=arguments["keep_raw"],
        exports=names(arguments["export"]),
        tracks=_path(arguments["tracks"]),
    )


def _path(value: str | Path | None) -> Path | None:
    return None if value is None else Path(value)
