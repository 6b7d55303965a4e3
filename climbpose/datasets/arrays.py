"""Arrays of published data sets, gathered into one ``.npz`` file without pickles."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from climbpose.archives import DAMAGE, opened
from climbpose.errors import DatasetError

FLOATS, INTEGERS, NUMBERS, TEXTS = "f", "iu", "fiu", "U"
"""Kinds of numbers and texts that an array may be of, as NumPy has them."""


def array_names(path: Path) -> frozenset[str]:
    """The names of a file's arrays; none where it is no such file."""
    try:
        with opened(path) as content:
            return frozenset(content)
    except (OSError, *DAMAGE):
        return frozenset()


def read_arrays(
    path: Path, frames: Mapping[str, str], lists: Mapping[str, str], what: str
) -> Mapping[str, np.ndarray]:
    """Some arrays of a file, of which ``offsets`` says where each sequence begins.

    Args:
        path: The file.
        frames: Names of the arrays with a row for every frame, and what they are of, such as
            `NUMBERS`.
        lists: The same of the arrays of one dimension.
        what: What they are, for messages.

    Raises:
        DatasetError: The file is absent or damaged, an array is missing, or the offsets do not fit.
    """
    try:
        with opened(path) as content:
            arrays = {name: content[name] for name in (*frames, *lists, "offsets")}
        for name, kinds in {**frames, **lists, "offsets": "i"}.items():
            array = arrays[name]
            is_list = name in lists or name == "offsets"
            if array.dtype.kind not in kinds or not array.ndim or (is_list and array.ndim > 1):
                raise ValueError(f"{name} of {array.dtype} {array.shape}")
    except OSError as error:
        raise DatasetError(f"{what} {path} cannot be read ({error.strerror or error})") from error
    except KeyError as error:
        raise DatasetError(f"{path} holds no {what}: it lacks {error}") from error
    except DAMAGE as error:
        raise DatasetError(f"{what} {path} are damaged ({error}); get the file anew") from error
    offsets, rows = arrays["offsets"], {len(arrays[name]) for name in frames}
    if len(offsets) < 2 or offsets[0] != 0 or rows != {offsets[-1]} or (np.diff(offsets) < 1).any():
        raise DatasetError(
            f"{what} {path} are damaged (offsets do not fit {min(rows)} frames); get the file anew"
        )
    return arrays
