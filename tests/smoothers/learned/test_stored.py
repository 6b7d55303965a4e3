from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from climbpose import checkpoint
from climbpose.errors import ModelError
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import VARIANTS, build
from climbpose.smoothers.learned.stored import arrays_of, read_network, variant_of

ARRAYS = arrays_of(build("conv3d"))


def written(folder: Path, arrays: dict[str, np.ndarray] = ARRAYS, **changes: Any) -> Path:
    header = {
        "family": "smoother",
        "name": "mine",
        "network": "conv3d",
        "config": {},
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": 30.0,
    }
    path = folder / "mine.safetensors"
    checkpoint.save_arrays(path, arrays, header | changes)
    return path


@pytest.mark.parametrize("name", ["conv3d", "conv3d_9", "deciwatch_41_4"])
def test_file_alone_rebuilds_its_network(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    family, config = VARIANTS[name]
    network = build(family, config).eval()
    path = written(tmp_path, arrays_of(network), network=family, config=dict(config))
    again, stored = read_network(path)
    assert (again.length, variant_of(stored)) == (network.length, name)
    assert not again.training
    shape = (25, 2) if again.kind == "points" else (25, 56, 56)
    window = torch.rand(1, network.length, *shape)
    with torch.inference_mode():
        assert torch.equal(network(window), again(window))


BIAS = ARRAYS["conv.bias"]


@pytest.mark.parametrize(
    ("arrays", "changes", "reason"),
    [
        (ARRAYS, {"family": "landmarks"}, "has family landmarks, expected smoother"),
        (
            ARRAYS,
            {"skeleton": list(CLIMBING_25.keypoints[:17])},
            "has skeleton of 17 keypoints, expected of 25",
        ),
        (ARRAYS, {"network": "gru"}, "no network is named 'gru'"),
        (ARRAYS, {"network": None}, "does not say which network it holds"),
        (ARRAYS, {"config": {"width": 3}}, "conv3d cannot be made of {'width': 3}"),
        (ARRAYS, {"config": {"length": 9}}, "expected conv.weight of shape (25, 25, 9, 5, 5)"),
        (ARRAYS, {"network": "deciwatch"}, "mine.safetensors lacks "),
        ({"conv.bias": BIAS}, {}, "mine.safetensors lacks conv.weight"),
        (ARRAYS | {"more": BIAS}, {}, "mine.safetensors has a needless more"),
        (ARRAYS | {"conv.bias": BIAS * np.nan}, {}, "expected conv.bias as numbers"),
        (ARRAYS | {"conv.bias": BIAS.astype(int)}, {}, "found int64 or NaN"),
    ],
)
def test_what_is_no_such_network_is_refused_in_one_line(
    tmp_path: Path, arrays: dict[str, np.ndarray], changes: dict[str, Any], reason: str
) -> None:
    path = written(tmp_path, arrays, **changes)
    with pytest.raises(ModelError) as refused:
        read_network(path)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="is no whole checkpoint"):
        read_network(path)


def test_network_of_no_variant(tmp_path: Path) -> None:
    network = build("conv3d", {"length": 7})
    _, stored = read_network(written(tmp_path, arrays_of(network), config={"length": 7}))
    with pytest.raises(
        ModelError, match=r"holds conv3d of {'length': 7}, expected one of: conv3d, "
    ):
        variant_of(stored)
