"""Noise like the default detector's: what it got wrong on synthetic climbing, as a few numbers.

Thesis A names this as what it should have done: errors differ from keypoint to keypoint, last for
many frames, and come with gaps, outliers and exchanged sides.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from climbpose.errors import ModelError
from climbpose.noising.windows import Detected, Sight, torso_lengths
from climbpose.skeleton import CLIMBING_25

FPS = 30.0
"""Of the detections that a model was fitted to, and of what it makes."""

SHIPPED = Path(__file__).with_name("fitted.json")

PERSISTENCE_S = (0.0, 0.1, 0.5)
"""How long each part of an error lasts: its correlation falls to 1/e within so many seconds."""

_ARMS = ("elbow", "wrist", "pinky", "index", "thumb")
_LEGS = ("knee", "ankle", "heel", "toes")

_FILLED_HEIGHT = 0.3
_FILLED_SIGMA = 0.15
"""Of detections that were put in where the climber was not seen; the width in torsos."""


@dataclass(frozen=True)
class FittedNoise:
    """A detector's errors; lengths in torsos, one number for each keypoint where it is a tuple.

    Attributes:
        parts: Standard deviations along each axis, for each of `PERSISTENCE_S`.
        variation: Of the errors' size from window to window: the standard deviation of its
            logarithm.
        outlier_rate: Chance that a stretch of outliers begins in a frame.
        outlier_s: How long it lasts on average.
        outlier_size: How far off outliers are.
        height: Mean height of heatmaps' peaks, as logit.
        height_spread: Its standard deviation from window to window.
        outlier_height: What outliers add to the logit.
        sigma: Mean of the logarithm of the heatmaps' width.
        sigma_spread: Its standard deviation.
        swap_rate: Chance that arms, or legs, begin to be exchanged in a frame.
        swap_s: How long that lasts on average.
        gap_rate: Chance that the climber begins to be unseen in a frame.
        gap_s: How long that lasts on average; filled by straight lines.
    """

    parts: tuple[tuple[float, ...], ...]
    variation: float
    outlier_rate: tuple[float, ...]
    outlier_s: float
    outlier_size: tuple[float, ...]
    height: tuple[float, ...]
    height_spread: tuple[float, ...]
    outlier_height: float
    sigma: tuple[float, ...]
    sigma_spread: float
    swap_rate: float
    swap_s: float
    gap_rate: float
    gap_s: float

    @classmethod
    def load(cls, path: Path = SHIPPED) -> "FittedNoise":
        """Reads a fitted model.

        Raises:
            ModelError: The file is absent or damaged.
        """
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            lists = {
                name: tuple(tuple(row) if isinstance(row, list) else row for row in value)
                for name, value in content.items()
                if isinstance(value, list)
            }
            made = cls(**{f.name: content[f.name] for f in fields(cls)} | lists)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"noise model {path} cannot be read ({error}); fit it again"
            ) from error
        return made

    def save(self, path: Path) -> None:
        """Writes the model as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def __call__(self, sight: Sight, generator: torch.Generator) -> Detected:
        """What the detector might have seen; other errors each time."""
        draw = _Draw(sight.is_known.shape, generator)
        torso = _torso(sight)
        outlier = draw.stretches(self.outlier_rate, self.outlier_s)
        error = self._errors(draw) + outlier[..., None] * self._outliers(draw)
        xy = sight.xy + error * torso[:, None, None, None]
        for limb in (_ARMS, _LEGS):
            is_swapped = draw.stretches((self.swap_rate,), self.swap_s)
            xy = torch.where(is_swapped[..., None], xy[:, :, _exchanged(limb)], xy)
        height = draw.tensor(self.height) + draw.tensor(self.height_spread) * draw.normal(1)
        height = torch.sigmoid(height + 0.3 * draw.normal() + outlier * self.outlier_height)
        sigma = draw.tensor(self.sigma) + self.sigma_spread * draw.normal()
        sigma = sigma.exp()
        is_gap = draw.stretches((self.gap_rate,), self.gap_s)
        xy = _bridged(xy, is_gap[:, :, 0])
        height = torch.where(is_gap, height.clamp(max=_FILLED_HEIGHT), height)
        sigma = torch.where(is_gap, _FILLED_SIGMA, sigma) * torso[:, None, None]
        return Detected(
            xy=torch.where(sight.is_known[..., None], xy, torch.nan),
            sigma=sigma[..., None].expand_as(xy),
            height=height,
        )

    def _errors(self, draw: "_Draw") -> Float[Tensor, "batch time keypoints 2"]:
        size = (self.variation * draw.normal(1)).exp()[..., None]
        error = torch.zeros_like(draw.normal(2))
        for seconds, part in zip(PERSISTENCE_S, self.parts, strict=True):
            error = error + draw.lasting(seconds) * draw.tensor(part)[:, None]
        return error * size

    def _outliers(self, draw: "_Draw") -> Float[Tensor, "batch time keypoints 2"]:
        return draw.lasting(self.outlier_s) * draw.tensor(self.outlier_size)[:, None]


