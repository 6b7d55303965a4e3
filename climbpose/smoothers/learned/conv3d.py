"""3DConv: one convolution over space and time (thesis A, section 4.1)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from climbpose.smoothers.learned.base import MapNetwork


class Conv3d(MapNetwork):
    """Conv3d and ReLU: every heatmap of every frame from all heatmaps of the frames around it.

    Args:
        length: Frames of a window, and of the kernel; odd.
        reach: Rows and columns of the kernel; odd.
    """

    def __init__(self, length: int = 5, reach: int = 5) -> None:
        super().__init__(length)
        self.context = length // 2
        self.conv = nn.Conv3d(
            self.keypoints,
            self.keypoints,
            (length, reach, reach),
            padding=(length // 2, reach // 2, reach // 2),
        )

    def begin_still(self) -> None:
        """A Gaussian mean over time of each heatmap for itself, one frame wide."""
        frames = torch.arange(self.length) - self.length // 2
        share = torch.exp(-0.5 * frames.float() ** 2)
        middle = self.conv.kernel_size[1] // 2
        with torch.no_grad():
            self.conv.weight.zero_()
            for keypoint in range(self.keypoints):
                self.conv.weight[keypoint, keypoint, :, middle, middle] = share / share.sum()
        if self.conv.bias is not None:
            nn.init.zeros_(self.conv.bias)

    def keep_apart(self) -> None:
        """See `SmoothingNetwork`."""
        own = torch.eye(self.keypoints)[:, :, None, None, None]
        self.conv.weight.register_hook(  # type: ignore[no-untyped-call]
            lambda slope: slope * own.to(slope)
        )

    def forward(
        self, maps: Float[Tensor, "batch time keypoints rows cols"]
    ) -> Float[Tensor, "batch time keypoints rows cols"]:
        """The smoothed heatmaps; beyond the first and the last frame there is nothing."""
        smooth: Tensor = self.conv(maps.transpose(1, 2)).relu().transpose(1, 2)
        return smooth
