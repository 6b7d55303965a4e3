"""ConvLSTMs and DeciWatch in use."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from climbpose import checkpoint, smoothers
from climbpose.errors import ModelError, UsageError
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.deciwatch import DeciWatchSmoother
from climbpose.smoothers.learned import VARIANTS, build
from climbpose.smoothers.learned.stored import arrays_of
from tests.smoothers.climber import KEYPOINTS, climb, coordinates, detect, stance


def begun(folder: Path, variant: str) -> str:
    """The file of a network that has not been trained, and changes little."""
    torch.manual_seed(0)
    family, config = VARIANTS[variant]
    network = build(family, config)
    network.begin_still()
    path = folder / f"{variant}.safetensors"
    header = {
        "family": "smoother",
        "name": variant,
        "network": family,
        "config": dict(config),
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": 30.0,
        "read": "centres",
    }
    checkpoint.save_arrays(path, arrays_of(network), header)
    return str(path)


@pytest.mark.parametrize("variant", ["deciwatch", "deciwatch_41", "deciwatch_41_4"])
@pytest.mark.parametrize("count", [1, 5, 30, 90])
def test_deciwatch_that_adds_nothing_keeps_a_steady_movement(
    variant: str, count: int, tmp_path: Path
) -> None:
    xy = stance() + np.arange(count)[:, None, None] * np.array([3.0, -2.0])
    poses = coordinates(list(smoothers.create(begun(tmp_path, variant))(detect(xy))))
    np.testing.assert_allclose(poses, xy, atol=0.02)


def test_deciwatch_that_looks_at_all_frames_and_adds_nothing_keeps_all(tmp_path: Path) -> None:
    xy = climb(np.arange(70) / 30) + np.random.default_rng(0).normal(0, 3, (70, KEYPOINTS, 2))
    poses = coordinates(list(smoothers.create(begun(tmp_path, "deciwatch_41"))(detect(xy))))
    np.testing.assert_allclose(poses, xy, atol=0.02)


def test_lines_between_samples_steady(tmp_path: Path) -> None:
    xy = stance() + np.random.default_rng(0).normal(0, 3, (90, KEYPOINTS, 2))
    poses = coordinates(list(smoothers.create(begun(tmp_path, "deciwatch_41_4"))(detect(xy))))
    shake = [np.abs(np.diff(one, n=2, axis=0)).mean() for one in (xy, poses)]
    assert shake[1] < 0.5 * shake[0]


@pytest.mark.parametrize(("fps", "every"), [(60, 2), (120, 4)])
def test_deciwatch_sees_faster_video_at_its_pace(fps: int, every: int, tmp_path: Path) -> None:
    time = np.arange(30 * every) / fps
    xy = climb(time)
    smoother = smoothers.create(begun(tmp_path, "deciwatch_41_4"))
    fast = coordinates(list(smoother(detect(xy, time=time))))
    slow = coordinates(list(smoother(detect(xy[::every], time=time[::every]))))
    np.testing.assert_allclose(fast[::every], slow, atol=0.02)


@pytest.mark.parametrize("variant", ["convlstm_s", "convlstm_c"])
def test_convlstms_blend_their_windows(variant: str, tmp_path: Path) -> None:
    xy = stance() + np.random.default_rng(0).normal(0, 2, (14, KEYPOINTS, 2))
    poses = coordinates(list(smoothers.create(begun(tmp_path, variant))(detect(xy))))
    assert len(poses) == 14
    assert np.abs(poses - stance()).mean() < 0.8 * np.abs(xy - stance()).mean()


def test_without_torch_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else find(name)
    )
    for name in ("convlstm_s", "convlstm_c", "deciwatch"):
        with pytest.raises(UsageError, match=r"needs torch: pip install .*conv3d does without"):
            smoothers.create(name)


def test_the_default_does_not_load_torch() -> None:
    code = (
        "import sys; from climbpose import smoothers; smoothers.create(smoothers.DEFAULT); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds convlstm_s, expected deciwatch"):
        DeciWatchSmoother(weights=begun(tmp_path, "convlstm_s"))


def test_a_file_that_is_no_smoother_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    header = {"family": "smoother", "name": "x", "skeleton": list(CLIMBING_25.keypoints)}
    checkpoint.save_arrays(path, {"w": np.zeros(3, np.float32)}, header)
    with pytest.raises(ModelError, match="no smoother that is known"):
        smoothers.create(str(path))
    with pytest.raises(ModelError, match="cannot be read"):
        smoothers.create(str(tmp_path / "absent.safetensors"))
