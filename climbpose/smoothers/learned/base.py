"""What the networks of the learned smoothers share: how they are fed, and how they begin."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from jaxtyping import Float
from torch import Tensor, nn

from climbpose.errors import UsageError
from climbpose.poses import HEATMAP_SIZE
from climbpose.skeleton import CLIMBING_25

Kind = Literal["maps", "points"]


class SmoothingNetwork(nn.Module, ABC):
    """A window of frames in, the same window out.

    Attributes:
        kind: ``maps``, (batch, time, keypoints, rows, cols), heatmaps over one common box; or
            ``points``, (batch, time, keypoints, 2), coordinates in [-1, 1] over the box.
        length: Frames of a window.
        keypoints: How many there are.
    """

    kind: ClassVar[Kind]
    keypoints = len(CLIMBING_25)
    context = 0
    """Frames at both ends that see less than the others, where a window may be of any length."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def begin(self) -> None:
        """Glorot's weights for every parameter of more than one dimension (thesis A, 4.5)."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def begin_still(self) -> None:
        """Weights that change little of what is given, where the network can; else `begin`.

        Noise that is small is learned away faster from there, and what there is no noise in is
        left as it is.
        """
        self.begin()

    def keep_apart(self) -> None:
        """From now on trains only what links a heatmap to those of its own keypoint.

        Raises:
            UsageError: The network cannot be taken apart so.
        """
        raise UsageError("keypoints can be trained apart in conv3d only; leave out --apart")

    @property
    def last_layer(self) -> nn.Module:
        """What finetuning trains where it trains the last layer only."""
        return [module for module in self.modules() if list(module.parameters(recurse=False))][-1]


class MapNetwork(SmoothingNetwork):
    """A network of heatmaps."""

    kind = "maps"
    size = HEATMAP_SIZE

    @abstractmethod
    def forward(
        self, maps: Float[Tensor, "batch time keypoints rows cols"]
    ) -> Float[Tensor, "batch time keypoints rows cols"]:
        """The smoothed heatmaps."""


class PointNetwork(SmoothingNetwork):
    """A network of coordinates."""

    kind = "points"

    @abstractmethod
    def forward(
        self, points: Float[Tensor, "batch time keypoints 2"]
    ) -> Float[Tensor, "batch time keypoints 2"]:
        """The smoothed coordinates."""
