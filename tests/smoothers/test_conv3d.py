"""3DConv in use."""

from pathlib import Path

import numpy as np
import pytest
import torch

from climbpose import checkpoint, smoothers
from climbpose.errors import ModelError
from climbpose.networks.convolution import RunningConv3d
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.conv3d import Conv3dSmoother
from climbpose.smoothers.learned import build
from climbpose.smoothers.reading import PEAK
from tests.smoothers.climber import KEYPOINTS, TORSO, climb, coordinates, detect, leap, stance


def header(**changes: object) -> dict[str, object]:
    return {
        "family": "smoother",
        "name": "mine",
        "network": "conv3d",
        "config": {},
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": 30.0,
        "read": "centres",
    } | changes


def mean_of(length: int) -> dict[str, np.ndarray]:
    """The mean over time of each heatmap for itself."""
    weight = np.zeros((KEYPOINTS, KEYPOINTS, length, 5, 5), np.float32)
    weight[range(KEYPOINTS), range(KEYPOINTS), :, 2, 2] = 1 / length
    return {"conv.weight": weight, "conv.bias": np.zeros(KEYPOINTS, np.float32)}


@pytest.fixture
def mean(tmp_path: Path) -> Path:
    path = tmp_path / "mean.safetensors"
    checkpoint.save_arrays(path, mean_of(5), header())
    return path


@pytest.mark.parametrize(("length", "reach"), [(5, 5), (9, 3)])
def test_it_computes_what_was_trained(length: int, reach: int) -> None:
    torch.manual_seed(0)
    network = build("conv3d", {"length": length, "reach": reach})
    state = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    running = RunningConv3d(state["conv.weight"], state["conv.bias"])
    for frames in (1, 7):
        maps = np.random.default_rng(0).random((frames, KEYPOINTS, 56, 56), np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(maps)[None])[0].numpy()
        np.testing.assert_allclose(running(maps), expected, atol=1e-4)


def test_a_whole_track_at_once_is_a_window_for_each_frame() -> None:
    torch.manual_seed(0)
    network = build("conv3d").eval()
    maps = torch.rand(20, KEYPOINTS, 56, 56)
    state = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    whole = RunningConv3d(state["conv.weight"], state["conv.bias"])(maps.numpy())
    with torch.inference_mode():
        windows = torch.stack([maps[first : first + 5] for first in range(16)])
        middles = torch.cat([network(window[None])[:, 2] for window in windows])
    np.testing.assert_allclose(whole[2:-2], middles.numpy(), atol=1e-4)


def test_the_mean_of_five_frames(mean: Path) -> None:
    xy = stance() + np.random.default_rng(0).normal(0, 2, (70, KEYPOINTS, 2))
    poses = coordinates(list(smoothers.create(str(mean))(detect(xy))))
    sliding = np.stack([xy[first : first + 5].mean(axis=0) for first in range(66)])
    # Squares of sums of Gaussians are no sums of squares, but near enough for small shifts.
    assert np.abs(poses[2:-2] - sliding).max() < 0.5


def test_a_bias_counts_as_much_as_in_training(tmp_path: Path) -> None:
    # It takes a quarter of a certain keypoint's peak away.
    arrays = mean_of(5) | {"conv.bias": np.full(KEYPOINTS, -PEAK / 4, np.float32)}
    path = tmp_path / "cut.safetensors"
    checkpoint.save_arrays(path, arrays, header())
    xy = stance() + np.random.default_rng(0).normal(0, 2, (30, KEYPOINTS, 2))
    certain, unsure = (
        coordinates(list(smoothers.create(str(path))(detect(xy, height)))) for height in (0.9, 0.1)
    )
    assert np.abs(certain - stance()).mean() < 0.6 * np.abs(xy - stance()).mean()
    # Nothing is left of the others, so they stay as they were seen.
    np.testing.assert_allclose(unsure, xy, atol=1e-3)


