"""The loop that trains a landmark network, from the first step to the last."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from math import cos, pi
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import nn

from climbpose.networks.graph import Graph
from climbpose.networks.module import GraphModule
from climbpose.training.augment import Example, augmented
from climbpose.training.config import TrainConfig
from climbpose.training.losses import Batch, loss_parts, total
from climbpose.training.samples import Sample
from climbpose.training.targets import Alignment, target_of


@runtime_checkable
class Pool(Protocol):
    """Samples of one source, drawn at random."""

    def draw(self, rng: np.random.Generator) -> Sample:
        """Any of them; a pool may be refilled meanwhile."""
        ...


class Choice:
    """A pool whose samples stay the same: a clip is drawn first, then a sample of it.

    A clip's chance grows with the root of its length, so that a long one does not drown the others.
    """

    def __init__(self, samples: Sequence[Sample]) -> None:
        clips: dict[str, list[Sample]] = {}
        for sample in samples:
            clips.setdefault(sample.clip, []).append(sample)
        self._clips = list(clips.values())
        chances = np.sqrt([len(clip) for clip in self._clips])
        self._chances = chances / chances.sum()

    def draw(self, rng: np.random.Generator) -> Sample:
        """Any of them."""
        clip = self._clips[int(rng.choice(len(self._clips), p=self._chances))]
        return clip[int(rng.integers(len(clip)))]


class Trainer:
    """A network in training: all that a run must keep to be gone on with.

    Attributes:
        network: Being trained.
        average: The moving average of its weights, which is what is used.
        step: Batches done.
    """

    def __init__(
        self,
        config: TrainConfig,
        graph: Graph,
        pools: Mapping[str, Pool],
        alignment: Alignment | None,
        device: str = "cpu",
    ) -> None:
        """Ready for the first step.

        Args:
            config: What the run is made of.
            graph: The network to begin with.
            pools: By source; those the mix leaves out are not drawn from.
            alignment: Of synthetic labels with the teacher.
            device: ``cpu`` or ``cuda``.
        """
        self.config, self.pools, self.alignment = config, pools, alignment
        self.device = torch.device(device)
        self.network = GraphModule(graph).to(self.device)
        self.average = deepcopy(self.network).requires_grad_(False)
        self.step = 0
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=config.rate, weight_decay=1e-4
        )
        self._sources = [name for name in pools if config.mix.get(name, 0) > 0]
        shares = np.array([config.mix[name] for name in self._sources], float)
        self._shares = shares / shares.sum()

    def one_step(self) -> dict[str, float]:
        """Trains on one batch, and gives the parts of its loss."""
        # Of the step's number alone, so that a run that was stopped goes on as it would have.
        rng = np.random.default_rng([self.config.seed, self.step])
        batch = Batch.of(list(self._examples(rng)), self.device)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        # In float32: bfloat16 moves points by pixels, and the weights would learn to undo that.
        outputs = self.network(batch.images)
        parts = loss_parts(outputs, batch)
        loss = total(parts, self.config.loss)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self._optimiser.step()
        self.step += 1
        self._follow()
        return {"loss": float(loss.detach())} | {
            name: float(part.detach()) for name, part in parts.items()
        }

    def _examples(self, rng: np.random.Generator) -> Iterator[Example]:
        for number in rng.choice(len(self._sources), self.config.batch, p=self._shares):
            sample = self.pools[self._sources[number]].draw(rng)
            target = target_of(sample, self.alignment)
            yield augmented(sample, target, self.config.augmentation, rng)

    def _rate(self) -> float:
        config = self.config
        rise = min(1.0, (self.step + 1) / max(config.warm_up, 1))
        way = max(0, self.step - config.warm_up) / max(config.steps - config.warm_up, 1)
        return config.rate * rise * (0.02 + 0.98 * (1 + cos(pi * min(way, 1.0))) / 2)

    def _follow(self) -> None:
        """Moves the average towards the weights; quickly in the beginning."""
        keep = min(self.config.average, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)

    def state(self) -> dict[str, Any]:
        """All that `restore` needs."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes back to where `state` was taken."""
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
