"""Thesis A's experiments: noised poses, what is made of them, and what is refused."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose import checkpoint
from climbpose.datasets.pose_clips import PoseClip, PoseClips
from climbpose.errors import ClimbposeError, DatasetError, ModelError, UsageError
from climbpose.evaluation import Evaluation
from climbpose.evaluation.experiment import evaluate_experiment
from climbpose.evaluation.experiment_options import ExperimentOptions, compared
from climbpose.evaluation.thesis import printed
from climbpose.metrics import PCK
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import build
from tests.test_evaluation import Silent

VIDEOS, FRAMES = 10, 24


def make_clips(
    path: Path, prefix: str = "video", videos: int = VIDEOS, frames: int = FRAMES
) -> Path:
    """Poses of people who stand and sway a little; one keypoint is labelled nowhere."""
    clips = []
    for number in range(videos):
        rng = np.random.default_rng(number)
        stance = rng.uniform([100, 100], [300, 500], (25, 2))
        trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
        stance[trunk] = [[170, 180], [230, 180], [180, 330], [220, 330]]
        sway = 5 * np.sin(np.arange(frames)[:, None, None] / 20 + rng.uniform(0, 6, (25, 2)))
        xy = (stance + sway).astype(np.float32)
        visibility = np.full((frames, 25), 2, np.uint8)
        thumb = CLIMBING_25.index("left_thumb")
        visibility[:, thumb], xy[:, thumb] = 0, np.nan
        name = f"{prefix}{number}"
        clips.append(PoseClip(xy, visibility, math.nan, name, name))
    PoseClips.of(clips).save(path)
    return path


@pytest.fixture(scope="module")
def poses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("poses") / "poses.npz")


def run(path: Path, **changes: object) -> Evaluation:
    options = replace(ExperimentOptions(datasets=(str(path),), device="cpu"), **changes)  # type: ignore[arg-type]
    options.check()
    return evaluate_experiment(options, Silent())


def pck(done: Evaluation, candidate: str = "identity", keypoints: str = "all") -> list[float]:
    figures = done.by_name()
    return [figures["all", keypoints, candidate, metric].value for metric in PCK]


def make_network(path: Path, family: str = "deciwatch", **header: Any) -> Path:
    """A checkpoint with fresh weights."""
    arrays = {name: part.numpy() for name, part in build(family).state_dict().items()}
    save(path, family, arrays, **header)
    return path


def save(path: Path, family: str, arrays: Mapping[str, np.ndarray], **header: Any) -> None:
    stated = {
        "family": "smoother",
        "name": family,
        "network": family,
        "config": {},
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": 30.0,
        "trained_on": [],
    }
    checkpoint.save_arrays(path, arrays, stated | header)


def make_unchanging(path: Path) -> Path:
    """A 3DConv that gives what it is given."""
    weight = np.zeros((25, 25, 5, 5, 5), np.float32)
    weight[np.arange(25), np.arange(25), 2, 2, 2] = 1
    save(path, "conv3d", {"conv.weight": weight, "conv.bias": np.zeros(25, np.float32)})
    return path


def test_noise_is_the_thesis_s(poses: Path) -> None:
    """Shifts of 3 k cells along both axes: distances are Rayleigh's, but for the border."""
    for k, name in ((1, "1.1"), (2, "2.2")):
        done = run(poses, experiment=name, split="all", keypoints=("shoulders", "hips"))
        torso = np.mean([clip.torso_px for clip in done.clips])
        shares = np.array([0.05, 0.1, 0.2])
        expected = 100 * (1 - np.exp(-((shares * torso) ** 2) / (2 * (3 * k) ** 2)))
        np.testing.assert_allclose(pck(done, keypoints="shoulders,hips"), expected, atol=3.5)


