"""How wrong the landmark network is on a batch."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from climbpose.training.augment import Example
from climbpose.training.config import LossWeights

_CELL = 4.0
"""Of the heatmaps, crop pixels; as with BlazePose, cell n stands for pixel 4 n."""

_PEAK_SIGMA = 1.3
"""Of the heatmaps' peaks, cells: what BlazePose's own have."""

_HIDDEN_PEAK = 0.5
"""Height of the peak of a keypoint that is not visible."""

_ROBUST_PX = 4.0
"""Errors well beyond this, in crop pixels, pull ever less: a teacher can be wrong."""

_REACH = 4
"""Refinement looks at 9 x 9 cells around the regressed point."""

_BATCH_SHARE_PX = 256.0


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Examples as tensors; their attributes by the same names."""

    images: Float[Tensor, "batch 256 256 3"]
    xy: Float[Tensor, "batch 39 2"]
    weight: Float[Tensor, "batch 39"]
    visibility: Float[Tensor, "batch 39"]
    depth: Float[Tensor, "batch 39"]
    world: Float[Tensor, "batch 39 3"]
    person: Float[Tensor, " batch"]

    @classmethod
    def of(cls, examples: list[Example], device: torch.device) -> "Batch":
        """Pictures come out in [0, 1]."""

        def stacked(name: str) -> Tensor:
            array = np.array([getattr(example, name) for example in examples])
            return torch.from_numpy(array).to(device, torch.float32)

        return cls(
            images=stacked("image") / 255,
            xy=stacked("xy"),
            weight=stacked("weight"),
            visibility=stacked("visibility"),
            depth=stacked("depth"),
            world=stacked("world"),
            person=stacked("person"),
        )


def loss_parts(outputs: dict[str, Tensor], batch: Batch) -> dict[str, Tensor]:
    """The parts of the loss by the names that `LossWeights` has for them.

    Args:
        outputs: ``points``, ``heatmaps``, ``world`` and ``person`` of the network.
        batch: What they should be.
    """
    points, logits = outputs["points"], outputs["heatmaps"]
    refined = refined_points(points[:, :, :2], logits)
    depth = (points[:, :, 2] - batch.depth).abs() / _BATCH_SHARE_PX
    world = (outputs["world"] - batch.world).abs().sum(dim=2)
    person = functional.binary_cross_entropy(outputs["person"].clamp(1e-6, 1 - 1e-6), batch.person)
    return {
        "regressed": _robust(points[:, :, :2], batch),
        "refined": _robust(refined, batch),
        "heatmaps": _heatmap_loss(logits, batch),
        "visibility": functional.binary_cross_entropy_with_logits(
            points[:, :33, 3], batch.visibility[:, :33]
        ),
        "kept": depth.mean() + world.mean() + person,
    }


def total(parts: dict[str, Tensor], weights: LossWeights) -> Tensor:
    """The sum of the parts, each times what it counts."""
    return torch.stack([getattr(weights, name) * part for name, part in parts.items()]).sum()


def refined_points(
    points: Float[Tensor, "batch points 2"], logits: Float[Tensor, "batch rows cols points"]
) -> Float[Tensor, "batch points 2"]:
    """Points as their heatmaps draw them, crop pixels; where is looked follows no gradient."""
    side = logits.shape[1]
    corner = (points.detach() / _CELL).long().clamp(_REACH, side - 1 - _REACH) - _REACH
    offsets = torch.arange(2 * _REACH + 1, device=points.device)
    column = corner[:, :, 0, None] + offsets
    row = corner[:, :, 1, None] + offsets
    batch, count = points.shape[:2]
    cells = (row[:, :, :, None] * side + column[:, :, None, :]).reshape(batch, count, -1)
    maps = logits.movedim(3, 1).reshape(batch, count, -1)
    score = torch.sigmoid(maps.gather(2, cells))
    share = score / score.sum(dim=2, keepdim=True).clamp_min(1e-6)
    x = (share * (cells % side)).sum(dim=2)
    y = (share * (cells // side)).sum(dim=2)
    return torch.stack([x, y], dim=2) * _CELL


def _robust(xy: Float[Tensor, "batch points 2"], batch: Batch) -> Tensor:
    """The logarithm of the squared error (Cauchy's), the mean over what counts."""
    squared = (xy - batch.xy).square().sum(dim=2)
    errors = torch.log1p(squared / _ROBUST_PX**2)
    return (errors * batch.weight).sum() / batch.weight.sum().clamp_min(1e-6)


def _heatmap_loss(logits: Float[Tensor, "batch rows cols points"], batch: Batch) -> Tensor:
    """Cross entropy against Gaussians, the peaks of hidden keypoints lower."""
    side = logits.shape[1]
    cells = torch.arange(side, device=logits.device, dtype=torch.float32)
    x = torch.exp(-((cells - batch.xy[:, :, 0, None] / _CELL) ** 2) / (2 * _PEAK_SIGMA**2))
    y = torch.exp(-((cells - batch.xy[:, :, 1, None] / _CELL) ** 2) / (2 * _PEAK_SIGMA**2))
    height = _HIDDEN_PEAK + (1 - _HIDDEN_PEAK) * batch.visibility
    wanted = (height[:, :, None, None] * y[:, :, :, None] * x[:, :, None, :]).movedim(1, 3)
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    mean = entropy.sum(dim=(1, 2)) / (2 * np.pi * _PEAK_SIGMA**2)
    return (mean * batch.weight).sum() / batch.weight.sum().clamp_min(1e-6)
