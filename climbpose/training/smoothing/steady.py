"""What our own smoothers are trained for: keypoints that are right, and that move as they do.

Thesis A compares heatmaps cell by cell. That says little of a fraction of a cell, and nothing of
trembling, which is what is left to mend of a good detector.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from climbpose.noising.batches import Batch, render
from climbpose.training.smoothing.parts import Part

_ERROR_SCALE = 0.1
"""Torsos; an error of so much counts half. Much larger ones are gross, and not to be mended at the
price of cutting fast movement (Geman and McClure's function)."""

_STEADINESS = 0.3
"""Weight of the error in acceleration, torsos a frame squared."""

_SHAPE = 0.001
"""Weight of the heatmaps' own error: just enough to keep them single Gaussians."""

_WIDTH = 2.0
"""Of those Gaussians, cells."""

_TORSO = (8.0, 30.0)
"""Cells; a torso counts as no shorter and no longer, and as the first where it is unknown."""


def steady_loss(
    cells: Float[Tensor, "batch time keypoints 2"],
    maps: Float[Tensor, "batch time keypoints rows cols"] | None,
    batch: Batch,
    context: int,
    part: Part,
) -> Float[Tensor, ""]:
    """How far keypoints are off, and how far their accelerations are.

    Args:
        cells: Keypoints that a network gave.
        maps: The heatmaps that these are the centres of, if it gave any.
        batch: What it was given.
        context: Frames at both ends that only help the others.
        part: Which part of a whole batch this is.
    """
    inner = slice(context, batch.xy.shape[1] - context)
    known, part = batch.is_known[:, inner], part.frames(inner)
    torso = torch.nan_to_num(batch.torso[:, inner], nan=_TORSO[0]).clamp(*_TORSO)[..., None]
    error = (cells - batch.xy)[:, inner] / torso[..., None]
    square = error.square().sum(dim=-1)
    loss = part.mean(square / (square + _ERROR_SCALE**2), known)
    if error.shape[1] > 2:
        change = error[:, 2:] - 2 * error[:, 1:-1] + error[:, :-2]
        # The root of 0 has no slope.
        trembling = (change.square().sum(dim=-1) + 1e-6).sqrt()
        whole = known[:, 2:] & known[:, 1:-1] & known[:, :-2]
        loss = loss + _STEADINESS * part.frames(slice(1, -1)).mean(trembling, whole)
    if maps is not None:
        width = torch.full_like(batch.xy[:, inner], _WIDTH)
        wanted = render(batch.xy[:, inner], width, batch.height[:, inner] * known)
        shape = ((maps[:, inner].float() - wanted) ** 2).mean(dim=(-2, -1))
        loss = loss + _SHAPE * part.mean(shape, known)
    return loss
