"""Noise as thesis A makes it: keypoints shifted, heatmaps smeared (section 3.3)."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

SMEARS = (1.0, 1.5, 2.0, 2.5, 3.0)
"""Standard deviations of input heatmaps, cells."""

IMPULSE = 255.0
"""What a heatmap's cells sum to."""


class Noised(NamedTuple):
    """Keypoints as a detector might have seen them.

    Attributes:
        xy: Cells, cell i's centre at i + 0.5.
        sigma: Standard deviation of the heatmap, cells.
    """

    xy: Float[Tensor, "*rows keypoints 2"]
    sigma: Float[Tensor, "*rows keypoints"]


@dataclass(frozen=True)
class ThesisNoise:
    """Noise that is independent in time and between keypoints.

    Attributes:
        scale: k; a shift has the standard deviation of 3 k cells along each axis.
        smears: Each heatmap's width is one of these.
    """

    scale: float = 1.0
    smears: tuple[float, ...] = SMEARS

    def __call__(
        self, xy: Float[Tensor, "*rows keypoints 2"], size: int, generator: torch.Generator
    ) -> Noised:
        """Other noise each time.

        Args:
            xy: Cells.
            size: Rows and columns; keypoints are clipped to the centres of the outermost cells.
            generator: Of the device that ``xy`` is on.
        """
        shift = torch.randn(xy.shape, generator=generator, device=xy.device) * (3 * self.scale)
        choice = torch.randint(
            len(self.smears), xy.shape[:-1], generator=generator, device=xy.device
        )
        sigma = torch.tensor(self.smears, device=xy.device)[choice]
        return Noised((xy + shift).clamp(0.5, size - 0.5), sigma)
