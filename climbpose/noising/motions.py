"""Turns and mirrorings of whole windows, so that a smoother learns no preferred direction."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from climbpose.skeleton import CLIMBING_25


@dataclass(frozen=True, eq=False)
class Motion:
    """For each window of a batch a turn, and whether left and right change sides.

    Attributes:
        turns: Matrices; a mirrored window's changes the sign of x first.
        is_mirrored: Of each window.
    """

    turns: Float[Tensor, "batch 2 2"]
    is_mirrored: Bool[Tensor, " batch"]

    @classmethod
    def drawn(
        cls, batch: int, turn_deg: float, mirror: bool, generator: torch.Generator
    ) -> "Motion":
        """Random ones.

        Args:
            batch: How many windows.
            turn_deg: The furthest turn to either side.
            mirror: Whether half of the windows are mirrored.
            generator: Says on which device, too.
        """
        device = generator.device
        share = torch.rand(2, batch, generator=generator, device=device)
        angle = torch.deg2rad((2 * share[0] - 1) * turn_deg)
        is_mirrored = (share[1] < 0.5) & mirror
        cos, sin = angle.cos(), angle.sin()
        turns = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)
        sign = torch.where(is_mirrored, -1.0, 1.0)
        flip = torch.stack([sign, torch.ones_like(sign)], dim=-1)
        return cls(turns * flip[:, None, :], is_mirrored)

    def swapped(self, values: Tensor) -> Tensor:
        """Values of keypoints, (batch, time, keypoints, ...), exchanged in mirrored windows."""
        other = values[:, :, list(CLIMBING_25.flipped)]
        chosen = self.is_mirrored.reshape(-1, *(1,) * (values.dim() - 1))
        return torch.where(chosen, other, values)

    def moved(
        self, xy: Float[Tensor, "batch time keypoints 2"]
    ) -> Float[Tensor, "batch time keypoints 2"]:
        """Coordinates turned about the origin, which the box around them makes up for."""
        return torch.einsum("bij,btkj->btki", self.turns, self.swapped(xy))

    def widths(
        self, sigma: Float[Tensor, "batch time keypoints 2"]
    ) -> Float[Tensor, "batch time keypoints 2"]:
        """Standard deviations along the axes of turned Gaussians, their covariance left out."""
        variance = torch.einsum("bij,btkj->btki", self.turns**2, self.swapped(sigma) ** 2)
        return variance.sqrt()
