"""Packages that only training needs."""

import importlib.util


def check_torch() -> None:
    """Makes sure that PyTorch is installed.

    Raises:
        UsageError: It is not.
    """
    _check("torch")


def check_fabric() -> None:
    """Makes sure that all that trains a smoother is installed.

    Raises:
        UsageError: Something is not.
    """
    for package in ("torch", "lightning_fabric", "matplotlib"):
        _check(package)


def _check(package: str) -> None:
    from climbpose.errors import UsageError

    if importlib.util.find_spec(package) is None:
        raise UsageError(f"climbpose train needs {package}: pip install 'climbpose[train]'")
