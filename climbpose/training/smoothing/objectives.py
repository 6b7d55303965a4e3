"""What a smoother in training is to bring down."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from climbpose.noising.batches import Batch, centres, to_unit
from climbpose.noising.scoring import cells_of
from climbpose.poses import HEATMAP_SIZE
from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.smoothers.learned.deciwatch import DeciWatch
from climbpose.training.smoothing.config import STEADY
from climbpose.training.smoothing.parts import Part
from climbpose.training.smoothing.steady import steady_loss

_RECOVER = 5.0
"""DeciWatch's weight of all frames, where the denoised samples have 1."""


class Answer(NamedTuple):
    """What a network makes of a batch.

    Attributes:
        loss: To be brought down.
        output: Heatmaps or coordinates.
    """

    loss: Float[Tensor, ""]
    output: Tensor


class Exercise(nn.Module):
    """A network as it is run for its loss, which may ask for more than its output.

    Args:
        plain: The network.
    """

    def __init__(self, plain: SmoothingNetwork) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """The output last; before it DeciWatch's denoised samples."""
        if isinstance(self.plain, DeciWatch):
            return tuple(self.plain.recovered(inputs.flatten(2)))
        return (self.plain(inputs),)


def answer(
    network: nn.Module,
    plain: SmoothingNetwork,
    batch: Batch,
    objective: str,
    part: Part | None = None,
) -> Answer:
    """Runs a network and measures its loss: the mean over labelled keypoints.

    ``steady``: see `steady_loss`. ``maps``: the squared error of heatmaps (thesis A, 4.5), or of
    DeciWatch the absolute error of the denoised samples and, five times as much, of all frames (its
    equation 7).

    Args:
        network: The network itself, or an `Exercise` of it, perhaps wrapped.
        plain: The network itself.
        batch: What it is given.
        objective: ``steady`` or ``maps``.
        part: Where the batch is but a part of one: then the mean of all parts' losses is the loss
            of the whole.
    """
    run = Exercise(plain) if network is plain else network
    outputs = run(batch.inputs(plain.kind))
    everything = Part(batch.is_known, 1) if part is None else part
    if objective == STEADY:
        output = outputs[-1]
        if plain.kind == "points":
            output = output.reshape(batch.xy.shape)
        cells = keypoints_of(plain, output, objective)
        maps = output if plain.kind == "maps" else None
        return Answer(steady_loss(cells, maps, batch, plain.context, everything), output)
    if isinstance(plain, DeciWatch):
        clean, whole = outputs
        target = to_unit(batch.xy)
        sampled = slice(None, None, plain.rate)
        each = everything.frames(sampled).mean(
            (clean.unflatten(2, (-1, 2)) - target[:, sampled]).abs().mean(dim=-1),
            batch.is_known[:, sampled],
        )
        output = whole.unflatten(2, (-1, 2))
        error = (output - target).abs().mean(dim=-1)
        return Answer(each + _RECOVER * everything.mean(error, batch.is_known), output)
    (output,) = outputs
    error = (output.float() - batch.targets(plain.kind)) ** 2
    return Answer(everything.mean(error.mean(dim=(-2, -1)), batch.is_known), output)


def keypoints_of(
    plain: SmoothingNetwork, output: Tensor, objective: str
) -> Float[Tensor, "batch time keypoints 2"]:
    """What a network's output means, in cells: as the objective reads it."""
    if objective == STEADY and plain.kind == "maps":
        return centres(output.float())
    return cells_of(plain, output)


def given_keypoints(
    plain: SmoothingNetwork, batch: Batch, objective: str
) -> Float[Tensor, "batch time keypoints 2"]:
    """What a batch's inputs mean, read in the same way."""
    if objective == STEADY or plain.kind == "points":
        return batch.seen
    # The centre of the highest cell.
    return batch.seen.floor().clamp(0, HEATMAP_SIZE - 1) + 0.5
