from dataclasses import replace

import numpy as np
import torch

from climbpose.training.config import Augmentation, TrainConfig
from climbpose.training.loop import Choice, Trainer
from climbpose.training.samples import Sample, encode_picture
from tests.training.known import blank_sample
from tests.training.stand_in import tiny_graph

PLAIN = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def sample(seed: int, clip: str = "a") -> Sample:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (448, 448, 3), dtype=np.uint8)
    points = rng.uniform(150, 300, (39, 2)).astype(np.float32)
    return replace(blank_sample(), jpeg=encode_picture(image), points=points, clip=clip)


def trainer(config: TrainConfig, count: int = 3) -> Trainer:
    pools = {"unlabelled": Choice([sample(seed) for seed in range(count)])}
    return Trainer(config, tiny_graph(), pools, None)


def test_learns_a_few_samples_by_heart() -> None:
    config = TrainConfig(steps=60, batch=4, rate=1e-2, warm_up=5, clip=10.0, augmentation=PLAIN)
    training = trainer(config)
    losses = [training.one_step()["regressed"] for _ in range(config.steps)]
    assert np.mean(losses[-5:]) < 0.8 * losses[0]


def test_the_same_config_gives_the_same_network_and_another_seed_another() -> None:
    config = TrainConfig(steps=3, batch=2, rate=1e-3)
    runs = [trainer(replace(config, seed=seed)) for seed in (1, 1, 2)]
    for run in runs:
        for _ in range(config.steps):
            run.one_step()
    first, second, third = (run.average.graph().weights for run in runs)
    assert all((first[name] == second[name]).all() for name in first)
    assert any((first[name] != third[name]).any() for name in first)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been() -> None:
    config = TrainConfig(steps=4, batch=2, rate=1e-3)
    whole, stopped, resumed = (trainer(config) for _ in range(3))
    for _ in range(4):
        whole.one_step()
    for _ in range(2):
        stopped.one_step()
    resumed.restore(stopped.state())
    for _ in range(2):
        resumed.one_step()
    for name, weight in whole.average.graph().weights.items():
        np.testing.assert_array_equal(weight, resumed.average.graph().weights[name])


def test_sources_are_drawn_as_mixed_and_never_where_left_out() -> None:
    drawn: list[str] = []

    class Noting(Choice):
        def __init__(self, name: str) -> None:
            super().__init__([sample(0)])
            self.name = name

        def draw(self, rng: np.random.Generator) -> Sample:
            drawn.append(self.name)
            return super().draw(rng)

    config = TrainConfig(steps=1, batch=90, mix={"synthetic": 2.0, "unlabelled": 1.0})
    pools = {name: Noting(name) for name in ("synthetic", "unlabelled", "labelled")}
    Trainer(config, tiny_graph(), pools, None).one_step()
    assert drawn.count("labelled") == 0
    assert 45 <= drawn.count("synthetic") <= 75


def test_the_average_moves_slower_than_the_network() -> None:
    training = trainer(TrainConfig(steps=100, batch=2, rate=1e-3, warm_up=1))
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    for _ in range(15):
        training.one_step()
    moved, followed = (
        sum(
            float((value - before[name]).abs().sum())
            for name, value in network.state_dict().items()
        )
        for network in (training.network, training.average)
    )
    assert 0 < followed < moved


def test_a_long_clip_does_not_drown_a_short_one() -> None:
    samples = [sample(0, "short")] + [replace(sample(0), clip="long")] * 99
    rng = np.random.default_rng(0)
    short = sum(Choice(samples).draw(rng).clip == "short" for _ in range(400))
    assert 20 < short < 70


def test_nothing_random_comes_from_outside() -> None:
    config = TrainConfig(steps=1, batch=2, rate=1e-3)
    torch.manual_seed(0)
    first = trainer(config).one_step()
    torch.manual_seed(1)
    np.random.default_rng().random()
    assert trainer(config).one_step() == first
