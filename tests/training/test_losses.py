from dataclasses import replace

import numpy as np
import pytest
import torch

from climbpose.training.config import LossWeights
from climbpose.training.losses import Batch, loss_parts, refined_points, total


def batch(xy: torch.Tensor) -> Batch:
    count = len(xy)
    return Batch(
        images=torch.zeros(count, 256, 256, 3),
        xy=xy,
        weight=torch.ones(count, 39),
        visibility=torch.ones(count, 39),
        depth=torch.zeros(count, 39),
        world=torch.zeros(count, 39, 3),
        person=torch.ones(count),
    )


def outputs(xy: torch.Tensor, peaks: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
    """What a network says that has its points at ``xy`` and its heatmaps' peaks at ``peaks``."""
    cells = torch.arange(64.0) * 4
    at = xy if peaks is None else peaks
    squared = (cells - at[:, :, 0, None])[:, :, None, :] ** 2 + (
        (cells - at[:, :, 1, None])[:, :, :, None] ** 2
    )
    height = torch.exp(-squared / (2 * 5.2**2)).clamp(1e-4, 1 - 1e-4)
    points = torch.zeros(len(xy), 39, 5)
    points[:, :, :2] = xy
    points[:, :, 3] = 9
    return {
        "points": points,
        "heatmaps": torch.logit(height).movedim(1, 3),
        "world": torch.zeros(len(xy), 39, 3),
        "person": torch.ones(len(xy)),
    }


def somewhere(seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).uniform(40, 216, (2, 39, 2)).astype(np.float32)
    )


def test_refinement_finds_the_peak_near_a_point() -> None:
    peaks = somewhere()
    said = outputs(peaks + 5, peaks)
    refined = refined_points(said["points"][:, :, :2], said["heatmaps"])
    assert (refined - peaks).abs().max() < 0.6


@pytest.mark.parametrize("part", ["regressed", "refined", "heatmaps"])
def test_each_part_is_least_where_all_is_right(part: str) -> None:
    right = somewhere()
    parts = [
        float(loss_parts(outputs(right + shift), batch(right))[part]) for shift in (0, 2, 5, 12)
    ]
    assert parts == sorted(parts)
    assert parts[0] < parts[1]


def test_what_does_not_count_changes_nothing() -> None:
    right = somewhere()
    wrong = right.clone()
    wrong[:, 7] += 60
    blind = batch(right)
    blind.weight[:, 7] = 0
    for part in ("regressed", "refined", "heatmaps"):
        expected = loss_parts(outputs(right), blind)[part]
        assert float(loss_parts(outputs(wrong), blind)[part]) == pytest.approx(float(expected))


def test_a_label_that_is_far_off_pulls_less_than_one_nearby() -> None:
    right = somewhere()
    pulls = []
    for shift in (4.0, 60.0):
        said = outputs(right)
        said["points"].requires_grad_()
        loss = loss_parts(said, batch(right + shift))["regressed"]
        loss.backward()  # type: ignore[no-untyped-call]
        gradient = said["points"].grad
        assert gradient is not None
        pulls.append(float(gradient.abs().sum()))
    assert pulls[1] < 0.3 * pulls[0]


def test_what_is_kept_and_visibility_are_counted() -> None:
    right = somewhere()
    said = outputs(right)
    said["world"] = torch.ones(2, 39, 3)
    parts = loss_parts(said, batch(right))
    assert float(parts["kept"]) > 2.9
    unseen = replace(batch(right), visibility=torch.zeros(2, 39))
    assert loss_parts(said, unseen)["visibility"] > parts["visibility"]


def test_the_total_is_the_weighted_sum() -> None:
    parts = {"regressed": torch.tensor(2.0), "heatmaps": torch.tensor(3.0)}
    weights = LossWeights(regressed=0.5, heatmaps=2.0)
    assert float(total(parts, weights)) == pytest.approx(7.0)
