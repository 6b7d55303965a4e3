"""What a phone does to the picture: exposure, blur, noise, sharpening, compression."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import UInt8

_METERED = 0.4
"""Mean brightness that phones aim at."""


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


class Developer:
    """Makes a phone's pictures of one size from scenes."""

    _SPARE = 160

    def __init__(self, film: Film, width: int, height: int, rng: np.random.Generator) -> None:
        """Prepare tables and grain.

        Args:
            film: The phone.
            width: Of the pictures, pixels.
            height: Of the pictures, pixels.
            rng: For the noise; the same one gives the same pictures.
        """
        self._film = film
        self._size = (width, height)
        self._seed = int(rng.integers(2**31))
        self._curve = _curve(film.tone)
        self._is_metered = film.tone.metering == 0
        self._detail = _detail(film.blur.sharpening, film.noise.smear)
        self._corners = _corners(film.tone.vignetting, width, height)
        self._grain = None
        self._loudness = _loudness(film.noise)
        if film.noise.sigma > 0:
            self._grain = _grain(film.noise, width + self._SPARE, height + self._SPARE, rng)

    def develop(
        self, image: UInt8[np.ndarray, "rows cols 3"], frame: int
    ) -> UInt8[np.ndarray, "rows cols 3"]:
        """The phone's picture of a scene.

        Args:
            image: The scene, already blurred by motion.
            frame: Number of the frame, which decides the noise.
        """
        if not self._is_metered:
            tone = self._film.tone
            self._curve = _curve(replace(tone, exposure=tone.exposure * _metered(tone, image)))
            self._is_metered = True
        picture = self._blurred(image)
        if self._curve is not None:
            picture = cv2.LUT(picture, self._curve)
        if self._film.tone.saturation != 1:
            picture = cv2.transform(picture, _saturation(self._film.tone.saturation))
        if self._corners is not None:
            picture = cv2.multiply(picture, self._corners, scale=1 / 255)
        if self._grain is not None:
            picture = self._noisy(picture, frame)
        if self._detail is not None:
            smooth = cv2.GaussianBlur(picture, (5, 5), 1.1)
            detail = cv2.LUT(cv2.addWeighted(picture, 1, smooth, -1, 128), self._detail)
            picture = cv2.addWeighted(smooth, 1, detail, 1, -128)
        return np.asarray(picture, np.uint8)

    def _blurred(self, image: np.ndarray) -> np.ndarray:
        blur = self._film.blur
        if blur.native < 1:
            small = (round(self._size[0] * blur.native), round(self._size[1] * blur.native))
            image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_LINEAR)
        if blur.softness_px > 0.25:
            image = cv2.GaussianBlur(image, (0, 0), blur.softness_px)
        return image

    def _noisy(self, picture: np.ndarray, frame: int) -> np.ndarray:
        assert self._grain is not None
        rng = np.random.default_rng((self._seed, frame))
        left, top = (int(n) for n in rng.integers(0, self._SPARE, 2))
        width, height = self._size
        grain = self._grain[top : top + height, left : left + width]
        if self._loudness is None:
            return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U))
        loudness = cv2.LUT(picture, self._loudness)
        louder = cv2.multiply(grain, loudness, scale=1 / 64, dtype=cv2.CV_16S)
        return np.asarray(cv2.add(picture, louder, dtype=cv2.CV_8U))


def _metered(tone: Tone, image: UInt8[np.ndarray, "rows cols 3"]) -> float:
    """What a phone multiplies a picture with so that it is neither dark nor pale."""
    mean = float(image[::8, ::8].mean()) / 255
    return float(np.clip((_METERED / max(mean, 0.01)) ** tone.metering, 0.75, 3.5))


def _curve(tone: Tone) -> UInt8[np.ndarray, "1 256 3"] | None:
    """Exposure, contrast and white balance; highlights roll off instead of breaking."""
    if (tone.exposure, tone.contrast, tone.warmth, tone.green) == (1, 1, 0, 0):
        return None
    level = np.arange(256)[:, None] / 255
    gain = tone.exposure * np.array([1 + tone.warmth, 1 + tone.green, 1 - tone.warmth])
    bright = (level * gain - 0.5) * tone.contrast + 0.5
    knee = 0.85
    rolled = knee + (1 - knee) * np.tanh((bright - knee) / (1 - knee))
    bent = np.where(bright > knee, rolled, bright)
    return np.clip(np.round(255 * bent), 0, 255).astype(np.uint8)[None]


def _saturation(amount: float) -> np.ndarray:
    grey = np.tile(np.array([0.299, 0.587, 0.114]), (3, 1))
    return np.asarray(amount * np.eye(3) + (1 - amount) * grey)


def _detail(sharpening: float, smear: float) -> UInt8[np.ndarray, " 256"] | None:
    """What becomes of a difference from the surroundings: small ones vanish, others grow."""
    if sharpening == 0 and smear == 0:
        return None
    difference = np.arange(256) - 128.0
    kept = difference * (1 - np.exp(-((difference / max(smear, 1e-3)) ** 2)))
    grown = kept * (1 + sharpening)
    return np.asarray(np.clip(np.round(grown + 128), 0, 255), np.uint8)


def _corners(vignetting: float, width: int, height: int) -> UInt8[np.ndarray, "rows cols 3"] | None:
    if vignetting == 0:
        return None
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = (np.arange(height) + 0.5) / height * 2 - 1
    dark = vignetting * (0.5 * (x[None] ** 2 + y[:, None] ** 2)) ** 1.5
    return np.repeat(np.round(255 * (1 - dark)).astype(np.uint8)[..., None], 3, axis=2)


def _loudness(noise: Noise) -> UInt8[np.ndarray, " 256"] | None:
    """How loud the noise is at each level, 64 at middle grey."""
    if noise.dark_gain == 0:
        return None
    level = np.arange(256) / 255
    loud = 1 + noise.dark_gain * (1 - level) ** 1.5
    loud = loud / loud[128]
    return np.asarray(np.clip(np.round(64 * loud), 0, 255), np.uint8)


def _grain(noise: Noise, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Signed noise at middle grey, larger than a picture so that each frame cuts out another."""
    spread = 0.45 * (noise.grain_px - 1)

    def field(channels: int, sigma: float, blur: float) -> np.ndarray:
        raw = rng.standard_normal((height, width, channels), np.float32)
        if blur > 0:
            raw = np.asarray(cv2.GaussianBlur(raw, (0, 0), blur), np.float32).reshape(raw.shape)
        return np.asarray(raw * np.float32(sigma / raw.std()))

    grey = field(1, noise.sigma, spread)
    colour = field(3, noise.sigma * noise.chroma, spread + 0.7)
    colour -= colour @ np.array([0.299, 0.587, 0.114], np.float32)[:, None]
    return np.asarray(np.round(grey + colour), np.int16)
