"""What a training run of the landmark network is made of."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Augmentation:
    """How a sample is changed each time it is used; rates are probabilities.

    Attributes:
        scale: Standard deviation of the logarithm of the region's size.
        turn_deg: Standard deviation of the region's turn.
        shift: Standard deviation of the region's shift, as a share of its side.
        mirror: Rate of mirrored pictures.
        colour: How strongly brightness, contrast, saturation and tint vary; 0 leaves them.
        blur: Rate of blurred pictures.
        coarse: Rate of pictures enlarged from a smaller one.
        noise: Rate of noisy pictures.
        compress: Rate of strongly compressed pictures.
        occlude: Rate of pictures with something before the climber.
    """

    scale: float = 0.10
    turn_deg: float = 10.0
    shift: float = 0.03
    mirror: float = 0.5
    colour: float = 1.0
    blur: float = 0.2
    coarse: float = 0.25
    noise: float = 0.25
    compress: float = 0.3
    occlude: float = 0.2


@dataclass(frozen=True)
class LossWeights:
    """What each part of the loss counts.

    Attributes:
        regressed: Of the regressed points.
        refined: Of the points that their heatmaps draw to themselves.
        heatmaps: Of the heatmaps.
        visibility: Of the visibility.
        kept: Of what has no labels and is to stay as the teacher has it: depth, world, person.
    """

    regressed: float = 1.0
    refined: float = 1.0
    heatmaps: float = 1.0
    visibility: float = 0.1
    kept: float = 0.2


@dataclass(frozen=True)
class TrainConfig:
    """All that a run is made from: the same config and samples give the same network.

    Attributes:
        steps: Batches.
        batch: Samples of a batch.
        rate: Highest learning rate.
        warm_up: Steps until it is reached; from there it falls along a cosine.
        average: Decay of the moving average of the weights, which is what is kept in the end.
        clip: Largest norm of the gradient.
        seed: Of everything random.
        mix: Parts of a batch by source.
        is_aligned: Moves the synthetic labels to where the teacher means the same keypoints.
        augmentation: How samples are changed.
        loss: What the parts of the loss count.
    """

    steps: int = 400
    batch: int = 16
    rate: float = 1e-5
    warm_up: int = 50
    average: float = 0.998
    clip: float = 1.0
    seed: int = 0
    mix: dict[str, float] = field(
        default_factory=lambda: {"synthetic": 1.0, "unlabelled": 1.0, "labelled": 1.0}
    )
    is_aligned: bool = True
    augmentation: Augmentation = Augmentation()
    loss: LossWeights = LossWeights()