def test_more_frames_are_better_than_one_and_bias_is_none(poses: Path) -> None:
    done = run(poses, split="all", smoothers=("none", "bias", "mean_5", "mean_9", "spline"))
    assert done.candidates == ("identity", "identity + bias", "mean_5", "mean_9", "spline")
    raw, biased, five, nine, spline = (np.array(pck(done, name)) for name in done.candidates)
    assert (raw + 5 < five).all()
    assert (five[:2] + 3 < nine[:2]).all()
    assert (nine < spline + 10).all()
    np.testing.assert_allclose(biased, raw, atol=3)
    against = {(one.candidate, one.against) for one in done.differences}
    assert against == {(name, "identity") for name in done.candidates[1:]}
    gain = next(one for one in done.differences if one.candidate == "mean_5")
    assert 0 < gain.low <= gain.points <= gain.high


def test_a_network_that_changes_nothing_is_the_identity(poses: Path, tmp_path: Path) -> None:
    """What goes through windows is judged on the same frames as what does not."""
    network = make_unchanging(tmp_path / "same.safetensors")
    for name in ("1.1", "1.3"):
        done = run(poses, experiment=name, windows=15, smoothers=("none", str(network)))
        assert done.candidates == ("identity", "same")
        assert pck(done, "same") == pck(done)
        for metric in done.metrics:
            one, other = (
                done.by_name()["all", "all", candidate, metric] for candidate in done.candidates
            )
            assert one.value == pytest.approx(other.value)
            assert one.count == other.count


def test_unlabelled_keypoints_are_not_judged(poses: Path) -> None:
    figures = run(poses).by_name()
    assert figures["all", "left_thumb", "identity", PCK[0]].count == 0
    assert math.isnan(figures["all", "left_thumb", "identity", PCK[0]].value)
    judged = figures["all", "all", "identity", PCK[0]].count
    videos = len(run(poses).clips)
    assert judged == videos * (FRAMES - 4) * 5 * 24
    assert figures["all", "left_knee", "identity", PCK[0]].count == videos * (FRAMES - 4) * 5


def test_every_second_frame(poses: Path) -> None:
    windows = {
        name: run(poses, experiment=name, split="all").by_name()["all", "nose", "identity", PCK[0]]
        for name in ("1.1", "1.3")
    }
    assert windows["1.1"].count == VIDEOS * (FRAMES - 4) * 5
    assert windows["1.3"].count == VIDEOS * (FRAMES - 8) * 5


def test_the_same_seed_measures_the_same(poses: Path) -> None:
    figures = [str(run(poses, seed=seed, windows=40, split="all").figures) for seed in (1, 1, 2)]
    assert figures[0] == figures[1] != figures[2]


def test_parts_of_the_data_share_no_video(poses: Path) -> None:
    parts = [{clip.name for clip in run(poses, split=name).clips} for name in ("train", "test")]
    assert parts[0].isdisjoint(parts[1])
    assert len(run(poses, split="all").clips) == VIDEOS


def test_of_a_network_with_longer_windows_that_is_told(poses: Path, tmp_path: Path) -> None:
    arrays = {
        name: part.numpy()
        for name, part in build("deciwatch", {"length": 9, "rate": 4}).state_dict().items()
    }
    path = tmp_path / "longer.safetensors"
    save(path, "deciwatch", arrays, config={"length": 9, "rate": 4})
    done = run(poses, smoothers=("none", str(path)), windows=20)
    assert any("longer is judged on windows of its own, of 9 frames" in note for note in done.notes)
    short = make_clips(tmp_path / "short.npz", frames=7)
    with pytest.raises(DatasetError, match="no clip has the 9 frames of a window: the longest has"):
        run(short, smoothers=(str(path),))


def test_videos_of_the_training_are_marked(poses: Path, tmp_path: Path) -> None:
    video = run(poses).clips[0].name
    path = make_network(tmp_path / "known.safetensors", trained_on=[video])
    done = run(poses, smoothers=("none", str(path)), windows=10_000)
    assert done.clips[0].seen_by == ("known",)
    assert done.seen_by("known") == {video, "all"}
    assert any("known was trained on 1 of the" in line for line in done.warnings)


