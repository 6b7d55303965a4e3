"""Addresses of files in stores: what is one, and how it is shown without what is secret in it."""

import os
import re
from collections.abc import Mapping
from typing import Any

from climbpose.errors import UsageError
from climbpose.files import PART_SUFFIX

_MARK = "***"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+://"
_ADDRESS = re.compile(_SCHEME)

# Up to the last "@", as the secret keys of S3 may hold a slash: in s3://key:a/b@bucket the host
# would end there otherwise. A colon before a number is that of a port.
_PASSWORD = re.compile(rf"({_SCHEME})(?=[^/\s@]*:(?!\d+/))\S*@")
_QUERY = re.compile(rf"({_SCHEME}[^\s?]*\?)(?=\S*=)\S*")

_LONGEST_ENDING = len(f"_tracks.csv{PART_SUFFIX}")
_MAX_NAME_BYTES = 255


def is_address(text: str) -> bool:
    """Whether a text names something in a store (``s3://...``) and not a local path.

    A drive's letter is no scheme.
    """
    return _ADDRESS.match(text) is not None


def redact(text: str) -> str:
    """A text without the passwords and signatures of the addresses in it.

    A user's bare name stays, as nobody gets in by it.
    """
    return _QUERY.sub(rf"\1{_MARK}", _PASSWORD.sub(rf"\1{_MARK}@", text))


def redact_all(value: Any) -> Any:
    """The same for all texts in what JSON can hold, names of fields aside."""
    if isinstance(value, Mapping):
        return {name: redact_all(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_all(inner) for inner in value]
    return redact(value) if isinstance(value, str) else value


def check_part(part: str) -> None:
    """Makes sure that a part of a path in a store leads nowhere else in a local one.

    Raises:
        UsageError: It could.
    """
    if part in (".", "..") or any(c in part for c in ("/", "\0", os.sep, os.altsep or "/")):
        raise UsageError(f"{_shown(part)} of a store cannot be the name of a local file; rename it")


def check_name(name: str) -> str:
    """A name from a store, which is safe as that of a local file; its outputs' names are too.

    Raises:
        UsageError: It could lead elsewhere, or no local file may have it.
    """
    check_part(name)
    try:
        size = len(os.fsencode(name))
    except UnicodeEncodeError:
        size = 0
    if not size:
        raise UsageError(f"{_shown(name)} of a store cannot be the name of a local file; rename it")
    if size > _MAX_NAME_BYTES - _LONGEST_ENDING:
        raise UsageError(
            f"{_shown(name[:40])}... of a store is longer than the "
            f"{_MAX_NAME_BYTES - _LONGEST_ENDING} bytes that names here may have; rename it"
        )
    return name


def _shown(name: str) -> str:
    return repr(redact(name)) if name.isprintable() else ascii(name)
