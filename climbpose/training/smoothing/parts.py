"""Means over batches that several processes share."""

from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor


class Part(NamedTuple):
    """Which part of a whole batch a process has.

    Attributes:
        is_known: Whether each keypoint of the whole batch is labelled.
        parts: How many processes share it.
    """

    is_known: Bool[Tensor, "windows time keypoints"]
    parts: int

    def frames(self, chosen: slice) -> "Part":
        """The same of some of the frames only."""
        return Part(self.is_known[:, chosen], self.parts)

    def mean(
        self,
        values: Float[Tensor, "batch time keypoints"],
        is_known: Bool[Tensor, "batch time keypoints"],
    ) -> Float[Tensor, ""]:
        """Of a process's values such that the mean of all processes' results is that of the whole.

        Args:
            values: Of the process's part.
            is_known: Which of them count.
        """
        return (values * is_known).sum() / (self.is_known.sum().clamp(min=1) / self.parts)
