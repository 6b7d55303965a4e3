"""Batches: windows of labels made into what a network is given and what it is to give."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from climbpose.noising.motions import Motion
from climbpose.noising.noise import IMPULSE, ThesisNoise
from climbpose.noising.windows import Detected, Sight, torso_lengths
from climbpose.poses import BOX_MARGIN, HEATMAP_SIZE
from climbpose.smoothers.learned.base import Kind
from climbpose.smoothers.reading import PEAK

_MIN_SIGMA = 0.5
"""Cells, as heatmaps are drawn in use."""


class Batch(NamedTuple):
    """Windows in cells of their boxes, cell i's centre at i + 0.5.

    Attributes:
        seen: What the detector saw, or noise made up.
        sigma: Standard deviations of its heatmaps along x and y.
        height: Of its heatmaps' peaks; 0 where it saw nothing.
        xy: Labels.
        is_known: Whether each keypoint is labelled.
        torso: Of the labels; NaN where it is unknown.
    """

    seen: Float[Tensor, "batch time keypoints 2"]
    sigma: Float[Tensor, "batch time keypoints 2"]
    height: Float[Tensor, "batch time keypoints"]
    xy: Float[Tensor, "batch time keypoints 2"]
    is_known: Bool[Tensor, "batch time keypoints"]
    torso: Float[Tensor, "batch time"]

    def inputs(self, kind: Kind) -> Tensor:
        """What a network is given."""
        if kind == "points":
            return to_unit(self.seen)
        return render(self.seen, self.sigma, self.height)

    def targets(self, kind: Kind) -> Tensor:
        """What it is to give: heatmaps one cell wide, empty where unlabelled; or coordinates."""
        if kind == "points":
            return to_unit(self.xy)
        return render(self.xy, torch.ones_like(self.xy), PEAK * self.is_known)


def to_unit(cells: Float[Tensor, "*rows 2"]) -> Float[Tensor, "*rows 2"]:
    """Cells to [-1, 1] over the box."""
    return cells / (HEATMAP_SIZE / 2) - 1


def to_cells(unit: Float[Tensor, "*rows 2"]) -> Float[Tensor, "*rows 2"]:
    """[-1, 1] over the box to cells."""
    return (unit + 1) * (HEATMAP_SIZE / 2)


def render(
    xy: Float[Tensor, "*maps 2"],
    sigma: Float[Tensor, "*maps 2"],
    height: Float[Tensor, "*maps"],
    size: int = HEATMAP_SIZE,
) -> Float[Tensor, "*maps size size"]:
    """One Gaussian for each map, as the outer product of two of one dimension."""
    centres = torch.arange(size, device=xy.device) + 0.5
    deviation = (centres - xy[..., None]) / sigma[..., None]
    along = torch.exp(-0.5 * deviation**2)
    return (height[..., None] * along[..., 1, :])[..., :, None] * along[..., 0, :][..., None, :]


def peaks(maps: Float[Tensor, "*maps rows cols"]) -> Float[Tensor, "*maps 2"]:
    """The centres of the highest cells, as thesis A decodes heatmaps."""
    cols = maps.shape[-1]
    highest = maps.flatten(-2).argmax(dim=-1)
    row = torch.div(highest, cols, rounding_mode="floor")
    return torch.stack([highest % cols, row], dim=-1) + 0.5


def centres(maps: Float[Tensor, "*maps rows cols"]) -> Float[Tensor, "*maps 2"]:
    """Centres of mass, each cell weighing its square; as `climbpose.heatmaps.centres`."""
    # An empty map has its centre in the middle, and a slope of 0.
    weight = maps.clamp(min=0).square() + 1e-8
    rows, cols = (torch.arange(size, device=maps.device) + 0.5 for size in maps.shape[-2:])
    x, y = (weight.sum(dim=-2) * cols).sum(dim=-1), (weight.sum(dim=-1) * rows).sum(dim=-1)
    return torch.stack([x, y], dim=-1) / weight.sum(dim=(-2, -1))[..., None]


@runtime_checkable
class Maker(Protocol):
    """Makes batches of the labels of windows."""

    def __call__(self, sight: Sight, generator: torch.Generator) -> Batch:
        """A batch; random where the maker is, by the generator, which is of the same device."""
        ...


@dataclass(frozen=True)
class ThesisMaker:
    """Thesis A's: each frame over its own box, noise in cells (section 3.3).

    Attributes:
        noise: How labels are noised.
        margin: By which share of their extent boxes are widened on each side: 0.1 in the thesis's
            text, 0.05 in its code.
    """

    noise: ThesisNoise
    margin: float = BOX_MARGIN

    def __call__(self, sight: Sight, generator: torch.Generator) -> Batch:
        """See `Maker`."""
        xy = in_cells(sight.xy, boxes_of(sight.xy, sight.is_known, self.margin))
        noised = self.noise(xy, HEATMAP_SIZE, generator)
        height = IMPULSE / (2 * torch.pi * noised.sigma**2) * sight.is_known
        seen = torch.where(sight.is_known[..., None], noised.xy, HEATMAP_SIZE / 2)
        xy = torch.where(sight.is_known[..., None], xy, HEATMAP_SIZE / 2)
        return Batch(
            seen=seen,
            sigma=noised.sigma[..., None].expand_as(xy),
            height=height,
            xy=xy,
            is_known=sight.is_known,
            torso=torso_lengths(xy, sight.is_known),
        )


@runtime_checkable
class Observe(Protocol):
    """What a detector might have seen of a window."""

    def __call__(self, sight: Sight, generator: torch.Generator) -> Detected:
        """Detections in pixels, other ones each time."""
        ...


def as_detected(sight: Sight, generator: torch.Generator) -> Detected:
    """What a detector did see.

    Raises:
        ValueError: The windows have no detections.
    """
    if sight.detected is None:
        raise ValueError("windows without detections")
    return sight.detected


@dataclass(frozen=True)
class DetectionMaker:
    """As in use: all frames of a window over one box, which is that of what was detected.

    Attributes:
        observe: Where detections come from.
        turn_deg: Windows are turned by up to so much to both sides.
        is_mirrored: Half of the windows are mirrored, left and right exchanged.
        slack: Boxes are widened on each side by up to this share more, as if the window were part
            of a longer one.
    """

    observe: Observe = as_detected
    turn_deg: float = 0.0
    is_mirrored: bool = False
    slack: float = 0.0

    def __call__(self, sight: Sight, generator: torch.Generator) -> Batch:
        """See `Maker`."""
        detected = self.observe(sight, generator)
        is_seen = torch.isfinite(detected.xy).all(dim=-1)
        seen = torch.where(is_seen[..., None], detected.xy, 0.0)
        motion = Motion.drawn(len(seen), self.turn_deg, self.is_mirrored, generator)
        return self._over_common_box(
            Detected(
                motion.moved(seen), motion.widths(detected.sigma), motion.swapped(detected.height)
            ),
            motion.swapped(is_seen),
            motion.moved(sight.xy),
            motion.swapped(sight.is_known),
            generator,
        )

    def _over_common_box(
        self,
        detected: Detected,
        is_seen: Bool[Tensor, "batch time keypoints"],
        xy: Float[Tensor, "batch time keypoints 2"],
        is_known: Bool[Tensor, "batch time keypoints"],
        generator: torch.Generator,
    ) -> Batch:
        each = boxes_of(detected.xy, is_seen, BOX_MARGIN)
        low, high = each[..., 0, :].amin(dim=1), each[..., 1, :].amax(dim=1)
        if self.slack:
            more = torch.rand(2, *low.shape, generator=generator, device=low.device) * self.slack
            low, high = low - more[0] * (high - low), high + more[1] * (high - low)
        box = torch.stack([low, high], dim=1)[:, None]
        cell = (high - low)[:, None, None] / HEATMAP_SIZE
        cells = torch.where(is_known[..., None], in_cells(xy, box), HEATMAP_SIZE / 2)
        return Batch(
            seen=torch.where(is_seen[..., None], in_cells(detected.xy, box), HEATMAP_SIZE / 2),
            sigma=(detected.sigma / cell).clamp(min=_MIN_SIGMA),
            height=PEAK * torch.where(is_seen, detected.height, 0.0),
            xy=cells,
            is_known=is_known,
            torso=torso_lengths(cells, is_known),
        )


def boxes_of(
    xy: Float[Tensor, "*frames keypoints 2"],
    is_known: Bool[Tensor, "*frames keypoints"],
    margin: float,
) -> Float[Tensor, "*frames 2 2"]:
    """The keypoints' extent, each side widened by a share of it; its corners, pixels.

    A frame without keypoints has a box of one pixel.
    """
    known = is_known[..., None]
    low = torch.where(known, xy, torch.inf).amin(dim=-2)
    high = torch.where(known, xy, -torch.inf).amax(dim=-2)
    is_there = is_known.any(dim=-1)[..., None]
    low, high = torch.where(is_there, low, 0.0), torch.where(is_there, high, 1.0)
    extra = ((high - low) * margin).clamp(min=0.5)
    return torch.stack([low - extra, high + extra], dim=-2)


def in_cells(
    xy: Float[Tensor, "*frames keypoints 2"], boxes: Float[Tensor, "*#frames 2 2"]
) -> Float[Tensor, "*frames keypoints 2"]:
    """Pixels to cells of the boxes."""
    low, high = boxes[..., None, 0, :], boxes[..., None, 1, :]
    return (xy - low) / (high - low) * HEATMAP_SIZE