def test_the_thesis_s_figures_stand_beside_the_same_setting(poses: Path, tmp_path: Path) -> None:
    noise = {"kind": "thesis", "k": 1.0}
    same = make_network(tmp_path / "same.safetensors", noise=noise)
    other = make_network(tmp_path / "other.safetensors", noise={"kind": "detector"})
    penn = make_clips(tmp_path / "penn.npz", prefix="penn-action:")
    shown = {"smoothers": ("none", str(same), str(other)), "is_with_thesis": True, "windows": 20}
    done = run(penn, **shown)
    assert done.reference["identity", PCK[0]] == 6.95
    assert done.reference["same", PCK[2]] == 80.2
    assert not any(candidate == "other" for candidate, _ in done.reference)
    assert any("all other cells are empty" in note for note in done.notes)
    assert not run(penn, **shown, experiment="2.1").reference
    elsewhere = run(poses, **shown)
    assert not elsewhere.reference
    assert any("are of Penn Action" in line for line in elsewhere.warnings)


def test_what_the_thesis_printed() -> None:
    assert set(printed("1.3", {"mine": "deciwatch"})) == {("identity", name) for name in PCK}
    assert printed("1.1", {"mine": "conv3d"})["mine", PCK[0]] == 1.84
    assert not printed("1.1", {"mine": "convlstm_s"}).keys() - printed("1.2", {}).keys()
    assert not printed("2.1", {"mine": "conv3d"})


def test_kinds_and_options_of_data(poses: Path) -> None:
    assert len(run(poses, datasets=(f"pose-clips={poses}",)).clips) == len(run(poses).clips)
    with pytest.raises(UsageError, match=r"DATASET walks=a\.npz: no kind of data is named 'walks'"):
        run(poses, datasets=("walks=a.npz",))
    for option, message in (("views", "expected NAME=VALUE"), ("views=3", "no option views")):
        with pytest.raises(UsageError, match=message):
            run(poses, data_options=(option,))
    with pytest.raises(DatasetError, match="expected the folder"):
        run(poses, datasets=(f"penn-action={poses.parent / 'none'}",))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"experiment": "3.1"}, "--experiment '3.1' is not known; choose one of: 1.1, 1.2"),
        ({"split": "dev"}, "choose one of: train, val, test, all"),
        ({"split_by": "luck"}, "choose one of: by-video, thesis"),
        ({"windows": 0}, "--windows: expected a whole number from 1"),
        ({"margin": 2.0}, "--box-margin: expected 0 to 1"),
        ({"device": "tpu"}, "choose one of: auto, cpu, cuda"),
        ({"keypoints": ("hand",)}, "no keypoints are named"),
        ({"smoothers": ("iron",)}, "no smoother is named 'iron'; choose one of"),
        ({"smoothers": ("none", "repaired")}, "repaired has no effect"),
        ({"smoothers": ("spline", "spline")}, "given twice"),
    ],
)
def test_what_cannot_be_asked_for(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(Path("poses.npz"), **changes)


def test_cuda_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(UsageError, match="--device cuda: torch finds no CUDA device"):
        run(Path("poses.npz"), device="cuda")


def test_networks_that_cannot_be_used(poses: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent.safetensors"
    halves = list(CLIMBING_25.keypoints[:12])
    foreign = make_network(tmp_path / "foreign.safetensors", skeleton=halves)
    detector = make_network(tmp_path / "detector.safetensors", family="deciwatch")
    save(detector, "conv3d", {"conv.weight": np.zeros((2, 2), np.float32)})
    for path in (absent, foreign, detector):
        with pytest.raises(ModelError) as refused:
            run(poses, smoothers=("none", str(path)))
        assert "\n" not in str(refused.value)
        assert path.name in str(refused.value)


def test_too_few_videos_to_split(tmp_path: Path) -> None:
    alone = make_clips(tmp_path / "alone.npz", videos=1)
    with pytest.raises(DatasetError, match="would be empty"):
        run(alone)
    done = run(alone, split="all", smoothers=("none", "bias"))
    assert any("of one video" in line for line in done.warnings)
    assert all(math.isnan(one.low) for one in done.figures)
    with pytest.raises(ClimbposeError):
        run(tmp_path / "none.npz")


def test_what_is_compared() -> None:
    assert compared(["mean_5"], print) == ("none", "mean_5")
    everything = compared([], lambda line: None)
    assert "repaired" not in everything
    assert {"none", "bias", "mean_5", "mean_9", "spline"} <= set(everything)
