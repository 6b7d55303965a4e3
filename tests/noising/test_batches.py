"""Windows made into batches."""

import numpy as np
import pytest
import torch

from climbpose import heatmaps
from climbpose.heatmaps import decode, encode
from climbpose.noising.batches import (
    DetectionMaker,
    ThesisMaker,
    boxes_of,
    centres,
    in_cells,
    peaks,
    render,
    to_cells,
    to_unit,
)
from climbpose.noising.noise import IMPULSE, ThesisNoise
from climbpose.noising.windows import Detected, Sight
from climbpose.poses import widened_box
from climbpose.smoothers.reading import PEAK
from tests.noising.sights import sight


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_maps_are_those_of_the_smoothers() -> None:
    xy, sigma = torch.rand(7, 2) * 56, 0.6 + 2 * torch.rand(7, 2)
    height = torch.rand(7)
    made = render(xy, sigma, height).numpy()
    expected = encode(xy.numpy(), sigma.numpy(), height.numpy())
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_targets_are_impulses_under_a_gaussian_of_one_cell() -> None:
    batch = ThesisMaker(ThesisNoise())(sight(2, 3), seeded())
    targets = batch.targets("maps")
    middle = batch.xy[(batch.xy > 4).all(-1) & (batch.xy < 52).all(-1)]
    sums = targets.sum(dim=(-1, -2))[(batch.xy > 4).all(-1) & (batch.xy < 52).all(-1)]
    assert len(middle)
    torch.testing.assert_close(sums, torch.full_like(sums, IMPULSE), rtol=1e-3, atol=0)
    assert float(targets.max()) <= PEAK + 1e-4
    xy, _ = decode(targets[0, 0].numpy())
    np.testing.assert_allclose(xy, batch.xy[0, 0].numpy(), atol=0.01)


def test_unlabelled_keypoints_have_no_maps_and_are_not_judged() -> None:
    whole = sight(1, 3)
    whole.is_known[:, :, 4] = False
    whole.is_known[:, 1, 3] = False
    batch = ThesisMaker(ThesisNoise())(whole, seeded())
    assert float(batch.inputs("maps")[:, :, 4].abs().max()) == 0
    assert float(batch.targets("maps")[:, :, 4].abs().max()) == 0
    # Right shoulders and hips are among the four that make a torso.
    assert torch.isfinite(batch.torso).tolist() == [[False, False, False]]


def test_each_frame_of_the_thesis_has_its_own_box() -> None:
    still = sight(1, 4)
    moving = Sight(still.xy + torch.arange(4)[:, None, None] * 30, still.is_known, None)
    a, b = (ThesisMaker(ThesisNoise(0.0), 0.1)(one, seeded()) for one in (still, moving))
    torch.testing.assert_close(a.xy, b.xy, atol=1e-3, rtol=0)


def test_frames_of_a_detection_share_a_box_that_holds_them_all() -> None:
    still = sight(1, 4)
    xy = still.xy + torch.arange(4)[:, None, None] * 30
    detected = Detected(xy + 1, torch.full_like(xy, 5.0), torch.full(xy.shape[:-1], 0.7))
    batch = DetectionMaker()(Sight(xy, still.is_known, detected), seeded())
    boxes = [widened_box(frame.numpy()) for frame in detected.xy[0]]
    low = np.min([box[:2] for box in boxes], axis=0)
    cell = (np.max([box[2:] for box in boxes], axis=0) - low) / 56
    np.testing.assert_allclose(batch.xy[0].numpy(), (xy[0].numpy() - low) / cell, atol=1e-3)
    torch.testing.assert_close(
        batch.seen - batch.xy, torch.tensor(1 / cell).float().expand_as(batch.xy), atol=1e-3, rtol=0
    )
    assert float(batch.height[0, 0, 0]) == pytest.approx(0.7 * PEAK)
    np.testing.assert_allclose(batch.sigma[0, 0, 0].numpy(), 5 / cell, rtol=1e-4)


@pytest.mark.parametrize("maker", [DetectionMaker(turn_deg=45.0), DetectionMaker(is_mirrored=True)])
def test_turns_and_mirrors_take_labels_and_detections_along(maker: DetectionMaker) -> None:
    whole = sight(8, 3)
    error = torch.randn(whole.xy.shape, generator=seeded(1)) * 3
    detected = Detected(whole.xy + error, torch.full_like(error, 5.0), torch.ones(error.shape[:-1]))
    plain, moved = (
        one(Sight(whole.xy, whole.is_known, detected), seeded())
        for one in (DetectionMaker(), maker)
    )
    assert not torch.allclose(plain.xy, moved.xy)

    # The boxes differ in shape, so lengths are compared in torsos of the same window.
    ratio = (moved.torso / plain.torso).mean()
    assert 0.6 < float(ratio) < 1.6
    # What is seen lies where it did, relative to the labels.
    assert (moved.seen - moved.xy).norm(dim=-1).mean() == pytest.approx(
        float((plain.seen - plain.xy).norm(dim=-1).mean()), rel=0.5
    )
    is_same = (moved.xy - plain.xy).flatten(1).abs().amax(dim=1) < 1e-3
    assert not is_same.all()


def test_boxes_widen_by_a_share_of_their_extent() -> None:
    xy = torch.tensor([[[10.0, 20.0], [30.0, 120.0], [0.0, 0.0]]])
    boxes = boxes_of(xy, torch.tensor([[True, True, False]]), 0.1)
    torch.testing.assert_close(boxes[0], torch.tensor([[8.0, 10.0], [32.0, 130.0]]))
    torch.testing.assert_close(
        in_cells(xy, boxes)[0, 0], torch.tensor([2 / 24 * 56, 10 / 120 * 56])
    )


def test_units_and_cells_are_inverse() -> None:
    cells = torch.rand(9, 2) * 56
    torch.testing.assert_close(to_cells(to_unit(cells)), cells)
    torch.testing.assert_close(to_unit(torch.tensor([0.0, 56.0])), torch.tensor([-1.0, 1.0]))


def test_centres_are_those_of_the_smoothers() -> None:
    maps = torch.rand(3, 4, 56, 56) ** 4 - 0.1
    expected = heatmaps.centres(maps.numpy())
    np.testing.assert_allclose(centres(maps).numpy(), expected, atol=1e-3)


def test_peaks_are_the_centres_of_the_highest_cells() -> None:
    maps = torch.zeros(2, 5, 7)
    maps[0, 3, 6] = maps[1, 0, 2] = 1
    assert peaks(maps).tolist() == [[6.5, 3.5], [2.5, 0.5]]
