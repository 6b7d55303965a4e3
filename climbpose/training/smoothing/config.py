"""What a training run of a learned smoother is made of; pretraining and finetuning differ in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from climbpose.datasets.splits import BY_VIDEO, WAYS
from climbpose.errors import UsageError
from climbpose.noising.experiments import thesis_experiment
from climbpose.noising.noise import SMEARS
from climbpose.noising.scoring import THRESHOLDS
from climbpose.poses import BOX_MARGIN
from climbpose.smoothers.learned import VARIANTS
from climbpose.smoothers.learned.base import SmoothingNetwork

DETECTOR, THESIS, SEEN = "detector", "thesis", "none"

NOISES = (DETECTOR, THESIS, SEEN)

STEADY, MAPS = "steady", "maps"

OBJECTIVES = (STEADY, MAPS)

PRECISIONS: Mapping[str, str] = MappingProxyType({"none": "32-true", "bf16": "bf16-mixed"})
"""By name, as Fabric calls it."""


@dataclass(frozen=True)
class SmootherConfig:
    """All that a run is made from: the same config and data give the same network.

    Attributes:
        network: A name in `VARIANTS`.
        noise: ``detector``, fitted to the default detector's errors; ``thesis``, independent in
            time and between keypoints; or ``none``, what a detector did see.
        objective: ``maps``, the thesis's: heatmaps cell by cell, and DeciWatch's own losses; or
            ``steady``: keypoints and their accelerations, from a network that changes little.
        more_frames: With ``steady``, of the windows of a network that takes any number, beside
            those at both ends that see less than the others.
        is_neutral: Each clip's labels are moved to where the detector sees the same keypoints in
            the median: so the network learns to mend what changes, not another definition.
        is_apart: Only what links a heatmap to those of its own keypoint is trained.
        k: Of the thesis's noise, which has a standard deviation of 3 k cells.
        smears: The widths of the thesis's input heatmaps, cells.
        is_noise_frozen: The thesis's noise is drawn once for each frame, as by the thesis's code.
        margin: By which the thesis's boxes are widened: 0.1 in its text, 0.05 in its code.
        every: Takes every so manyth frame only.
        stride: Frames from one window's beginning to the next.
        split: How data are split, see `split_clips`.
        turn_deg: Windows are turned by up to so much to both sides.
        is_mirrored: Half of the windows are mirrored.
        slack: Boxes are widened by up to this share more.
        batch: Windows of a step, of all processes together.
        rate: Learning rate of Adam, and ``betas`` and ``weight_decay`` of it too.
        last_layer_only: All other layers stay as they are.
        epochs: At most.
        epoch_steps: Steps of an epoch; None for all windows once.
        validation_windows: So many, spread over all; None for all.
        minutes: Epochs are made so short that all of them take so long; None where they are whole.
        drop: The rate is multiplied by it after ``patience`` epochs in which the loss on the
            validation windows did not get less.
        patience: Epochs.
        stop_after: Epochs without improvement of that loss that end the training.
        best_at: The threshold of the PCK on the validation windows that chooses the best weights.
        precision: ``none``, all in float32, or ``bf16`` where that does no harm.
        seed: Of everything random.
    """

    network: str = "conv3d"
    noise: str = DETECTOR
    objective: str = STEADY
    more_frames: int = 8
    is_neutral: bool = False
    is_apart: bool = False
    k: float = 1.0
    smears: tuple[float, ...] = SMEARS
    is_noise_frozen: bool = False
    margin: float = BOX_MARGIN
    every: int = 1
    stride: int = 1
    split: str = BY_VIDEO
    turn_deg: float = 0.0
    is_mirrored: bool = False
    slack: float = 0.0
    batch: int = 16
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    last_layer_only: bool = False
    epochs: int = 50
    epoch_steps: int | None = None
    validation_windows: int | None = None
    minutes: float | None = None
    drop: float = 0.1
    patience: int = 5
    stop_after: int = 10
    best_at: float = 0.2
    precision: str = "none"
    seed: int = 0

    def check(self) -> None:
        """Makes sure that a run can be made from it.

        Raises:
            UsageError: It cannot.
        """
        for option, value, low, high in (
            ("--k", self.k, 0, 10),
            ("--box-margin", self.margin, 0, 1),
            ("--every", self.every, 1, 100),
            ("--stride", self.stride, 1, 1000),
            ("--turn", self.turn_deg, 0, 180),
            ("--slack", self.slack, 0, 2),
            ("--batch", self.batch, 1, 4096),
            ("--rate", self.rate, 1e-9, 1),
            ("--weight-decay", self.weight_decay, 0, 1),
            ("--epochs", self.epochs, 1, 100_000),
            ("--epoch-steps", 1 if self.epoch_steps is None else self.epoch_steps, 1, 10_000_000),
            (
                "--validation-windows",
                1 if self.validation_windows is None else self.validation_windows,
                1,
                10_000_000,
            ),
            ("--minutes", 1 if self.minutes is None else self.minutes, 0.1, 100_000),
            ("--seed", self.seed, 0, 2**31),
            ("more_frames", self.more_frames, 0, 1000),
            ("betas", min(self.betas), 0, 1),
            ("betas", max(self.betas), 0, 0.999999),
            ("drop", self.drop, 0, 1),
            ("patience", self.patience, 0, 1_000_000),
            ("stop_after", self.stop_after, 0, 1_000_000),
        ):
            if not low <= value <= high:
                raise UsageError(f"{option}: expected {low:g} to {high:g}, found {value:g}")
        for option, word, known in (
            ("--model", self.network, tuple(VARIANTS)),
            ("--noise", self.noise, NOISES),
            ("--objective", self.objective, OBJECTIVES),
            ("--split-by", self.split, WAYS),
            ("--precision", self.precision, tuple(PRECISIONS)),
        ):
            if word not in known:
                raise UsageError(
                    f"{option} {word!r} is not known; choose one of: {', '.join(known)}"
                )
        if not (self.smears and all(0.3 <= smear <= 20 for smear in self.smears)):
            raise UsageError("--smears: expected widths of 0.3 to 20 cells, such as 1,1.5,2")
        if self.best_at not in THRESHOLDS:
            raise UsageError(f"best_at: expected one of {THRESHOLDS}, found {self.best_at:g}")
        self._check_noise()

    def frames_for(self, network: SmoothingNetwork) -> int:
        """Frames of the windows that a network is trained on."""
        is_longer = self.objective == STEADY and network.context
        return network.length + (self.more_frames if is_longer else 0)

    def noise_header(self) -> dict[str, object]:
        """What a checkpoint says of the noise it was trained with."""
        if self.noise != THESIS:
            return {"kind": self.noise}
        return {
            "kind": self.noise,
            "k": self.k,
            "smears": list(self.smears),
            "frozen": self.is_noise_frozen,
            "margin": self.margin,
            "every": self.every,
        }

    def _check_noise(self) -> None:
        is_moved = self.turn_deg or self.is_mirrored or self.slack
        if self.noise == THESIS and is_moved:
            raise UsageError(
                "--turn, --mirror and --slack have no effect on the noise of the thesis, whose "
                "boxes are each frame's own; leave them out"
            )
        if self.noise != SEEN and self.is_neutral:
            raise UsageError(
                "--neutral needs what a detector saw; use it with climbpose train finetune"
            )
        if self.noise != THESIS and self.is_noise_frozen:
            raise UsageError("--frozen-noise is of the noise of the thesis; add --noise thesis")


PRETRAINING = SmootherConfig()

FINETUNING = SmootherConfig(noise=SEEN, rate=1e-4, best_at=0.05)


def with_experiment(config: SmootherConfig, name: str) -> SmootherConfig:
    """The config of one of the thesis's experiments.

    Raises:
        UsageError: There is no such experiment.
    """
    chosen = thesis_experiment(name)
    return replace(
        config,
        noise=THESIS,
        objective=MAPS,
        k=chosen.noise.scale,
        smears=chosen.noise.smears,
        every=chosen.every,
    )


def parse_smears(text: str) -> tuple[float, ...]:
    """Widths of heatmaps, such as ``1,1.5,2``.

    Raises:
        UsageError: They are no numbers.
    """
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError as error:
        raise UsageError(f"--smears: expected numbers such as 1,1.5,2, found {text!r}") from error
