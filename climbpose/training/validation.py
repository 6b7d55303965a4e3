"""How good a landmark network in training is on the samples that it does not learn from."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.skeleton import CLIMBING_25
from climbpose.training.augment import plain
from climbpose.training.losses import Batch, loss_parts, refined_points
from climbpose.training.samples import Sample
from climbpose.training.targets import Alignment, target_of

_PCK_SHARE = 0.1
_MIN_WEIGHT = 0.5
"""Keypoints that count less are small, hidden, or not agreed on."""


class HeldOut:
    """Samples by source, to measure a network on.

    Args:
        samples: By source.
        alignment: Of synthetic labels, as in training.
        batch: Samples that are looked at together.
    """

    def __init__(
        self,
        samples: Mapping[str, Sequence[Sample]],
        alignment: Alignment | None,
        batch: int = 16,
    ) -> None:
        self._examples = {
            source: [plain(sample, target_of(sample, alignment)) for sample in one]
            for source, one in samples.items()
            if one
        }
        self._batch = batch

    def __len__(self) -> int:
        return sum(map(len, self._examples.values()))

    def measure(self, network: nn.Module, device: torch.device) -> dict[str, float]:
        """For each source ``error_*``, as the loss has it, and ``pck@0.1_*``, and their means.

        The share of correct keypoints is that of the larger ones within a tenth of the torso.
        """
        figures: dict[str, float] = {}
        for source, examples in self._examples.items():
            errors, hits = [], []
            for start in range(0, len(examples), self._batch):
                part = examples[start : start + self._batch]
                batch = Batch.of(part, device)
                with torch.inference_mode():
                    outputs = network(batch.images)
                errors += [float(loss_parts(outputs, batch)["refined"])] * len(part)
                xy = refined_points(outputs["points"][:, :, :2], outputs["heatmaps"])
                hits.append(_are_correct(xy, batch))
            figures[f"error_{source}"] = float(np.mean(errors))
            figures[f"pck@{_PCK_SHARE}_{source}"] = float(torch.cat(hits).float().mean())
        for name in ("error", f"pck@{_PCK_SHARE}"):
            figures[name] = float(
                np.mean([figures[f"{name}_{source}"] for source in self._examples])
            )
        return figures


def _are_correct(xy: Float[Tensor, "batch 39 2"], batch: Batch) -> Tensor:
    """Of each keypoint that counts, whether it is where it should be."""
    rows = BLAZEPOSE_OF_CLIMBING.tolist()
    wanted, weight = batch.xy[:, rows], batch.weight[:, rows]
    sides = [
        wanted[:, CLIMBING_25.index(f"{side}_shoulder")]
        - wanted[:, CLIMBING_25.index(f"{side}_hip")]
        for side in ("left", "right")
    ]
    torso = torch.stack([side.norm(dim=1) for side in sides]).mean(dim=0)
    distance = (xy[:, rows] - wanted).norm(dim=2)
    is_correct: Tensor = distance <= _PCK_SHARE * torso[:, None]
    return is_correct[weight >= _MIN_WEIGHT]
