"""The fitted noise, and its fit."""

from pathlib import Path

import numpy as np
import pytest
import torch

from climbpose.errors import ModelError
from climbpose.noising.fitted import PERSISTENCE_S, FittedNoise
from climbpose.noising.fitting import Residual, fit
from climbpose.noising.windows import Sight
from climbpose.skeleton import CLIMBING_25
from tests.noising.sights import sight

TORSO = 100.0


def plain(**changes: object) -> FittedNoise:
    """No noise but what is changed."""
    nothing = (0.0,) * 25
    made: dict[str, object] = {
        "parts": (nothing,) * len(PERSISTENCE_S),
        "variation": 0.0,
        "outlier_rate": nothing,
        "outlier_s": 0.1,
        "outlier_size": nothing,
        "height": (2.0,) * 25,
        "height_spread": nothing,
        "outlier_height": 0.0,
        "sigma": (-2.0,) * 25,
        "sigma_spread": 0.0,
        "swap_rate": 0.0,
        "swap_s": 0.1,
        "gap_rate": 0.0,
        "gap_s": 0.1,
    }
    return FittedNoise(**(made | changes))  # type: ignore[arg-type]


def errors(noise: FittedNoise, windows: int = 200, frames: int = 40) -> torch.Tensor:
    """In torsos."""
    whole = sight(windows, frames)
    return (noise(whole, torch.Generator().manual_seed(0)).xy - whole.xy) / TORSO


def test_without_parts_the_labels_are_seen() -> None:
    assert float(errors(plain(), 4).abs().max()) < 1e-5


@pytest.mark.parametrize("part", range(len(PERSISTENCE_S)))
def test_each_part_lasts_its_time(part: int) -> None:
    parts = [(0.0,) * 25] * len(PERSISTENCE_S)
    parts[part] = (0.05,) * 25
    error = errors(plain(parts=tuple(parts)))
    assert float(error.std()) == pytest.approx(0.05, rel=0.05)
    kept = float((error[:, 3:] * error[:, :-3]).mean() / error.var())
    seconds = PERSISTENCE_S[part]
    expected = np.exp(-3 / 30 / seconds) if seconds else 0.0
    assert kept == pytest.approx(expected, abs=0.05)


def test_outliers_come_in_stretches_and_are_less_certain() -> None:
    noise = plain(outlier_rate=(0.02,) * 25, outlier_size=(0.5,) * 25, outlier_height=-2.0)
    whole = sight(200, 40)
    seen = noise(whole, torch.Generator().manual_seed(0))
    is_off = (seen.xy - whole.xy).norm(dim=-1) > 1e-3
    # Three frames of every fifty lie in a stretch, and half begin one or go on.
    assert float(is_off.float().mean()) == pytest.approx(0.02 / (0.02 + 1 / 3), rel=0.2)
    stays = (is_off[:, 1:] & is_off[:, :-1]).sum() / is_off[:, :-1].sum()
    assert float(stays) == pytest.approx(2 / 3, abs=0.05)
    assert float(seen.height[is_off].mean()) < 0.7 < float(seen.height[~is_off].mean())


def test_arms_and_legs_are_exchanged_whole() -> None:
    whole = sight(60, 30)
    seen = plain(swap_rate=0.05, swap_s=0.2)(whole, torch.Generator().manual_seed(0)).xy
    moved = (seen - whole.xy).norm(dim=-1) > 1e-3
    arm = CLIMBING_25.indices("left_elbow", "right_elbow", "left_wrist", "right_wrist")
    leg = CLIMBING_25.indices("left_knee", "right_knee", "left_toes", "right_toes")
    for limb in (arm, leg):
        first = moved[..., limb[0]]
        assert 0.05 < float(first.float().mean()) < 0.6
        assert all(torch.equal(moved[..., keypoint], first) for keypoint in limb[1:])
    trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "nose")
    assert not moved[..., trunk].any()
    left, right = CLIMBING_25.indices("left_wrist", "right_wrist")
    exchanged = moved[..., left]
    torch.testing.assert_close(seen[exchanged][:, left], whole.xy[exchanged][:, right])


def test_gaps_are_straight_lines() -> None:
    whole = sight(100, 20)
    steps = torch.arange(20)[:, None, None] * torch.tensor([5.0, -2.0])
    moving = Sight(whole.xy + steps, whole.is_known, None)
    bent = Sight(whole.xy + steps**2, whole.is_known, None)
    noise = plain(gap_rate=0.1, gap_s=0.1)
    straight = noise(moving, torch.Generator().manual_seed(0))
    is_gap = straight.height[..., 0] < 0.31
    assert 0.1 < float(is_gap.float().mean()) < 0.5
    inside = is_gap.clone()
    inside[:, 0] = inside[:, -1] = False
    first_seen = (~is_gap).float().argmax(dim=1)
    last_seen = 19 - (~is_gap).flip(1).float().argmax(dim=1)
    frames = torch.arange(20)
    bridged = is_gap & (frames > first_seen[:, None]) & (frames < last_seen[:, None])
    assert bridged.any()
    torch.testing.assert_close(straight.xy[bridged], moving.xy[bridged], atol=1e-3, rtol=0)
    seen = noise(bent, torch.Generator().manual_seed(0))
    off = (seen.xy - bent.xy).norm(dim=-1)[..., 0]
    assert (off[bridged] > 1).all()
    assert float(off[~is_gap].max()) < 1e-3


def test_unlabelled_keypoints_are_not_seen() -> None:
    whole = sight(2, 5)
    whole.is_known[:, :, 7] = False
    seen = plain()(whole, torch.Generator().manual_seed(0)).xy
    assert torch.isnan(seen[:, :, 7]).all()
    assert torch.isfinite(seen[:, :, 6]).all()


def test_a_fit_finds_the_parts_again() -> None:
    true = plain(
        parts=((0.01,) * 25, (0.03,) * 25, (0.04,) * 25),
        height=(1.5,) * 25,
        sigma=(-2.3,) * 25,
    )
    whole = sight(60, 150)
    seen = true(whole, torch.Generator().manual_seed(0))
    residuals = [
        Residual(
            error=((seen.xy[i] - whole.xy[i]) / TORSO).double().numpy(),
            height=seen.height[i].double().numpy(),
            sigma=(seen.sigma[i, ..., 0] / TORSO).double().numpy(),
        )
        for i in range(60)
    ]
    found = fit(residuals, gap_rate=0.001, swap_rate=0.002)
    means = [float(np.mean(part)) for part in found.parts]
    assert means == pytest.approx([0.01, 0.03, 0.04], abs=0.007)
    total = np.sqrt(np.sum(np.square(found.parts), axis=0))
    np.testing.assert_allclose(total, np.sqrt(0.01**2 + 0.03**2 + 0.04**2), rtol=0.12)
    assert np.mean(found.height) == pytest.approx(1.5, abs=0.1)
    assert np.mean(found.sigma) == pytest.approx(-2.3, abs=0.02)
    assert (found.gap_rate, found.swap_rate) == (0.001, 0.002)


def test_a_model_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "noise.json"
    shipped = FittedNoise.load()
    shipped.save(path)
    assert FittedNoise.load(path) == shipped
    path.write_text(path.read_text()[:50])
    with pytest.raises(ModelError, match="cannot be read"):
        FittedNoise.load(path)
    with pytest.raises(ModelError, match="cannot be read"):
        FittedNoise.load(tmp_path / "absent.json")
