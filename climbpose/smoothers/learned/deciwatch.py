"""DeciWatch: few frames denoised by one transformer, the others recovered by a second one.

Zeng et al., "DeciWatch: a simple baseline for 10x efficient 2D and 3D pose estimation", 2022; as
thesis A, section 4.4, configures it.
"""

from math import pi
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from climbpose.smoothers.learned.base import PointNetwork


class Recovered(NamedTuple):
    """What both transformers give.

    Attributes:
        clean: The sampled frames, denoised.
        whole: All frames.
    """

    clean: Float[Tensor, "batch samples values"]
    whole: Float[Tensor, "batch time values"]


class DeciWatch(PointNetwork):
    """Every ``rate``-th frame is looked at; with a rate of 1, all.

    Args:
        length: Frames of a window; a multiple of the rate and one more.
        rate: Frames from one sample to the next.
        width: Of the transformers' tokens.
        heads: Of their attention.
        inner: Width of their feed-forward layers.
        layers: Of each of them.
        dropout: Rate.
    """

    def __init__(
        self,
        length: int = 5,
        rate: int = 4,
        width: int = 128,
        heads: int = 4,
        inner: int = 256,
        layers: int = 5,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(length)
        if (length - 1) % rate:
            raise ValueError(
                f"a window of {length} frames does not end with a sample of every {rate}"
            )
        self.rate, self.width = rate, width
        values = 2 * self.keypoints
        self.embed = nn.Linear(values, width)
        self.encoder = nn.ModuleList(
            _EncoderLayer(width, heads, inner, dropout) for _ in range(layers)
        )
        self.encoder_norm = nn.LayerNorm(width)
        self.denoise = nn.Linear(width, values)
        self.spread = nn.Conv1d(values, width, 5, padding=2)
        self.decoder = nn.ModuleList(
            _DecoderLayer(width, heads, inner, dropout) for _ in range(layers)
        )
        self.decoder_norm = nn.LayerNorm(width)
        self.recover = nn.Linear(width, values)

    def begin_still(self) -> None:
        """Transformers that add nothing to straight lines between the samples."""
        self.begin()
        for layer in (self.denoise, self.recover):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, points: Float[Tensor, "batch time keypoints 2"]
    ) -> Float[Tensor, "batch time keypoints 2"]:
        """The smoothed coordinates."""
        return self.recovered(points.flatten(2)).whole.reshape(points.shape)

    def recovered(self, values: Float[Tensor, "batch time values"]) -> Recovered:
        """The denoised samples, and from them all frames."""
        sampled = values[:, :: self.rate]
        samples, frames = sampled.shape[1], values.shape[1]
        place = positions(frames, self.width).to(values)
        is_self = torch.eye(samples, dtype=torch.bool, device=values.device)
        # A single sample has nobody else to attend to.
        blocked = is_self if samples > 1 else None

        tokens = self.embed(sampled)
        for layer in self.encoder:
            tokens = layer(tokens, place[:: self.rate], blocked)
        seen = self.encoder_norm(tokens)
        clean = self.denoise(seen) + sampled

        before = functional.interpolate(
            clean.transpose(1, 2), size=frames, mode="linear", align_corners=True
        )
        tokens = self.spread(before).transpose(1, 2)
        for layer in self.decoder:
            tokens = layer(tokens, place, seen, place[:: self.rate])
        whole = self.recover(self.decoder_norm(tokens)) + before.transpose(1, 2)
        return Recovered(clean, whole)


def positions(frames: int, width: int) -> Float[Tensor, "frames width"]:
    """Sines and cosines of a frame's place in the window, which runs over one turn."""
    place = torch.arange(frames) / (frames - 1 + 1e-6) * 2 * pi
    scale = 10000 ** (2 * torch.arange(width // 2) / (width // 2))
    angle = place[:, None] / scale
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)


class _EncoderLayer(nn.Module):
    """Attention to the other samples, then feed-forward; normalised after each."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.feed = _feed_forward(width, inner, dropout)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        tokens: Float[Tensor, "batch samples width"],
        place: Float[Tensor, "samples width"],
        blocked: Bool[Tensor, "samples samples"] | None,
    ) -> Float[Tensor, "batch samples width"]:
        placed = tokens + place
        attended, _ = self.attend(placed, placed, tokens, attn_mask=blocked, need_weights=False)
        tokens = self.norms[0](tokens + self.drop(attended))
        fed: Tensor = self.norms[1](tokens + self.drop(self.feed(tokens)))
        return fed


class _DecoderLayer(nn.Module):
    """Attention among the frames, then to the samples, then feed-forward."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.look = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.feed = _feed_forward(width, inner, dropout)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        tokens: Float[Tensor, "batch time width"],
        place: Float[Tensor, "time width"],
        seen: Float[Tensor, "batch samples width"],
        seen_place: Float[Tensor, "samples width"],
    ) -> Float[Tensor, "batch time width"]:
        placed = tokens + place
        attended, _ = self.attend(placed, placed, tokens, need_weights=False)
        tokens = self.norms[0](tokens + self.drop(attended))
        looked, _ = self.look(tokens + place, seen + seen_place, seen, need_weights=False)
        tokens = self.norms[1](tokens + self.drop(looked))
        fed: Tensor = self.norms[2](tokens + self.drop(self.feed(tokens)))
        return fed


def _feed_forward(width: int, inner: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, inner), nn.LeakyReLU(), nn.Dropout(dropout), nn.Linear(inner, width)
    )
