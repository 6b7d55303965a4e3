"""Configs of training runs as JSON, and back: every value of the kind that its field has."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

_LONGEST, _LONGEST_PART = 4000, 255
"""Characters of a text, and of what is between two slashes; no path has more."""


_LARGEST, _LARGEST_INTEGER = 1e300, 2**63


def expect_keys(content: object, kind: type) -> None:
    """Makes sure that content has the fields of a kind, all and no more.

    Raises:
        ValueError: It has others.
    """
    names = {one.name for one in fields(kind)}
    found = set(content) if isinstance(content, Mapping) else set()
    if found != names:
        raise ValueError(f"expected {sorted(names)}, found {sorted(found, key=str)!r:.400}")


def revived(kind: Any, value: Any, name: str = "") -> Any:
    """A value of a kind, from what JSON made of it.

    Args:
        kind: A dataclass, or what a field of one is annotated with.
        value: Objects for dataclasses, lists for tuples, texts for paths.
        name: Of the field, for messages.

    Raises:
        ValueError: It is of another kind.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        expect_keys(value, kind)
        hints = typing.get_type_hints(kind)
        return kind(
            **{
                one.name: revived(hints[one.name], value[one.name], one.name)
                for one in fields(kind)
            }
        )
    if origin in (typing.Union, types.UnionType):
        (other,) = (argument for argument in arguments if argument is not types.NoneType)
        return None if value is None else revived(other, value, name)
    if origin is tuple and isinstance(value, list):
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        if len(kinds) == len(value):
            return tuple(revived(item, part, name) for item, part in zip(kinds, value, strict=True))
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {key: revived(arguments[1], item, name) for key, item in value.items()}
    return _plain(kind, value, name)


def _may_be_path(text: str) -> bool:
    parts = text.split("/")
    is_short = len(text) <= _LONGEST and max(map(len, parts)) <= _LONGEST_PART
    return is_short and text.isprintable()


def _plain(kind: Any, value: Any, name: str) -> Any:
    """A number, a text, a path or whatever has no type."""
    if kind is Any:
        return value
    if kind is float and type(value) in (int, float) and abs(value) <= _LARGEST:
        return float(value)
    if kind in (int, bool) and type(value) is kind and abs(value) <= _LARGEST_INTEGER:
        return value
    if kind in (str, Path) and isinstance(value, str) and _may_be_path(value):
        return kind(value)
    raise ValueError(f"{name}: {value!r:.60}")
