from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from climbpose.noising.batches import Batch
from climbpose.training.smoothing.config import PRETRAINING, SmootherConfig, with_experiment
from climbpose.training.smoothing.feed import Feed, Order, generator_of, seed_of, spread
from climbpose.training.smoothing.material import Material
from tests.training.smoothing.swings import swings

CPU = torch.device("cpu")
THESIS = with_experiment(PRETRAINING, "1.1")


def feed_of(config: SmootherConfig, is_training: bool = True) -> Feed:
    material = Material.of([swings(5, 20)], config)
    return Feed.of(material.windows("train", config, 5), config, is_training=is_training)


def same(one: Batch, other: Batch) -> bool:
    return all(torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(one, other, strict=True))


@given(
    windows=st.integers(1, 200),
    batch=st.integers(1, 40),
    seed=st.integers(0, 5),
    start=st.integers(0, 9),
)
def test_each_round_takes_windows_once_wherever_it_begins(
    windows: int, batch: int, seed: int, start: int
) -> None:
    order = Order(windows, batch, seed)
    steps = range(start * order.steps, (start + 1) * order.steps)
    taken = torch.cat([order[step] for step in steps])
    assert len(set(taken.tolist())) == len(taken) == order.steps * min(batch, windows)
    assert windows - len(taken) < batch
    assert torch.equal(Order(windows, batch, seed)[steps[-1]], order[steps[-1]])


def test_rounds_differ() -> None:
    order = Order(100, 100, 0)
    assert not torch.equal(order[0], order[1])


@given(
    windows=st.integers(1, 500), wanted=st.none() | st.integers(1, 600), batch=st.integers(1, 50)
)
def test_validation_windows_are_spread(windows: int, wanted: int | None, batch: int) -> None:
    numbers = torch.cat(list(spread(windows, wanted, batch))).tolist()
    assert len(numbers) == min(wanted or windows, windows)
    assert numbers[0] == 0
    assert all(b > a for a, b in pairwise(numbers))
    if len(numbers) > 1:
        assert numbers[-1] == windows - 1


def test_seeds_of_uses_differ() -> None:
    seeds = {seed_of(a, b, c) for a in range(4) for b in range(4) for c in range(4)}
    assert len(seeds) == 64


@pytest.mark.parametrize("noise", ["thesis", "detector"])
def test_noise_is_of_the_step(noise: str) -> None:
    config = replace(PRETRAINING, noise=noise)
    feed, numbers = feed_of(config), torch.arange(4)
    first, again, other = (feed(numbers, generator_of(CPU, 0, step)) for step in (1, 1, 2))
    assert same(first, again)
    assert not torch.equal(first.seen, other.seen)


def test_frozen_noise_is_of_the_frame() -> None:
    config = replace(THESIS, is_noise_frozen=True)
    feed = feed_of(config)
    one, other = (feed(torch.tensor([0, 1]), generator_of(CPU, 0, step)) for step in (1, 2))
    assert same(one, other)
    # Windows that overlap see the same noise in the frames that they share.
    assert torch.equal(one.seen[0, 1:], one.seen[1, :-1])
    fresh = feed_of(THESIS)(torch.tensor([0, 1]), generator_of(CPU, 0, 1))
    assert torch.equal(fresh.xy, one.xy)
    assert not torch.equal(fresh.seen[0, 1:], fresh.seen[1, :-1])
    assert (one.seen - one.xy).std() == pytest.approx(3, rel=0.25)


def test_validation_is_neither_turned_nor_mirrored() -> None:
    config = replace(PRETRAINING, turn_deg=45.0, is_mirrored=True, slack=0.5)
    for is_training in (True, False):
        maker = feed_of(config, is_training).maker
        moves = [getattr(maker, name) for name in ("turn_deg", "is_mirrored", "slack")]
        assert moves == ([45.0, True, 0.5] if is_training else [0.0, False, 0.0])
