"""Windows that are made up."""

import torch

from climbpose.noising.windows import Sight
from climbpose.skeleton import CLIMBING_25

STANCE = torch.rand(25, 2, generator=torch.Generator().manual_seed(4)) * torch.tensor([200, 400])
"""Pixels."""


def sight(windows: int, frames: int) -> Sight:
    """A climber at rest, all keypoints labelled, the torso 100 px long."""
    xy = STANCE.clone()
    for side, x in (("left", 80.0), ("right", 120.0)):
        for part, y in (("shoulder", 100.0), ("hip", 200.0)):
            xy[CLIMBING_25.index(f"{side}_{part}")] = torch.tensor([x, y])
    whole = xy.expand(windows, frames, 25, 2).clone()
    return Sight(whole, torch.ones(windows, frames, 25, dtype=torch.bool), None)
