"""Arrays of published data sets, gathered into one ``.npz`` file without pickles."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from climbpose.errors import DatasetError

DAMAGE = (
    ValueError,
    TypeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    # What the archive reader says of settings that a damaged byte invents.
    RuntimeError,
    NotImplementedError,
)
"""What is raised where a damaged archive is read."""


def array_names(path: Path) -> frozenset[str]:
    """The names of a file's arrays; none where it is no such file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(
                name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")
            )
    except (OSError, *DAMAGE):
        return frozenset()


def read_arrays(path: Path, names: Sequence[str], what: str) -> Mapping[str, np.ndarray]:
    """Some arrays of a file, of which ``offsets`` says where each sequence begins.

    Args:
        path: The file.
        names: Of the arrays, without ``offsets``; the first has a row for every frame.
        what: What they are, for messages.

    Raises:
        DatasetError: The file is absent or damaged, an array is missing, or the offsets do not fit.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays = {name: content[name] for name in (*names, "offsets")}
    except OSError as error:
        raise DatasetError(f"{what} {path} cannot be read ({error.strerror or error})") from error
    except KeyError as error:
        raise DatasetError(f"{path} holds no {what}: it lacks {error}") from error
    except DAMAGE as error:
        raise DatasetError(f"{what} {path} are damaged ({error}); get the file anew") from error
    offsets, rows = arrays["offsets"], len(arrays[names[0]])
    if (
        offsets.ndim != 1
        or offsets.dtype.kind != "i"
        or len(offsets) < 2
        or offsets[0] != 0
        or offsets[-1] != rows
        or (np.diff(offsets) < 1).any()
    ):
        raise DatasetError(
            f"{what} {path} are damaged (offsets do not fit {rows} frames); get the file anew"
        )
    return arrays