@pytest.mark.parametrize("name", ["conv3d", "mean"])
def test_ends_of_a_steady_movement_stay(name: str, mean: Path) -> None:
    xy = stance() + np.arange(30)[:, None, None] * np.array([3.0, -5.0])
    chosen = str(mean) if name == "mean" else name
    poses = coordinates(list(smoothers.create(chosen)(detect(xy))))
    assert np.abs(poses[[0, -1]] - xy[[0, -1]]).max() < (0.1 if name == "mean" else 0.02 * TORSO)


def test_there_is_no_lag() -> None:
    time = np.arange(60) / 30
    moved = leap(time, 0.8, 0.4)[:, None, None] * np.array([120.0, -160.0])
    xy = stance() + moved
    there = coordinates(list(smoothers.create("conv3d")(detect(xy))))
    back = coordinates(list(smoothers.create("conv3d")(detect(xy[::-1]))))[::-1]
    lags = np.arange(-3, 4)
    inner = slice(10, 50)
    errors = [
        np.square(there[inner] - (stance() + moved)[inner.start + lag : inner.stop + lag]).mean()
        for lag in lags
    ]
    assert lags[int(np.argmin(errors))] == 0
    # Forwards and backwards in time are treated alike.
    assert np.abs(there - back).max() < 0.05 * TORSO


@pytest.mark.parametrize(("fps", "every"), [(60, 2), (240, 8)])
def test_faster_video_is_smoothed_over_the_same_time(fps: int, every: int, mean: Path) -> None:
    time = np.arange(40 * every) / fps
    noisy = climb(time) + np.random.default_rng(0).normal(0, 2, (len(time), KEYPOINTS, 2))
    smoother = smoothers.create(str(mean))
    fast = coordinates(list(smoother(detect(noisy, time=time))))
    for phase in (0, every - 1):
        slow = coordinates(list(smoother(detect(noisy[phase::every], time=time[phase::every]))))
        assert np.abs(fast[phase::every][4:-4] - slow[4:-4]).max() < 0.3


def test_slower_video_has_frames_put_in(mean: Path) -> None:
    time = np.arange(20) / 10
    xy = stance() + np.sin(2 * time)[:, None, None] * 40
    poses = coordinates(list(smoothers.create(str(mean))(detect(xy, time=time))))
    assert len(poses) == 20
    # Five frames of ten a second would cut a third of the way.
    assert np.abs(poses - xy).max() < 3


def test_a_keypoint_that_jumps_for_a_frame_is_pulled_back() -> None:
    xy = np.broadcast_to(stance(), (30, KEYPOINTS, 2)).copy()
    xy[15, 7] += 60
    confidence = np.full(xy.shape[:2], 0.9)
    confidence[15, 7] = 0.3
    poses = coordinates(list(smoothers.create("conv3d")(detect(xy, confidence))))
    assert np.linalg.norm(poses[15, 7] - stance()[7]) < 20


@pytest.mark.parametrize(
    ("changes", "arrays", "message"),
    [
        ({"family": "landmarks"}, {}, "has family landmarks"),
        ({"skeleton": ["nose"]}, {}, "skeleton of 1 keypoints"),
        ({"network": "deciwatch"}, {}, "holds deciwatch"),
        ({"fps": None}, {}, "no whole checkpoint"),
        ({"read": "tealeaves"}, {}, "read by 'tealeaves'"),
        ({}, {"conv.bias": np.zeros(7, np.float32)}, "holds no conv3d"),
        ({}, {"conv.weight": np.zeros((25, 25, 4, 5, 5), np.float32)}, "holds no conv3d"),
    ],
)
def test_other_files_are_refused(
    tmp_path: Path, changes: dict[str, object], arrays: dict[str, np.ndarray], message: str
) -> None:
    path = tmp_path / "other.safetensors"
    checkpoint.save_arrays(path, mean_of(5) | arrays, header(**changes))
    with pytest.raises(ModelError, match=message):
        Conv3dSmoother(weights=path)
