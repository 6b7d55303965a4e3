"""Damaged networks (safetensors) and the files of training runs."""

import io
import json
import os
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from climbpose import checkpoint, smoothers
from climbpose.checkpoint import FORMAT, VERSION
from climbpose.detectors.following.running import RunningLandmarkNetwork
from climbpose.networks import shapes
from climbpose.networks.graph import Attribute, Graph, Node
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import build
from climbpose.smoothers.learned.stored import arrays_of
from climbpose.training.detector import read_training as read_detector_training
from climbpose.training.run import CONFIG, METRICS, STATE, Run
from climbpose.training.settings import DetectorTraining
from climbpose.training.smoothing.config import PRETRAINING
from climbpose.training.smoothing.settings import PRETRAIN, SmootherTraining
from climbpose.training.smoothing.smoother import read_training as read_smoother_training
from tests.fuzz.mutation import CANARY, mutated, mutated_tree, odd_value, tree_text

_SIDE = 256


class Networks:
    """Checkpoints of landmark networks and of learned smoothers.

    Args:
        make: Makes the header and the weights of one.
        reads: Reads the file.
    """

    def __init__(
        self,
        make: Callable[[], tuple[dict[str, Any], dict[str, np.ndarray]]],
        reads: Callable[[Path], None],
    ) -> None:
        header, arrays = make()
        self._header = header | {"format": FORMAT, "version": VERSION}
        self._arrays, self._reads = arrays, reads

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant.safetensors"
        kind = rng.choice(("ours", "ours", "theirs", "bytes", "weights", "none"))
        ours = mutated_tree(self._header, rng) if kind == "ours" else self._header
        text = json.dumps(ours)
        if kind == "ours" and rng.random() < 0.1:
            text = tree_text(self._header, rng).decode("utf-8", "replace")
        arrays = {name: array.copy() for name, array in self._arrays.items()}
        if kind == "weights":
            _spoil(arrays, rng)
        data = _safetensors(arrays, text, rng if kind == "theirs" else None)
        path.write_bytes(mutated(data, rng) if kind == "bytes" else data)
        return path

    def read(self, path: Path) -> None:
        self._reads(path)


