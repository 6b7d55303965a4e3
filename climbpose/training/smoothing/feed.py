"""Batches by number: the same number gives the same batch, however often a run was stopped."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from climbpose.noising.batches import (
    Batch,
    DetectionMaker,
    Maker,
    Observe,
    ThesisMaker,
    as_detected,
)
from climbpose.noising.fitted import FittedNoise
from climbpose.noising.noise import ThesisNoise
from climbpose.noising.windows import Sight, Windows
from climbpose.training.smoothing.config import SEEN, THESIS, SmootherConfig
from climbpose.training.smoothing.material import rows_of

STEP, VALIDATION, ORDER, DROPOUT, FREEZING = range(5)
"""What random numbers are for; those of one use tell nothing of another's."""

_ROWS_AT_ONCE = 4096


def seed_of(*numbers: int) -> int:
    """A seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)


def generator_of(device: torch.device, *numbers: int) -> torch.Generator:
    """Random numbers of a use, a step and the like."""
    return torch.Generator(device).manual_seed(seed_of(*numbers))


def maker_of(config: SmootherConfig, *, is_training: bool) -> Maker:
    """What makes the batches that a config asks for; turned and mirrored in training only."""
    if config.noise == THESIS:
        return ThesisMaker(ThesisNoise(config.k, config.smears), config.margin)
    observe: Observe = as_detected if config.noise == SEEN else FittedNoise.load()
    if not is_training:
        return DetectionMaker(observe)
    return DetectionMaker(observe, config.turn_deg, config.is_mirrored, config.slack)


@dataclass(frozen=True, eq=False)
class Feed:
    """Makes batches of windows.

    Attributes:
        windows: All of them.
        maker: Makes noise, or takes what was detected.
        frozen: For each row of the labels what has been made of it, once for ever.
    """

    windows: Windows
    maker: Maker
    frozen: Batch | None = None

    @classmethod
    def of(cls, windows: Windows, config: SmootherConfig, *, is_training: bool) -> "Feed":
        """What a config asks for."""
        maker = maker_of(config, is_training=is_training)
        if not config.is_noise_frozen:
            return cls(windows, maker)
        rows = generator_of(windows.xy.device, config.seed, FREEZING)
        return cls(windows, maker, _frozen(windows, maker, rows))

    def __len__(self) -> int:
        return len(self.windows)

    def __call__(self, numbers: Int64[Tensor, " batch"], generator: torch.Generator) -> Batch:
        """The batch of some windows, its noise by the generator unless it is frozen."""
        if self.frozen is None:
            return self.maker(self.windows[numbers], generator)
        rows = rows_of(self.windows, numbers)
        return Batch(*(part[rows] for part in self.frozen))


def _frozen(windows: Windows, maker: Maker, generator: torch.Generator) -> Batch:
    """What is made of each row alone, as if it were a window of one frame."""
    made = [
        maker(Sight(xy[:, None], is_known[:, None], None), generator)
        for xy, is_known in zip(
            torch.split(windows.xy, _ROWS_AT_ONCE),
            torch.split(windows.is_known, _ROWS_AT_ONCE),
            strict=True,
        )
    ]
    return Batch(*(torch.cat([part[:, 0] for part in parts]) for parts in zip(*made, strict=True)))


class Order:
    """Which windows each step takes: all of them once, in a random order, then in another one.

    Args:
        windows: How many there are.
        batch: How many a step takes; all where there are fewer.
        seed: Of the orders.
    """

    def __init__(self, windows: int, batch: int, seed: int) -> None:
        self.windows, self.batch, self._seed = windows, min(batch, windows), seed
        self._round, self._numbers = -1, torch.zeros(0, dtype=torch.int64)

    @property
    def steps(self) -> int:
        """Until all windows were taken, but for a rest that is less than a batch."""
        return self.windows // self.batch

    def __getitem__(self, step: int) -> Int64[Tensor, " batch"]:
        """The windows of a step."""
        number, place = divmod(step, self.steps)
        if number != self._round:
            generator = generator_of(torch.device("cpu"), self._seed, ORDER, number)
            self._round = number
            self._numbers = torch.randperm(self.windows, generator=generator)
        return self._numbers[place * self.batch : (place + 1) * self.batch]


def spread(windows: int, wanted: int | None, batch: int) -> Iterator[Int64[Tensor, " batch"]]:
    """Batches of windows evenly spread over all.

    Args:
        windows: How many there are.
        wanted: How many are taken; None for all.
        batch: How many are in a batch.
    """
    count = min(wanted or windows, windows)
    numbers = torch.linspace(0, windows - 1, count, dtype=torch.float64).round().long()
    yield from torch.split(numbers, batch)
