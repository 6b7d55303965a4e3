"""How stores are asked: their clients, tries after the network failed, and what they refuse."""

import errno
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, TypeVar

from climbpose.batch.addresses import redact
from climbpose.errors import ClimbposeError, UsageError

_PAUSES_S = (1.0, 3.0)
"""Before the second and the third try."""

_PATIENCE_S = 10.0
"""Most clients try a few times themselves; after one that did so for longer, it is enough."""

_MAX_REASON = 200

_LASTING = (
    *(FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError),
    *(NotImplementedError, ValueError, TypeError, AttributeError, ImportError),
)
_LASTING_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_LASTING_NAMES = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"),
        *("AuthenticationException", "BadHostKeyException", "PasswordRequiredException"),
    }
)
"""What another try does not mend; the last ones are of clients that need not be installed."""

_PACKAGES = {"smbclient": "smbprotocol"}
"""Packages that are not named as what is imported from them."""

Result = TypeVar("Result")


def connect(address: str) -> tuple[Any, str]:
    """The store of an address and the file's name in it.

    Raises:
        UsageError: There is no such kind of store, or its package is not installed.
    """
    # Slow to import, and most runs have local files alone.
    from fsspec.core import url_to_fs
    from fsspec.registry import known_implementations

    scheme = address.partition("://")[0]
    try:
        store, path = url_to_fs(address)
    except ImportError as error:
        told = known_implementations.get(scheme, {}).get("class", "")
        raise UsageError(
            f"{scheme}:// needs a package that is not installed; "
            f"pip install {_package(str(told), error)}"
        ) from error
    except ValueError as error:
        if scheme in known_implementations:
            raise
        raise UsageError(
            f"{redact(address)}: {scheme}:// is no kind of store that fsspec knows; check it"
        ) from error
    return store, str(path)


def persist(ask: Callable[[], Result], address: str, done: str) -> Result:
    """Asks a store, and a few times more where the network fails.

    Args:
        ask: Asks.
        address: Of the file.
        done: What becomes of the file, for the message.

    Raises:
        ClimbposeError: The store refuses, or stays away.
    """
    start = monotonic()
    for pause in (*_PAUSES_S, None):
        try:
            return ask()
        except ClimbposeError:
            raise
        # A store's client raises whatever it likes.
        except Exception as error:
            is_enough = pause is None or monotonic() - start > _PATIENCE_S
            if is_enough or _is_lasting(error):
                raise _refusal(address, done, error) from error
        sleep(pause or 0)
    raise AssertionError


def _package(of_class: str, error: ImportError) -> str:
    """The package that has a store's client, as pip names it."""
    package = of_class.partition(".")[0]
    if package == "fsspec":
        package = str(getattr(error.__cause__, "name", None) or package).partition(".")[0]
    return _PACKAGES.get(package, package)


def _is_lasting(error: Exception) -> bool:
    """Whether another try would fail as well."""
    return (
        isinstance(error, _LASTING)
        or (isinstance(error, OSError) and error.errno in _LASTING_NUMBERS)
        or type(error).__name__ in _LASTING_NAMES
    )


def _refusal(address: str, done: str, error: Exception) -> ClimbposeError:
    told = f"{redact(address)} could not be {done}"
    if isinstance(error, FileNotFoundError):
        return UsageError(f"{told}: there is no such file or bucket; check the name")
    if isinstance(error, PermissionError):
        return ClimbposeError(f"{told}: the store refuses access; check your credentials for it")
    if isinstance(error, NotImplementedError):
        return UsageError(f"{told}: {address.partition(':')[0]}:// does not allow it")
    return ClimbposeError(
        f"{told} ({_reason(address, error)}); check the network and the store, and try again"
    )


def _reason(address: str, error: Exception) -> str:
    """What a store's client says, in one line; of a secret address nothing, as it may repeat it."""
    text = " ".join(str(error).split())
    if not text or redact(address) != address:
        return type(error).__name__
    text = redact(text)
    return text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}..."
