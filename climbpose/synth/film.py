"""What a phone does to the picture: exposure, blur, noise, sharpening, compression."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Noise:
    """A sensor's noise, and how the phone rubs it out.

    Attributes:
        sigma: Of the brightness at middle grey, levels of 255.
        chroma: Of the colours, as a share of `sigma`.
        dark_gain: How many times more of it there is in black than in white, less one.
        grain_px: Size of a grain, 1 and up.
        smear: Detail below so many levels is rubbed out, as phones do against noise.
    """

    sigma: float = 0.0
    chroma: float = 0.5
    dark_gain: float = 0.8
    grain_px: float = 1.0
    smear: float = 0.0

    @classmethod
    def base(cls) -> "Noise":
        """None at all."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Noise":
        """Mostly little, sometimes a cellar's."""
        sigma = float(np.clip(rng.lognormal(0.65, 0.7), 0.3, 10))
        return cls(
            sigma=sigma,
            chroma=float(rng.uniform(0.2, 0.8)),
            dark_gain=float(rng.uniform(0.2, 1.6)),
            grain_px=float(rng.uniform(1, 2)),
            smear=float(rng.uniform(0.2, 1.4)) * min(sigma, 7.0),
        )


@dataclass(frozen=True)
class Blur:
    """What makes the picture soft, and what the phone does against it.

    Attributes:
        shutter: Share of the time between two frames that the shutter is open, 0 to 0.9.
        softness_px: Half-width of the lens's blur, pixels.
        native: Share of the picture's width that the picture once had and was enlarged from.
        sharpening: How much detail is exaggerated; 0 leaves it.
    """

    shutter: float = 0.0
    softness_px: float = 0.0
    native: float = 1.0
    sharpening: float = 0.0

    @classmethod
    def base(cls) -> "Blur":
        """A sharp picture of a still moment."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Blur":
        """Bright halls and dim ones, good lenses and greasy ones."""
        is_enlarged = rng.random() < 0.15
        is_unfocused = rng.random() < 0.2
        return cls(
            shutter=float(rng.uniform(0.05, 0.9)),
            softness_px=float(rng.uniform(0.6, 1.8) if is_unfocused else rng.uniform(0, 0.6)),
            native=float(rng.uniform(0.4, 0.8)) if is_enlarged else 1.0,
            sharpening=float(rng.choice([0, 0.4, 0.8, 1.4]) * rng.uniform(0.5, 1)),
        )


@dataclass(frozen=True)
class Tone:
    """Exposure and colour.

    Attributes:
        exposure: What the brightness is multiplied with.
        contrast: Around middle grey.
        saturation: 0 is grey.
        warmth: Red up and blue down by this share.
        green: Green up by this share.
        vignetting: Share of the light missing in the corners.
        metering: How much of a scene's darkness or brightness the phone makes up for, 0 to 1; it
            measures the first picture.
    """

    exposure: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    warmth: float = 0.0
    green: float = 0.0
    vignetting: float = 0.0
    metering: float = 0.6

    @classmethod
    def base(cls) -> "Tone":
        """As it is."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Tone":
        """As phones decide."""
        return cls(
            exposure=float(np.clip(rng.normal(1.02, 0.13), 0.65, 1.4)),
            contrast=float(np.clip(rng.normal(1.03, 0.12), 0.75, 1.35)),
            saturation=float(np.clip(rng.normal(1.05, 0.2), 0.4, 1.6)),
            warmth=float(rng.normal(0, 0.04)),
            green=float(rng.normal(0, 0.015)),
            vignetting=float(max(0.0, rng.normal(0.03, 0.09))),
            metering=float(rng.uniform(0.4, 0.8)),
        )


@dataclass(frozen=True)
class Compression:
    """How the video is written.

    Attributes:
        crf: x264's constant rate factor; more is worse.
        preset: x264's.
    """

    crf: int = 18
    preset: str = "veryfast"

    @classmethod
    def base(cls) -> "Compression":
        """Hardly any loss."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Compression":
        """From a phone's own file to one sent by messenger."""
        return cls(int(rng.integers(18, 37)), str(rng.choice(["veryfast", "superfast"])))


@dataclass(frozen=True)
class Film:
    """Everything between the scene and the file."""

    noise: Noise = Noise()
    blur: Blur = Blur()
    tone: Tone = Tone()
    compression: Compression = Compression()

    @classmethod
    def base(cls) -> "Film":
        """A perfect phone."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Film":
        """Some phone, in some hand."""
        return cls(Noise.sample(rng), Blur.sample(rng), Tone.sample(rng), Compression.sample(rng))