class _Draw:
    """Random numbers for windows of one shape."""

    def __init__(self, shape: torch.Size, generator: torch.Generator) -> None:
        self.batch, self.time, self.keypoints = shape
        self.generator, self.device = generator, generator.device

    def tensor(self, values: tuple[float, ...]) -> Float[Tensor, " keypoints"]:
        """Numbers by keypoint."""
        return torch.tensor(values, device=self.device)

    def normal(self, axes: int = 0) -> Tensor:
        """Standard normal: for each keypoint of each frame (0) or window (1), or axis too (2)."""
        shape = {
            0: (self.batch, self.time, self.keypoints),
            1: (self.batch, 1, self.keypoints),
            2: (self.batch, self.time, self.keypoints, 2),
        }[axes]
        return torch.randn(shape, generator=self.generator, device=self.device)

    def lasting(self, seconds: float) -> Float[Tensor, "batch time keypoints 2"]:
        """Standard normal, correlated in time: an autoregression of order one."""
        fresh = self.normal(2)
        keep = float(torch.exp(torch.tensor(-1 / (seconds * FPS)))) if seconds > 0 else 0.0
        rows = [fresh[:, 0]]
        for frame in range(1, self.time):
            rows.append(keep * rows[-1] + (1 - keep**2) ** 0.5 * fresh[:, frame])
        return torch.stack(rows, dim=1)

    def stretches(
        self, rate: tuple[float, ...], seconds: float
    ) -> Bool[Tensor, "batch time keypoints"]:
        """Whether each frame lies in a stretch; one rate for all keypoints makes common ones."""
        chances = self.tensor(rate)
        shape = (self.batch, self.time, len(rate))
        begins, ends = torch.rand(2, *shape, generator=self.generator, device=self.device)
        end = 1 / max(seconds * FPS, 1.0)
        # In the long run a frame lies in a stretch with this chance.
        share = chances / (chances + end)
        now = begins[:, 0] < share
        rows = [now]
        for frame in range(1, self.time):
            now = torch.where(now, ends[:, frame] >= end, begins[:, frame] < chances)
            rows.append(now)
        return torch.stack(rows, dim=1).expand(self.batch, self.time, self.keypoints)


def _torso(sight: Sight) -> Float[Tensor, " batch"]:
    """Of each window the longest, as foreshortening only shortens; else a third of the extent."""
    lengths = torso_lengths(sight.xy, sight.is_known)
    longest = torch.nan_to_num(lengths, nan=-1.0).amax(dim=1)
    known = sight.is_known[..., None]
    low = torch.where(known, sight.xy, torch.inf).amin(dim=(1, 2))
    high = torch.where(known, sight.xy, -torch.inf).amax(dim=(1, 2))
    extent = (high - low).amax(dim=1).clamp(min=1.0, max=1e6)
    return torch.where(longest > 0, longest, extent / 3)


def _exchanged(limb: tuple[str, ...]) -> list[int]:
    """The order of keypoints with left and right exchanged for a limb."""
    order = list(range(len(CLIMBING_25)))
    for part in limb:
        left, right = CLIMBING_25.indices(f"left_{part}", f"right_{part}")
        order[left], order[right] = right, left
    return order


def _bridged(
    xy: Float[Tensor, "batch time keypoints 2"], is_gap: Bool[Tensor, "batch time"]
) -> Float[Tensor, "batch time keypoints 2"]:
    """Frames in a gap on the line between those around it; at a window's end as the next one."""
    frames = torch.arange(xy.shape[1], device=xy.device).expand(is_gap.shape)
    seen_before = torch.where(is_gap, -1, frames).cummax(dim=1).values
    seen_after = torch.where(is_gap, xy.shape[1], frames).flip(1).cummin(dim=1).values.flip(1)
    is_lost = (seen_before < 0) & (seen_after >= xy.shape[1])
    before = torch.where(seen_before < 0, seen_after, seen_before).clamp(0, xy.shape[1] - 1)
    after = torch.where(seen_after >= xy.shape[1], seen_before, seen_after)
    after = after.clamp(0, xy.shape[1] - 1)
    share = (frames - before) / (after - before).clamp(min=1)
    batch = torch.arange(len(xy), device=xy.device)[:, None]
    line = xy[batch, before] + share[..., None, None] * (xy[batch, after] - xy[batch, before])
    return torch.where((is_gap & ~is_lost)[..., None, None], line, xy)
