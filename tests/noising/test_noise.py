"""Thesis A's noise."""

import pytest
import torch

from climbpose.noising.noise import SMEARS, ThesisNoise


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_shifts_have_three_cells_for_each_k(scale: float) -> None:
    xy = torch.full((400, 5, 25, 2), 500.0)
    made = ThesisNoise(scale)(xy, 1000, torch.Generator().manual_seed(0))
    shift = made.xy - xy
    assert float(shift.std()) == pytest.approx(3 * scale, rel=0.02)
    assert float(shift.mean()) == pytest.approx(0, abs=0.05)
    apart = (shift[:, 1:] * shift[:, :-1]).mean() / shift.var()
    assert abs(float(apart)) < 0.02


def test_smears_are_drawn_from_the_set() -> None:
    made = ThesisNoise()(torch.zeros(200, 25, 2), 56, torch.Generator().manual_seed(0))
    values, counts = torch.unique(made.sigma, return_counts=True)
    assert values.tolist() == pytest.approx(SMEARS)
    assert float(counts.min() / counts.max()) > 0.8


def test_nothing_leaves_the_outermost_cells() -> None:
    xy = torch.rand(100, 25, 2) * 56
    made = ThesisNoise(2.0)(xy, 56, torch.Generator().manual_seed(0)).xy
    assert float(made.min()) == 0.5
    assert float(made.max()) == 55.5


def test_other_noise_each_time_and_the_same_of_the_same_seed() -> None:
    xy = torch.full((4, 25, 2), 28.0)
    generator = torch.Generator().manual_seed(3)
    first, second = (ThesisNoise()(xy, 56, generator).xy for _ in range(2))
    again = ThesisNoise()(xy, 56, torch.Generator().manual_seed(3)).xy
    assert not torch.equal(first, second)
    assert torch.equal(first, again)
