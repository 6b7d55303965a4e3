"""The loss of our own smoothers."""

import pytest
import torch

from climbpose.noising.batches import Batch
from climbpose.training.smoothing.parts import Part
from climbpose.training.smoothing.steady import steady_loss

FRAMES = 9


def batch() -> Batch:
    xy = 20 + 10 * torch.rand(2, 1, 25, 2).expand(2, FRAMES, 25, 2)
    known = torch.ones(2, FRAMES, 25, dtype=torch.bool)
    ones = torch.ones(2, FRAMES, 25)
    return Batch(xy, torch.ones_like(xy), ones, xy, known, torch.full((2, FRAMES), 10.0))


def loss(error: torch.Tensor, made: Batch, context: int = 0) -> float:
    return float(steady_loss(made.xy + error, None, made, context, Part(made.is_known, 1)))


def test_nothing_off_costs_nothing() -> None:
    made = batch()
    assert loss(torch.zeros_like(made.xy), made) == pytest.approx(0, abs=2e-3)


def test_trembling_costs_more_than_an_offset_of_the_same_size() -> None:
    made = batch()
    offset = torch.zeros_like(made.xy)
    offset[..., 0] = 0.1
    trembling = offset * (-1) ** torch.arange(FRAMES)[:, None, None]
    assert loss(trembling, made) > 2 * loss(offset, made)


def test_gross_errors_count_no_more_than_one() -> None:
    made = batch()
    half, gross = (torch.zeros_like(made.xy) for _ in range(2))
    half[..., 0], gross[..., 0] = 1.0, 500.0
    assert loss(half, made) == pytest.approx(0.5, abs=5e-3)
    assert loss(gross, made) == pytest.approx(1.0, abs=5e-3)


def test_context_and_unlabelled_keypoints_do_not_count() -> None:
    made = batch()
    error = torch.zeros_like(made.xy)
    error[:, :2] = error[:, -2:] = 5
    error[:, :, 7] = 5
    made.is_known[:, :, 7] = False
    assert loss(error, made, context=2) == pytest.approx(0, abs=2e-3)
    assert loss(error, made) > 0.3
