"""PyTorch, which only training needs."""

import importlib.util


def check_torch() -> None:
    """Makes sure that it is installed.

    Raises:
        UsageError: It is not.
    """
    from climbpose.errors import UsageError

    if importlib.util.find_spec("torch") is None:
        raise UsageError("climbpose train needs torch: pip install 'climbpose[train]'")
