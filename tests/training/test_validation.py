from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from climbpose.training.augment import plain
from climbpose.training.losses import Batch
from climbpose.training.targets import target_of
from climbpose.training.validation import HeldOut
from tests.training.stand_in import make_sample

CPU = torch.device("cpu")
SAMPLES = [make_sample(seed) for seed in range(3)]
WANTED = Batch.of([plain(sample, target_of(sample)) for sample in SAMPLES], CPU)


class Told(nn.Module):
    """Says what is right but for a share of the torso, with flat heatmaps beyond it."""

    def __init__(self, off_px: float) -> None:
        super().__init__()
        self.xy = WANTED.xy + torch.tensor([off_px, 0.0])

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        cells = torch.arange(64.0)
        x = torch.exp(-((cells - self.xy[:, :, 0, None] / 4) ** 2) / 4)
        y = torch.exp(-((cells - self.xy[:, :, 1, None] / 4) ** 2) / 4)
        maps = (y[:, :, :, None] * x[:, :, None, :]).movedim(1, 3).clamp(1e-6, 1 - 1e-6)
        points = torch.zeros(len(images), 39, 5)
        points[:, :, :2] = self.xy
        return {
            "points": points,
            "heatmaps": torch.logit(maps),
            "world": torch.zeros(len(images), 39, 3),
            "person": torch.ones(len(images)),
        }


@pytest.mark.parametrize(("off_px", "share"), [(0.0, 1.0), (3.0, 1.0), (12.0, 0.0)])
def test_share_of_correct_keypoints(off_px: float, share: float) -> None:
    """The torso of these people is some 67 crop pixels long."""
    figures = HeldOut({"labelled": SAMPLES}, None).measure(Told(off_px), CPU)
    assert figures["pck@0.1_labelled"] == figures["pck@0.1"] == share
    assert figures["error"] == figures["error_labelled"]
    assert (figures["error"] < 0.1) == (off_px == 0.0)


def test_sources_count_alike() -> None:
    good = [replace(sample, source="unlabelled") for sample in SAMPLES]
    bad = [replace(sample, truth=sample.truth + 30) for sample in SAMPLES]
    held_out = HeldOut({"unlabelled": good, "labelled": bad, "synthetic": []}, None)
    assert len(held_out) == 6
    figures = held_out.measure(Told(0.0), CPU)
    assert (figures["pck@0.1_unlabelled"], figures["pck@0.1_labelled"]) == (1.0, 0.0)
    assert figures["pck@0.1"] == 0.5
