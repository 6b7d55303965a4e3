"""Networks in files: saved small, found by name, checked, and rebuilt from the file alone.

A file is a safetensors file. Its header says what the network is, how it was made and how it does;
rounded weights are bytes with a scale for each output channel, all others are float16.
"""

import hashlib
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from jaxtyping import Float32, Int8

from climbpose.errors import ModelError
from climbpose.files import part_file
from climbpose.networks.graph import Graph
from climbpose.networks.shapes import shapes_of

FORMAT = "climbpose network"
VERSION = 1
SUFFIX = ".safetensors"

SHIPPED: Mapping[str, str] = {
    "climbing": "7b9a8719f28b8353ad393878c1e90dcfac1ae5ce5cb41b01817756d4269d3527",
    "climbing_fast": "b2a7185bb911a96fe38adcd8ba8a139c47a554de13a72ab5e59471d792776a7d",
    "conv3d": "44bc13f192f25d4290b8331f2112b9a5411addd96a52fa21c05b0ad191527ba7",
    "convlstm_c": "2081722add3f5b661330eaf63cdb4240a0e0b9454e88461b714a4ef4166e0162",
    "convlstm_s": "4f5f3957a50ca31171902df67b4bd3f6797cdf937f7a5f622518286c34031ebd",
    "deciwatch": "f1ffa618de5b3fe20482f55409c33114164aa5b3450856545f3daa1ff220c499",
    "person": "cd77bcf1c7a0d17cbf737734bb6736ec2637d514f4ad343ada19f0c9ddbe38ed",
}
"""The sha256 of each file in ``weights/``, by name."""

_MAX_FPS = 1000

_CODES, _SCALES = ".codes", ".scales"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Described:
    """What a file says about its network.

    Attributes:
        header: What it was saved with: family ("landmarks", "person" or "smoother"), name, and any
            JSON more (skeleton, training data, budget, commit, figures).
        file_name: Of the file it was read from, empty if from none.
        sha256: Of that file.
    """

    header: Mapping[str, Any]
    file_name: str = ""
    sha256: str = ""

    @property
    def trained_on(self) -> frozenset[str]:
        """The clips it was trained on: names, or sha256 of their files."""
        return frozenset(map(str, self.header.get("trained_on", ())))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stored(Described):
    """Weights, by name."""

    arrays: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def parameters(self) -> int:
        """How many weights there are; the scales of rounded ones do not count."""
        return sum(array.size for name, array in self.arrays.items() if not name.endswith(_SCALES))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Checkpoint(Described):
    """A network that is a graph."""

    graph: Graph


def save(path: Path, graph: Graph, header: Mapping[str, Any]) -> None:
    """Writes a network to a file.

    Args:
        path: The file, replaced if there is one.
        graph: The network.
        header: JSON values by name, ``family`` and ``name`` among them.

    Raises:
        ClimbposeError: The file could not be written.
    """
    tensors: dict[str, np.ndarray] = {}
    for name, weight in graph.weights.items():
        if name in graph.scales:
            tensors[name + _CODES] = _coded(weight, graph.scales[name])
            tensors[name + _SCALES] = graph.scales[name].astype(np.float16)
        else:
            tensors[name] = weight.astype(np.float16)
    save_arrays(path, tensors, {**header, "graph": graph.structure()})


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> None:
    """Writes weights to a file, as they are.

    Args:
        path: The file, replaced if there is one.
        arrays: By name.
        header: JSON values by name, ``family`` and ``name`` among them.

    Raises:
        ClimbposeError: The file could not be written.
    """
    named = {"family": header["family"], "name": header["name"]}
    stamp = {"format": FORMAT, "version": VERSION}
    text = json.dumps({**header, **named, **stamp}, separators=(",", ":"))
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    content = safetensors.numpy.save(contiguous, {"climbpose": text})
    with part_file(path) as part:
        part.write_bytes(content)


def load(
    name_or_path: str | Path,
    *,
    family: str | None = None,
    skeleton: Sequence[str] | None = None,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
) -> Checkpoint:
    """The graph of a file, or of a name in ``weights/``; see `read`.

    Args:
        name_or_path: See there.
        family: See there.
        skeleton: See there.
        shapes: The input and outputs that it must have, as `shapes_of` gives them, if that matters.

    Raises:
        ModelError: There is no such file, or it is not what it should be.
    """
    stored = read(name_or_path, family=family, skeleton=skeleton)
    header = dict(stored.header)
    where = stored.file_name
    try:
        graph = Graph.from_structure(header.pop("graph"), *_weights(stored.arrays))
        found = shapes_of(graph)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _damaged(where, error) from error
    for name, shape in (shapes or {}).items():
        if found.get(name) != shape:
            raise ModelError(
                f"{where}: expected {name} of shape {shape}, found {found.get(name)}; choose "
                "another checkpoint"
            )
    return Checkpoint(graph=graph, header=header, file_name=stored.file_name, sha256=stored.sha256)


