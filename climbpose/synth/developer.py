"""Makes a phone's pictures from scenes.

All but the tone curve is done on luma and halved chroma, as phones do it: less than half the
numbers of RGB, and what is written in the end.
"""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, Int16, UInt8

from climbpose.synth.film import Film, Noise, Tone
from climbpose.video import Colour, Picture

_METERED = 0.47
"""Mean brightness that phones aim at."""

_SPARE = 160
"""Pixels by which the grain is larger than a picture, so that each frame cuts out another part."""

_FINE = 8
"""Steps of the grain to a level."""

_LUMA_NOISE, _CHROMA_NOISE = 219 / 255, 0.45
"""Levels of noise in luma, and in halved chroma, for one level in the colours."""

_MIDDLE = 64
"""Loudness at middle grey."""

_LENS = 0.25
"""Half-width of a blur below which there is none, pixels."""

Plane = UInt8[np.ndarray, "_rows _cols"]


class Developer:
    """Makes a phone's pictures of one size from scenes."""

    def __init__(
        self, film: Film, width: int, height: int, rng: np.random.Generator, colour: Colour
    ) -> None:
        """Prepare tables and grain.

        Args:
            film: The phone.
            width: Of the pictures, pixels, even.
            height: Of the pictures, pixels, even.
            rng: For the noise; the same one gives the same pictures.
            colour: Of the pictures.
        """
        self._film = film
        self._half = (width // 2, height // 2)
        self._seed = int(rng.integers(2**31))
        self._curve = _curve(film.tone)
        self._is_metered = film.tone.metering == 0
        black, white = colour.yuv(np.array([[0.0] * 3, [255.0] * 3]))[:, 0]
        self._to_yuv = _to_yuv(colour, film.tone.saturation)
        sharpening, smear = film.blur.sharpening, film.noise.smear
        self._details = _detail(sharpening, smear), _detail(0.0, smear / 2)
        self._corners = _corners(film.tone.vignetting, width, height, float(black))
        self._loudness = _loudness(film.noise, float(black), float(white))
        self._grain = None
        if film.noise.sigma > 0:
            self._grain = _grain(film.noise, width + _SPARE, height + _SPARE, rng)

    def develop(self, image: UInt8[np.ndarray, "rows cols 3"], picture: Picture) -> None:
        """The phone's picture of a scene.

        Args:
            image: The scene, already blurred by motion.
            picture: Is filled; its index decides the noise.
        """
        if not self._is_metered:
            tone = self._film.tone
            self._curve = _curve(replace(tone, exposure=tone.exposure * _metered(tone, image)))
            self._is_metered = True
        if self._curve is not None:
            image = np.asarray(cv2.LUT(image, self._curve), np.uint8)
        planes = self._planes(image)
        if self._corners is not None:
            for k, plane in enumerate(planes):
                share, lift = self._corners[min(k, 1)]
                cv2.add(cv2.multiply(plane, share, scale=1 / 255), lift, dst=plane)
        if self._grain is not None:
            planes = self._noisy(planes, picture.index)
        for k, into in enumerate((picture.y, picture.u, picture.v)):
            into[:] = _rubbed(planes[k], self._details[min(k, 1)])

    def _planes(self, image: np.ndarray) -> list[np.ndarray]:
        """Luma and both chromas as the lens sees them."""
        yuv = cv2.transform(image, self._to_yuv)
        halved = cv2.resize(yuv, self._half, interpolation=cv2.INTER_AREA)
        planes = [cv2.extractChannel(halved if k else yuv, k) for k in range(3)]
        blur = self._film.blur
        return [
            _blurred(plane, blur.native, blur.softness_px / (2 if k else 1))
            for k, plane in enumerate(planes)
        ]

    def _noisy(self, planes: list[np.ndarray], frame: int) -> list[np.ndarray]:
        assert self._grain is not None
        rng = np.random.default_rng((self._seed, frame))
        left, top = (2 * int(n) for n in rng.integers(0, _SPARE // 2, 2))
        # Chroma is as loud as the luma that it belongs to.
        loud = cv2.LUT(planes[0], self._loudness)
        halved = cv2.resize(loud, self._half, interpolation=cv2.INTER_AREA)
        noisy = []
        for k, plane in enumerate(planes):
            x, y = (left // 2, top // 2) if k else (left, top)
            grain = self._grain[k][y : y + plane.shape[0], x : x + plane.shape[1]]
            scale = 1 / (_MIDDLE * _FINE)
            louder = cv2.multiply(grain, halved if k else loud, scale=scale, dtype=cv2.CV_16S)
            noisy.append(cv2.add(plane, louder, dtype=cv2.CV_8U))
        return noisy


def _blurred(plane: np.ndarray, native: float, softness: float) -> np.ndarray:
    """A plane as the lens and the sensor's pixels have it."""
    rows, columns = plane.shape
    if native < 1:
        small = (round(columns * native), round(rows * native))
        plane = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        plane = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_LINEAR)
    if softness > _LENS:
        plane = cv2.GaussianBlur(plane, (0, 0), softness)
    return plane


def _rubbed(plane: np.ndarray, detail: np.ndarray | None) -> np.ndarray:
    """A plane whose details are what a table makes of them."""
    if detail is None:
        return plane
    smooth = cv2.GaussianBlur(plane, (5, 5), 1.1)
    kept = cv2.LUT(cv2.addWeighted(plane, 1, smooth, -1, 128), detail)
    return np.asarray(cv2.addWeighted(smooth, 1, kept, 1, -128))


def _to_yuv(colour: Colour, saturation: float) -> Float[np.ndarray, "3 4"]:
    """From RGB to luma and chroma, with a stronger or weaker chroma."""
    zero = colour.yuv(np.zeros(3))
    matrix = (colour.yuv(255 * np.eye(3)) - zero).T / 255
    matrix[1:] *= saturation
    return np.column_stack([matrix, zero])


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


def _detail(sharpening: float, smear: float) -> UInt8[np.ndarray, " 256"] | None:
    """What becomes of a difference from the surroundings: small ones vanish, others grow."""
    if sharpening == 0 and smear == 0:
        return None
    difference = np.arange(256) - 128.0
    kept = difference * (1 - np.exp(-((difference / max(smear, 1e-3)) ** 2)))
    grown = kept * (1 + sharpening)
    return np.asarray(np.clip(np.round(grown + 128), 0, 255), np.uint8)


def _corners(
    vignetting: float, width: int, height: int, black: float
) -> list[tuple[Plane, Plane]] | None:
    """What luma, and chroma, is multiplied with, of 255, and what is then added to it."""
    if vignetting == 0:
        return None
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = (np.arange(height) + 0.5) / height * 2 - 1
    dark = vignetting * (0.5 * (x[None] ** 2 + y[:, None] ** 2)) ** 1.5
    return [
        (np.round(255 * (1 - lost)).astype(np.uint8), np.round(zero * lost).astype(np.uint8))
        for lost, zero in ((dark, black), (dark[::2, ::2], 128.0))
    ]


def _loudness(noise: Noise, black: float, white: float) -> UInt8[np.ndarray, " 256"]:
    """How loud the noise is at each level of luma, 64 at middle grey."""
    level = np.clip((np.arange(256) - black) / (white - black), 0, 1)
    loud = (1 + noise.dark_gain * (1 - level) ** 1.5) / (1 + noise.dark_gain * 0.5**1.5)
    return np.asarray(np.clip(np.round(_MIDDLE * loud), 0, 255), np.uint8)


def _grain(
    noise: Noise, width: int, height: int, rng: np.random.Generator
) -> list[Int16[np.ndarray, "_rows _cols"]]:
    """Signed noise of luma and both chromas at middle grey, in steps of `_FINE` to a level."""
    spread = 0.45 * (noise.grain_px - 1)

    def field(wide: int, high: int, sigma: float, blur: float) -> np.ndarray:
        raw = rng.standard_normal((high, wide), np.float32)
        if blur > 0:
            raw = np.asarray(cv2.GaussianBlur(raw, (0, 0), blur), np.float32)
        return np.asarray(np.round(raw * np.float32(_FINE * sigma / raw.std())), np.int16)

    colour = _CHROMA_NOISE * noise.sigma * noise.chroma
    half = (width // 2, height // 2, colour, spread / 2 + 0.4)
    luma = field(width, height, _LUMA_NOISE * noise.sigma, spread)
    return [luma, field(*half), field(*half)]
