"""HTML from values: what is text is escaped, what is markup already stays."""

import json
from html import escape
from typing import Any

_VOID = {"input", "link", "meta"}

_JSON_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def plain(text: str) -> str:
    """Text that a page can hold: what a file name has instead of letters becomes a mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text(value: object) -> Markup:
    """HTML that shows a text as it is."""
    return value if isinstance(value, Markup) else Markup(escape(plain(str(value)), quote=True))


def join(*parts: object) -> Markup:
    """One after the other; lists are taken apart and None is left out."""
    shown = []
    for part in parts:
        if isinstance(part, list | tuple):
            shown.append(join(*part))
        elif part is not None:
            shown.append(text(part))
    return Markup("".join(shown))


def element(name: str, *children: object, **attributes: str | int | float | None) -> Markup:
    """An element.

    Args:
        name: Of the element.
        *children: Texts and markup.
        **attributes: A trailing underscore is dropped and the others are hyphens; those that are
            None or False are left out.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{join(*children)}</{name}>")


def data_block(identifier: str, value: Any) -> Markup:
    """A value as JSON in a script element that nothing in it can end."""
    content = json.dumps(value, allow_nan=False, separators=(",", ":")).translate(_JSON_ESCAPES)
    return element("script", Markup(content), type="application/json", id=identifier)
