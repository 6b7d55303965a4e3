from pathlib import Path

import numpy as np
import pytest

from climbpose import checkpoint
from climbpose.errors import UsageError
from climbpose.networks.runtime import Runtime
from climbpose.training import samples
from climbpose.training.averaging import average, shrunk
from tests.training.stand_in import make_sample, tiny_graph


def saved(folder: Path, seed: int, *clips: str) -> Path:
    path = folder / f"{seed}.safetensors"
    header = {"family": "landmarks", "name": str(seed), "seed": seed, "trained_on": list(clips)}
    checkpoint.save(path, tiny_graph(seed), header)
    return path


def test_weights_lie_in_the_middle_and_the_header_tells_of_all(tmp_path: Path) -> None:
    paths = [saved(tmp_path, 1, "a", "b"), saved(tmp_path, 2, "b", "c"), saved(tmp_path, 3)]
    made = average(paths)
    parts = [checkpoint.load(path).graph.weights for path in paths]
    for name, weight in made.graph.weights.items():
        middle = sum(part[name] for part in parts) / 3
        np.testing.assert_allclose(weight, middle, atol=1e-6)
    assert made.header["trained_on"] == ["a", "b", "c"]
    assert [part["seed"] for part in made.header["averaged"]] == [1, 2, 3]
    assert made.header["family"] == "landmarks"


def test_the_average_of_a_network_with_itself_is_that_network(tmp_path: Path) -> None:
    path = saved(tmp_path, 1)
    made, before = average([path, path]).graph, checkpoint.load(path).graph
    assert all((made.weights[name] == before.weights[name]).all() for name in before.weights)


def test_other_networks_are_refused(tmp_path: Path) -> None:
    path, other = saved(tmp_path, 1), tmp_path / "other.safetensors"
    checkpoint.save(other, tiny_graph().pruned(["world"]), {"family": "landmarks", "name": "o"})
    with pytest.raises(UsageError, match="another kind"):
        average([path, other])


def test_a_shrunk_network_says_nearly_the_same_in_half_of_the_bytes(tmp_path: Path) -> None:
    path, small = saved(tmp_path, 1), tmp_path / "small.safetensors"
    folder = tmp_path / "samples" / "unlabelled"
    folder.mkdir(parents=True)
    samples.write([make_sample(seed) for seed in range(6)], folder / "a.npz")
    network = checkpoint.load(path)
    made = shrunk(network, folder.parent)
    checkpoint.save(small, made.graph, made.header)
    image = make_sample(9).image[100:356, 100:356][None]
    before, after = (Runtime(part.graph)(image) for part in (network, checkpoint.load(small)))
    assert not np.array_equal(before["heatmaps"], after["heatmaps"])
    np.testing.assert_allclose(before["heatmaps"], after["heatmaps"], atol=0.05)


def test_shrinking_needs_samples(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no files of samples"):
        shrunk(checkpoint.load(saved(tmp_path, 1)), tmp_path)
