"""Data sets of labelled clips, by name."""

from pathlib import Path

from climbpose.datasets.base import SPLITS, Clip, Dataset, register, registry

__all__ = ["SPLITS", "Clip", "Dataset", "create", "names", "register", "registry"]

names = registry.names


def create(name: str, path: Path | str, split: str | None = None) -> Dataset:
    """The clips of a data set.

    Args:
        name: A registered name.
        path: Where it lies.
        split: One of `SPLITS`, None for all clips.

    Raises:
        UsageError: There is no such name or split; the message lists those there are.
        DatasetError: The data set is absent, damaged or half made.
    """
    return registry.factory(name)(Path(path), split)
