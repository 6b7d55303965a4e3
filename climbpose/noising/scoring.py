"""How many keypoints of a batch are right, as thesis A counts them (section 5.1)."""

import torch
from jaxtyping import Float
from torch import Tensor

from climbpose.noising.batches import Batch, peaks, to_cells
from climbpose.smoothers.learned.base import SmoothingNetwork

THRESHOLDS = (0.05, 0.1, 0.2)
"""Shares of the torso's length within which a keypoint counts as correct."""


def cells_of(plain: SmoothingNetwork, output: Tensor) -> Float[Tensor, "batch time keypoints 2"]:
    """The keypoints that a network's output means, in cells."""
    return to_cells(output) if plain.kind == "points" else peaks(output.float())


def hits(
    cells: Float[Tensor, "batch time keypoints 2"], batch: Batch
) -> tuple[Float[Tensor, "thresholds keypoints"], Float[Tensor, " keypoints"]]:
    """How many keypoints are within each threshold, and how many are judged.

    Frames whose torso is unknown are left out.
    """
    judged = batch.is_known & torch.isfinite(batch.torso)[..., None]
    distance = (cells - batch.xy).norm(dim=-1) / batch.torso[..., None]
    right = torch.stack([((distance <= share) & judged).sum(dim=(0, 1)) for share in THRESHOLDS])
    return right.float(), judged.sum(dim=(0, 1)).float()
