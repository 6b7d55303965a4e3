"""Packages that only some formats need: the extra ``export``."""

from importlib.util import find_spec

from climbpose.errors import UsageError


def check_installed(what: str, *packages: str) -> None:
    """Makes sure, before any work, that packages are installed; none of them is loaded.

    Args:
        what: Needs them, as told to the user.
        packages: By the names under which they are imported.

    Raises:
        UsageError: One is not.
    """
    for package in packages:
        if find_spec(package) is None:
            raise UsageError(f"{what} needs {package}: pip install 'climbpose[export]'")
