"""Numbers and names as people read them."""

import math

from climbpose.analytics.values import Limb

NOT_KNOWN = "not known"

MINUS, DASH, TIMES = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

_UNITS = {
    "BL": ("BL", "body lengths"),
    "BL/s": ("BL/s", "body lengths a second"),
    "BL/min": ("BL/min", "body lengths a minute"),
    "1/min": ("a minute", "a minute"),
    "deg": ("°", "degrees"),
    "s": ("s", "seconds"),
    "m": ("m", "metres"),
    "m/s": ("m/s", "metres a second"),
    "m/min": ("m/min", "metres a minute"),
    "%": ("%", "per cent"),
}


def unit(name: str) -> str:
    """A unit as it follows a number."""
    return _UNITS.get(name, (name, name))[0]


def spoken_unit(name: str) -> str:
    """A unit in words."""
    return _UNITS.get(name, (name, name))[1]


def number(value: float) -> str:
    """Three digits that count, whole numbers as they are, a true minus."""
    if not math.isfinite(value):
        return DASH
    size = abs(value)
    decimals = 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2
    shown = f"{value:.{decimals}f}"
    return shown.replace("-", MINUS) if float(shown) else shown.lstrip("-")


def clock(seconds: float) -> str:
    """A time as minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min"


def fixed(value: float, decimals: int) -> str:
    """A number of a column, a dash where it is not known."""
    if not math.isfinite(value):
        return DASH
    shown = f"{value:.{decimals}f}"
    return shown.replace("-", MINUS) if float(shown) else shown.lstrip("-")


def limb(value: Limb) -> str:
    """Such as ``left hand``."""
    return value.word.replace("_", " ")


def side(name: str) -> str:
    """``left``, ``right`` or ``middle``: whose side of the body a name starts with."""
    first = name.replace(" ", "_").partition("_")[0].lower()
    return first if first in ("left", "right") else "middle"


def hold(value: int | None) -> str:
    """A hold as a table names it."""
    if value is None:
        return "?"
    return str(value) if value else "ground"


def sentence(label: str) -> str:
    """A label as it begins a line."""
    return label[:1].upper() + label[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