def _spoil(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    name = rng.choice(list(arrays))
    match rng.choice(("nan", "shape", "kind", "remove", "add")):
        case "nan":
            flat = arrays[name].reshape(-1)
            flat[:: max(1, flat.size // 3)] = rng.choice((np.nan, np.inf, 6e4))
        case "shape":
            arrays[name] = rng.choice((arrays[name][None], arrays[name].reshape(-1)))
        case "kind":
            arrays[name] = arrays[name].astype(rng.choice((np.int8, np.int64, np.bool_, np.uint8)))
        case "remove":
            del arrays[name]
        case _:
            arrays["more"] = np.zeros(3, np.float16)


def _safetensors(arrays: dict[str, np.ndarray], text: str, rng: random.Random | None) -> bytes:
    """The file, of which random numbers, where given, spoil the table of tensors."""
    names = {"float16": "F16", "float32": "F32", "int8": "I8"}
    names |= {"int64": "I64", "bool": "BOOL", "uint8": "U8"}
    table: dict[str, Any] = {"__metadata__": {"climbpose": text}}
    body = b""
    for name, array in arrays.items():
        data = array.tobytes()
        table[name] = {
            "dtype": names[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    length = None
    if rng is not None:
        table = mutated_tree(table, rng)
        if rng.random() < 0.2:
            length = rng.choice((0, 1, 2**63, 2**64 - 1, 10**9, 100_000_001))
    head = json.dumps(table).encode("utf-8", "surrogatepass")
    size = len(head) if length is None else length
    return size.to_bytes(8, "little") + head + body


def landmark_networks(seeds: Path) -> Networks:
    """As ``--weights`` takes them."""
    del seeds
    return Networks(_landmarks, _read_landmarks)


def _landmarks() -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    numbers = np.random.default_rng(0)
    weights: dict[str, np.ndarray] = {}

    def layer(source: str, output: str, shape: tuple[int, ...], stride: int = 1) -> Node:
        weights[f"w_{output}"] = numbers.normal(0, 0.1, shape).astype(np.float16)
        weights[f"b_{output}"] = numbers.normal(0, 0.1, shape[0]).astype(np.float16)
        attributes: dict[str, Attribute] = {
            "strides": (stride, stride),
            "pads": (0, 0, 0, 0),
            "activation": "none",
        }
        return Node("conv", (source, f"w_{output}", f"b_{output}"), output, attributes)

    pool = {"size": (64, 64), "strides": (64, 64), "pads": (0, 0, 0, 0)}
    graph = Graph(
        input="image",
        input_shape=(_SIDE, _SIDE, 3),
        input_scale=1 / 255,
        input_offset=0.0,
        nodes=(
            layer("image", "deep", (4, 3, 4, 4), 4),
            layer("deep", "heatmaps", (39, 4, 1, 1)),
            Node("max_pool", ("deep",), "pooled", pool),
            layer("pooled", "p", (195, 4, 1, 1)),
            Node("reshape", ("p",), "points", {"shape": (39, 5)}),
            layer("pooled", "w", (117, 4, 1, 1)),
            Node("reshape", ("w",), "world", {"shape": (39, 3)}),
            layer("pooled", "s", (1, 4, 1, 1)),
            Node("sigmoid", ("s",), "share", {}),
            Node("reshape", ("share",), "person", {"shape": ()}),
        ),
        outputs={name: name for name in ("points", "heatmaps", "world", "person")},
        weights={},
    )
    header = {
        "family": "landmarks",
        "name": "mutant",
        "skeleton": list(CLIMBING_25.keypoints),
        "trained_on": ["a", "b"],
        "graph": graph.structure(),
    }
    return header, weights


def _read_landmarks(path: Path) -> None:
    loaded = checkpoint.load(path, family="landmarks", shapes=shapes.LANDMARKS)
    assert all(isinstance(name, str) for name in loaded.trained_on)
    found = RunningLandmarkNetwork(loaded.graph, threads=1)(
        np.zeros((1, _SIDE, _SIDE, 3), np.uint8)
    )
    assert found.points.shape == (1, 39, 5) and found.heatmaps.shape == (1, 64, 64, 39)
    assert found.world.shape == (1, 39, 3) and found.person.shape == (1,)


def smoother_networks(seeds: Path) -> Networks:
    """As ``--smoother`` takes them."""
    del seeds
    return Networks(_smoother, lambda path: _read_smoother(path))


def _smoother() -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    header = {
        "family": "smoother",
        "name": "mutant",
        "network": "deciwatch",
        "config": {"length": 5, "rate": 4, "width": 8, "heads": 2, "inner": 8, "layers": 1},
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": 30.0,
    }
    config = header["config"]
    assert isinstance(config, dict)
    return header, arrays_of(build("deciwatch", config))


def _read_smoother(path: Path) -> None:
    smoothers.create(str(path))


class _Code:
    """Unpickled, it would run a program."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch ../{CANARY}",)


class RunStates:
    """What a training run keeps to go on."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / STATE
        state: Any = {"trainer": {"step": 3, "weights": torch.zeros(3)}, "place": {}, "best": {}}
        if rng.random() < 0.3:
            state = rng.choice(({"step": _Code()}, _Code(), [1], odd_value(rng)))
        file = io.BytesIO()
        torch.save(state, file, _use_new_zipfile_serialization=rng.random() < 0.7)
        path.write_bytes(mutated(file.getvalue(), rng) if rng.random() < 0.8 else file.getvalue())
        return path

    def read(self, path: Path) -> None:
        state = Run(path.parent, is_drawn=False).load_state()
        assert isinstance(state, dict)


class RunConfigs:
    """What a training run is made from."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        smoother = SmootherTraining(PRETRAIN, PRETRAINING, ()).to_json()
        detector = json.loads(json.dumps(asdict(DetectorTraining()), default=str))
        name, content = rng.choice((("smoother", smoother), ("detector", detector)))
        (folder / name).mkdir()
        if name == "smoother":
            source: dict[str, Any] = {
                "path": str(folder / "poses.npz"),
                "kind": None,
                "options": {},
            }
            content["data"] = [source]
            (folder / "poses.npz").touch()
        path = folder / name / CONFIG
        path.write_bytes(tree_text(mutated_tree({"climbpose": "0.1", **content}, rng), rng))
        return path

    def read(self, path: Path) -> None:
        run = Run(path.parent, is_drawn=False)
        if path.parent.name == "smoother":
            training = read_smoother_training(run)
            training.check()
        else:
            read_detector_training(run).check()


class RunFigures:
    """The table of a run's figures."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / METRICS
        cells = [str(n) for n in range(9)]
        if rng.random() < 0.7:
            cells[rng.randrange(9)] = str(odd_value(rng)).replace("\ud800", "")
        rows = [",".join(cells[n : n + 3]) for n in (0, 3, 6)]
        data = "\n".join(["step,error,loss", *rows]).encode()
        path.write_bytes(mutated(data, rng) if rng.random() < 0.6 else data)
        return path

    def read(self, path: Path) -> None:
        run = Run(path.parent, is_drawn=False)
        for row in run.figures(before=5):
            assert row["step"] <= 5
