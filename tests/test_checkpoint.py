import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from climbpose import checkpoint
from climbpose.errors import ModelError
from climbpose.networks.rounding import rounded
from tests.networks.small import pictures, small_graph

HEADER = {"family": "landmarks", "name": "small", "skeleton": ["a", "b"], "figures": {"pck": 0.5}}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "small.safetensors"
    checkpoint.save(path, small_graph(), HEADER)
    return path


def rewrite(path: Path, **changes: object) -> None:
    """Changes the header of a file in place of what it said."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    ours = json.loads(header["__metadata__"]["climbpose"]) | changes
    header["__metadata__"]["climbpose"] = json.dumps(ours)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


def test_a_network_comes_back(saved: Path) -> None:
    loaded = checkpoint.load(saved, family="landmarks", skeleton=("a", "b"))
    assert HEADER.items() <= loaded.header.items()
    assert loaded.graph.structure() == small_graph().structure()
    for name, weight in small_graph().weights.items():
        assert loaded.graph.weights[name].dtype == np.float32
        np.testing.assert_allclose(loaded.graph.weights[name], weight, rtol=1e-3, atol=1e-6)


def test_rounded_weights_come_back_as_they_were(tmp_path: Path) -> None:
    made = rounded(small_graph().pruned(), pictures(2))
    path = tmp_path / "rounded.safetensors"
    checkpoint.save(path, made, HEADER)
    loaded = checkpoint.load(path).graph
    np.testing.assert_allclose(loaded.weights["w0"], made.weights["w0"], rtol=1e-6)
    np.testing.assert_array_equal(loaded.scales["w0"], made.scales["w0"])
    assert loaded.ranges == made.ranges
    assert b"I8" in path.read_bytes()


def test_a_file_replaces_the_one_before_and_leaves_nothing_beside(saved: Path) -> None:
    checkpoint.save(saved, small_graph(), HEADER | {"name": "other"})
    assert checkpoint.load(saved).header["name"] == "other"
    assert list(saved.parent.iterdir()) == [saved]


@pytest.mark.parametrize("kept", [0, 4, 8, 200, -1])
def test_a_damaged_file_is_refused(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"small\.safetensors is no whole checkpoint") as caught:
        checkpoint.load(saved)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="no whole checkpoint"):
        checkpoint.load(path)


def test_another_version_is_refused(saved: Path) -> None:
    rewrite(saved, version=checkpoint.VERSION + 1)
    with pytest.raises(ModelError, match=r"has version 2, expected 1; update climbpose"):
        checkpoint.load(saved)


def test_another_skeleton_is_refused(saved: Path) -> None:
    with pytest.raises(ModelError, match=r"skeleton of 2 keypoints, expected of 3 keypoints"):
        checkpoint.load(saved, skeleton=("a", "b", "c"))


def test_another_family_is_refused(saved: Path) -> None:
    with pytest.raises(ModelError, match="family landmarks, expected person"):
        checkpoint.load(saved, family="person")


def test_a_network_without_its_weights_is_refused(saved: Path) -> None:
    structure = small_graph().structure()
    structure["nodes"][0][1][1] = "lost"
    rewrite(saved, graph=structure)
    with pytest.raises(ModelError, match="no lost"):
        checkpoint.load(saved)


def test_a_name_is_found_among_the_shipped_and_its_hash_checked(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "shipped_folders", lambda: (saved.parent,))
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    monkeypatch.setattr(checkpoint, "SHIPPED", {"small": digest})
    assert checkpoint.load("small").header["name"] == "small"
    rewrite(saved, name="swapped")
    with pytest.raises(ModelError, match=f"expected {digest[:12]}.*install climbpose again"):
        checkpoint.load("small")
    assert checkpoint.load(saved).header["name"] == "swapped"


def test_an_unknown_name_lists_the_known_ones(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "shipped_folders", lambda: (saved.parent,))
    with pytest.raises(ModelError, match="one of small, found smal;"):
        checkpoint.load("smal")


def test_an_absent_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.safetensors cannot be read \(No such file"):
        checkpoint.load(tmp_path / "gone.safetensors")
