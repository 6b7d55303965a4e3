"""The loop that trains a learned smoother: a step, a look at the validation windows, a state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from climbpose.noising.batches import Batch
from climbpose.noising.scoring import THRESHOLDS, hits
from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.training.smoothing.config import SmootherConfig
from climbpose.training.smoothing.feed import (
    DROPOUT,
    STEP,
    VALIDATION,
    Feed,
    Order,
    generator_of,
    seed_of,
    spread,
)
from climbpose.training.smoothing.material import TRAINED, VALIDATED, Material
from climbpose.training.smoothing.objectives import (
    Exercise,
    answer,
    given_keypoints,
    keypoints_of,
)
from climbpose.training.smoothing.parts import Part

if TYPE_CHECKING:
    from lightning_fabric import Fabric


_PLATEAU = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
"""What a schedule remembers; the rest is of the config."""


@dataclass(frozen=True, eq=False)
class Feeds:
    """Batches to train and to validate on, on the device."""

    trained: Feed
    validated: Feed

    @classmethod
    def of(
        cls, material: Material, config: SmootherConfig, length: int, device: torch.device
    ) -> "Feeds":
        """What a config makes of data.

        Raises:
            DatasetError: A split has no windows.
        """
        trained, validated = (
            material.windows(name, config, length).to(device) for name in (TRAINED, VALIDATED)
        )
        return cls(
            Feed.of(trained, config, is_training=True),
            Feed.of(validated, config, is_training=False),
        )


class Trainer:
    """A network in training, and all that a run must keep to be gone on with.

    Attributes:
        plain: The network.
        step: Batches done.
        epoch_steps: Steps of an epoch.
    """

    def __init__(
        self, config: SmootherConfig, network: SmoothingNetwork, feeds: Feeds, fabric: "Fabric"
    ) -> None:
        """Ready for the first step.

        Args:
            config: What the run is made of.
            network: To begin with; it is trained in place.
            feeds: Of the same device as ``fabric``.
            fabric: The processes that share each batch.
        """
        self.plain, self.step = network.train(), 0
        self._config, self._feeds, self._fabric = config, feeds, fabric
        if config.last_layer_only:
            network.requires_grad_(False)
            network.last_layer.requires_grad_(True)
        if config.is_apart:
            network.keep_apart()
        self._plain_optimiser = torch.optim.Adam(
            [parameter for parameter in network.parameters() if parameter.requires_grad],
            lr=config.rate,
            betas=config.betas,
            weight_decay=config.weight_decay,
        )
        self._plateau = ReduceLROnPlateau(
            self._plain_optimiser, factor=config.drop, patience=config.patience
        )
        self._network, self._optimiser = fabric.setup(Exercise(network), self._plain_optimiser)
        self._order = Order(len(feeds.trained), config.batch, config.seed)
        self.epoch_steps = config.epoch_steps or self._order.steps
        self._losses = torch.zeros((), dtype=torch.float64, device=fabric.device)

    @property
    def rate(self) -> float:
        """The learning rate."""
        return float(self._plain_optimiser.param_groups[0]["lr"])

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return self.step // self.epoch_steps

    @property
    def seen_windows(self) -> int:
        """Windows that were trained on so far, those of each time counted."""
        return self.step * self._order.batch

    def one_step(self) -> Float[Tensor, ""]:
        """Trains on one batch, and gives the loss of this process's part of it."""
        config, device, rank = self._config, self._fabric.device, self._fabric.global_rank
        # All random numbers are of the step alone, so that a run that was stopped goes on as it
        # would have; and every process makes the whole batch, so that their number changes nothing.
        whole = self._feeds.trained(
            self._order[self.step].to(device), generator_of(device, config.seed, STEP, self.step)
        )
        torch.manual_seed(seed_of(config.seed, DROPOUT, self.step, rank))
        parts = self._fabric.world_size
        mine = Batch(*(values[rank::parts] for values in whole))
        loss = answer(
            self._network, self.plain, mine, config.objective, Part(whole.is_known, parts)
        ).loss
        self._optimiser.zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        self._optimiser.step()
        self.step += 1
        self._losses += loss.detach()
        return loss.detach()

    def end_epoch(self, validated: Mapping[str, float]) -> dict[str, float]:
        """The figures of the epoch that is done; the rate may fall for the next one."""
        figures = {
            "epoch": float(self.epoch),
            "rate": self.rate,
            "loss": float(self._mean_losses()) / self.epoch_steps,
            **validated,
        }
        self._losses.zero_()
        self._plateau.step(validated["val_loss"])
        return figures

    def _mean_losses(self) -> Tensor:
        """The sum of the epoch's losses so far, of all processes together."""
        return self._over_all(self._losses.clone(), "mean")

    def _over_all(self, values: Tensor, how: str) -> Tensor:
        """Of the processes' values the sum or the mean, on the CPU."""
        reduced = self._fabric.all_reduce(values.to(self._fabric.device), reduce_op=how)
        assert isinstance(reduced, Tensor)
        return reduced.cpu()

    def validate(self) -> dict[str, float]:
        """The loss on the validation windows, the PCK, and that of what the network is given.

        Always in float32: of cells that bfloat16 cannot tell apart, the first would be the peak.
        """
        config, fabric, feed = self._config, self._fabric, self._feeds.validated
        sums = torch.zeros(3 + 2 * len(THRESHOLDS), dtype=torch.float64)
        chosen = spread(len(feed), config.validation_windows, config.batch)
        self.plain.eval()
        with torch.inference_mode():
            for number, windows in enumerate(chosen):
                if number % fabric.world_size == fabric.global_rank:
                    generator = generator_of(fabric.device, config.seed, VALIDATION, number)
                    sums += self._scored(feed(windows.to(fabric.device), generator))
        self.plain.train()
        loss, known, judged, *right = self._over_all(sums, "sum").tolist()
        names = [f"{who}@{share:g}" for who in ("pck", "identity") for share in THRESHOLDS]
        shares = [value / max(judged, 1.0) for value in right]
        return {"val_loss": loss / max(known, 1.0)} | dict(zip(names, shares, strict=True))

    def _scored(self, batch: Batch) -> Tensor:
        objective = self._config.objective
        found = answer(self.plain, self.plain, batch, objective)
        known = batch.is_known.sum()
        right, judged = hits(keypoints_of(self.plain, found.output, objective), batch)
        identity, _ = hits(given_keypoints(self.plain, batch, objective), batch)
        values = [
            (found.loss * known)[None],
            known[None],
            judged.sum()[None],
            right.sum(dim=1),
            identity.sum(dim=1),
        ]
        return torch.cat([value.double().cpu() for value in values])

    def state(self) -> dict[str, Any]:
        """All that `restore` needs; to be asked for by all processes at the same step."""
        plateau = self._plateau.state_dict()
        return {
            "step": self.step,
            "epoch_steps": self.epoch_steps,
            "losses": float(self._mean_losses()),
            "network": self.plain.state_dict(),
            "optimiser": self._plain_optimiser.state_dict(),
            "plateau": {name: plateau[name] for name in _PLATEAU},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes back to where `state` was taken."""
        self.step = int(state["step"])
        self.epoch_steps = int(state["epoch_steps"])
        self._losses.fill_(float(state["losses"]))
        self.plain.load_state_dict(state["network"])
        self._plain_optimiser.load_state_dict(state["optimiser"])
        self._plateau.load_state_dict(dict(state["plateau"]))