def read(
    name_or_path: str | Path, *, family: str | None = None, skeleton: Sequence[str] | None = None
) -> Stored:
    """What a file holds, or one of a name in ``weights/``.

    Args:
        name_or_path: A file, or the name of one that climbpose ships.
        family: What the network must be for, if that matters.
        skeleton: The keypoints it must find, in order, if that matters.

    Raises:
        ModelError: There is no such file, or it is not what it should be.
    """
    path = _find(name_or_path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}); give the path of a checkpoint"
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if path.stem == str(name_or_path):
        _check_hash(path, sha256)
    header = _header(path, content)
    for what, expected in (("family", family), ("skeleton", skeleton)):
        if expected is not None and header.get(what) != _plain(expected):
            raise ModelError(
                f"{path} has {what} {_brief(header.get(what))}, expected "
                f"{_brief(_plain(expected))}; choose another checkpoint"
            )
    try:
        arrays = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error
    return Stored(arrays=arrays, header=header, file_name=path.name, sha256=sha256)


def shipped_folders() -> tuple[Path, ...]:
    """Where checkpoints lie that come with climbpose: in the wheel, in a checkout."""
    package = Path(str(importlib.resources.files("climbpose")))
    return package / "_weights", package.parent / "weights"


def _find(name_or_path: str | Path) -> Path:
    given = Path(name_or_path)
    if given.suffix == SUFFIX or given.exists():
        return given
    for folder in shipped_folders():
        path = folder / f"{name_or_path}{SUFFIX}"
        if path.is_file():
            return path
    known = sorted(
        {path.stem for folder in shipped_folders() for path in folder.glob(f"*{SUFFIX}")}
    )
    raise ModelError(
        f"expected the path of a checkpoint or one of {', '.join(known) or 'no names'}, found "
        f"{name_or_path!s}; correct it, or install climbpose again if its files are gone"
    )


def _check_hash(path: Path, found: str) -> None:
    expected = SHIPPED.get(path.stem)
    if expected is not None and found != expected:
        raise ModelError(
            f"{path} has sha256 {found[:12]}..., expected {expected[:12]}...; install climbpose "
            "again"
        )


def _header(path: Path, content: bytes) -> dict[str, Any]:
    # safetensors gives a file's metadata only to those who let it open the file a second time.
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["climbpose"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise _damaged(path, "another format")
    if header.get("version") != VERSION:
        raise ModelError(
            f"{path} has version {header.get('version')}, expected {VERSION}; update climbpose, or "
            "choose a checkpoint of this version"
        )
    clips = header.get("trained_on", [])
    if not (isinstance(clips, list) and all(isinstance(clip, str) for clip in clips)):
        raise _damaged(path, "it does not list what it was trained on")
    fps = header.get("fps", _MAX_FPS)
    if not (type(fps) in (int, float) and 1 <= fps <= _MAX_FPS):
        raise _damaged(path, f"fps of {fps!r:.40}")
    return header


def _damaged(path: Path | str, reason: object) -> ModelError:
    found = " ".join(str(reason).split())
    return ModelError(
        f"{path} is no whole checkpoint of climbpose ({found}); copy or train it again"
    )


def _plain(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _brief(value: object) -> str:
    return f"of {len(value)} keypoints" if isinstance(value, list) else str(value)


def _coded(
    weight: Float32[np.ndarray, "..."], scale: Float32[np.ndarray, " out"]
) -> Int8[np.ndarray, "..."]:
    return np.asarray(np.rint(weight / _spread(scale, weight)), np.int8)


def _spread(
    scale: Float32[np.ndarray, " out"], weight: np.ndarray
) -> Float32[np.ndarray, "out ..."]:
    return scale.reshape(-1, *(1,) * (weight.ndim - 1))


def _weights(
    tensors: Mapping[str, np.ndarray],
) -> tuple[dict[str, Float32[np.ndarray, "..."]], dict[str, Float32[np.ndarray, " out"]]]:
    """The weights and the scales of those that were rounded.

    Raises:
        ValueError: They do not fit each other, or there are others than numbers among them.
    """
    weights, scales = {}, {}
    for stored, tensor in tensors.items():
        if stored.endswith(_CODES):
            name = stored.removesuffix(_CODES)
            scales[name] = tensors[name + _SCALES].astype(np.float32)
            weights[name] = tensor * _spread(scales[name], tensor)
        elif not stored.endswith(_SCALES):
            weights[stored] = tensor.astype(np.float32)
    for name, weight in weights.items():
        if not np.isfinite(weight).all():
            raise ValueError(f"{name} has NaN or infinity")
    return weights, scales
