"""What a clip is made from, and what of it varies from clip to clip.

Everything comes from numbers of the set's seed and the clip's index, or, what makes a clip's look,
of the look's number alone: the same look is the same clothes, wall and light in every set, so a
look that is held out was never seen in training. Each axis has random numbers of its own, so the
others stay as they are when one is switched off.
"""

import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any
from zlib import crc32

import numpy as np

from climbpose.errors import UsageError
from climbpose.synth.body import BodyShape
from climbpose.synth.camera import Handling, View
from climbpose.synth.figure.extras import People
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.rope import Rope
from climbpose.synth.film import Blur, Compression, Noise, Tone
from climbpose.synth.gym.scenery import Look
from climbpose.synth.light import Light
from climbpose.synth.planning.style import Style, sample_angle

LOOKS = 100
"""How many looks there are."""

_TENTHS = 10


@dataclass(frozen=True)
class Axis:
    """Something that can vary from clip to clip.

    Attributes:
        description: One line.
        base: Its value where it does not vary.
        sample: A random value.
        is_look: Whether it follows the clip's look instead of the clip itself.
    """

    description: str
    base: Callable[[], Any]
    sample: Callable[[np.random.Generator], Any]
    is_look: bool = False


AXES: dict[str, Axis] = {
    "body": Axis("sex, build and height", BodyShape.base, BodyShape.sample),
    "outfit": Axis(
        "skin, hair, clothes, shoes, chalk bag", Outfit.base, Outfit.sample, is_look=True
    ),
    "wall": Axis("surface, colours of wall and holds, gym", Look.base, Look.sample, is_look=True),
    "light": Axis("direction, strength, warmth, shadows", Light, Light.sample, is_look=True),
    "angle": Axis("lean of the wall, slab to steep overhang", lambda: 0.0, sample_angle),
    "style": Axis("route, pace, kinds of moves, ending", Style.base, Style.sample),
    "view": Axis("where the camera stands, how large the climber is", View.base, View.sample),
    "handling": Axis("shake, pan, zoom and roll", Handling.base, Handling.sample),
    "tone": Axis("exposure, contrast and colour", Tone.base, Tone.sample),
    "noise": Axis("the sensor's noise", Noise.base, Noise.sample),
    "blur": Axis("exposure time and focus", Blur.base, Blur.sample),
    "compression": Axis("quality of the video's encoding", Compression.base, Compression.sample),
    "people": Axis("people who stand about or walk by", People.base, People.sample),
    "rope": Axis("climbing on a rope", Rope.base, Rope.sample),
}
"""By the names that ``--vary`` takes."""


@dataclass(frozen=True)
class Config:
    """All that a clip is made from: the same settings make the same clip.

    Attributes:
        seed: Of the set.
        index: Of the clip in its set.
        look: Number of the look, below `LOOKS`.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        fps: Frames a second.
        seconds: How long it lasts.
        body: Whose body.
        outfit: What the climber wears.
        wall: What the wall and the gym look like.
        light: Where the light comes from.
        angle: The wall's lean, degrees; above 0 overhanging.
        style: How is climbed.
        view: Where the camera stands.
        handling: How it is held.
        tone: Exposure and colour.
        noise: The sensor's noise.
        blur: What blurs the picture.
        compression: How the video is encoded.
        people: Who stands about.
        rope: Whether the climber hangs on a rope.
    """

    seed: int
    index: int
    look: int
    width: int
    height: int
    fps: float
    seconds: float
    body: BodyShape
    outfit: Outfit
    wall: Look
    light: Light
    angle: float
    style: Style
    view: View
    handling: Handling
    tone: Tone
    noise: Noise
    blur: Blur
    compression: Compression
    people: People
    rope: Rope

    @classmethod
    def sample(
        cls,
        seed: int,
        index: int,
        *,
        axes: Iterable[str] = tuple(AXES),
        width: int = 720,
        height: int = 1280,
        fps: float = 30.0,
        seconds: float = 10.0,
    ) -> "Config":
        """The settings of a clip of a set.

        Args:
            seed: Of the set.
            index: Of the clip, from 0.
            axes: Which axes vary; the others have their base value.
            width: Of the picture, pixels.
            height: Of the picture, pixels.
            fps: Frames a second.
            seconds: How long it lasts.
        """
        varied, look = set(axes), _look(seed, index)
        values = {}
        for name, axis in AXES.items():
            rng = _stream("look", look, name) if axis.is_look else _stream(seed, index, name)
            values[name] = axis.sample(rng) if name in varied else axis.base()
        return cls(seed, index, look, width, height, float(fps), float(seconds), **values)

    @property
    def rate(self) -> Fraction:
        """Frames a second, exact."""
        return Fraction(self.fps).limit_denominator(1001)

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return max(1, round(self.seconds * self.fps))

    def stream(self, name: str) -> np.random.Generator:
        """Random numbers for a part of the work, whatever the other parts draw."""
        return _stream(self.seed, self.index, name)

    def to_json(self) -> dict[str, Any]:
        """For JSON: numbers, texts, lists and objects only."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Config":
        """The settings that `to_json` made, for example a clip's from its labels.

        Raises:
            ValueError: They are others, perhaps of another version.
        """
        config: Config = _revived(cls, content)
        return config


def parse_axes(text: str) -> tuple[str, ...]:
    """Which axes vary: ``all``, ``none``, names with commas; ``-name`` leaves one out.

    Raises:
        UsageError: An axis is not known; the message lists those there are.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    # "-rope" alone means all the others.
    chosen = set(AXES) if words and words[0].startswith("-") else set()
    for word in words:
        name = word.removeprefix("-")
        if name not in AXES and word not in ("all", "none"):
            raise UsageError(
                f"no variation is named {name!r}; choose all, none or of: {', '.join(AXES)}"
            )
        if word == "all":
            chosen = set(AXES)
        elif word == "none":
            chosen = set()
        elif word.startswith("-"):
            chosen.discard(name)
        else:
            chosen.add(name)
    return tuple(name for name in AXES if name in chosen)


def _look(seed: int, index: int) -> int:
    """A clip's look: of ten clips in a row, each has another last digit, which is the split."""
    block, place = divmod(index, _TENTHS)
    digit = int(_stream(seed, block, "last digit of the look").permutation(_TENTHS)[place])
    return _TENTHS * int(_stream(seed, index, "look").integers(LOOKS // _TENTHS)) + digit


def _stream(*words: int | str) -> np.random.Generator:
    entropy = [crc32(word.encode()) if isinstance(word, str) else word for word in words]
    return np.random.default_rng(np.random.SeedSequence(entropy))


def _plain(value: Any) -> Any:
    """As JSON gives it back: lists for tuples, texts for members of an enumeration."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _revived(kind: Any, value: Any) -> Any:
    """A value of a type, from what JSON made of it."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        names = [field.name for field in fields(kind)]
        if set(names) != set(value):
            raise ValueError(f"{kind.__name__}: expected {sorted(names)}, found {sorted(value)}")
        hints = typing.get_type_hints(kind)
        return kind(**{name: _revived(hints[name], value[name]) for name in names})
    if origin is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_revived(item, part) for item, part in zip(kinds, value, strict=True))
    if origin is dict:
        return {key: _revived(arguments[1], item) for key, item in value.items()}
    if origin in (typing.Union, types.UnionType):
        (other,) = (argument for argument in arguments if argument is not types.NoneType)
        return None if value is None else _revived(other, value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
