"""What a climber wears, and the colours of skin and hair."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

Colour = tuple[float, float, float]
"""Red, green, blue, the surface's own; 1 is white."""

Hair = Literal["short", "bald", "bun", "long", "ponytail", "beanie", "cap"]
Top = Literal["bare", "bra", "tank", "t_shirt", "long_sleeve", "hoodie"]
Bottom = Literal["shorts", "three_quarter", "leggings", "trousers"]
Pattern = Literal["plain", "stripes", "blocks", "print", "logo", "gradient"]

_SKIN: tuple[Colour, ...] = (
    (0.80, 0.62, 0.52),
    (0.75, 0.56, 0.45),
    (0.70, 0.50, 0.38),
    (0.60, 0.41, 0.30),
    (0.46, 0.30, 0.21),
    (0.34, 0.22, 0.15),
)
_HAIR: tuple[Colour, ...] = (
    (0.09, 0.08, 0.08),
    (0.12, 0.10, 0.09),
    (0.24, 0.17, 0.13),
    (0.36, 0.26, 0.18),
    (0.50, 0.39, 0.25),
    (0.50, 0.25, 0.14),
    (0.36, 0.35, 0.34),
)
_DARK: tuple[Colour, ...] = (
    (0.11, 0.11, 0.12),
    (0.13, 0.13, 0.14),
    (0.12, 0.13, 0.17),
    (0.13, 0.16, 0.25),
    (0.24, 0.24, 0.26),
    (0.18, 0.22, 0.18),
)
_MUTED: tuple[Colour, ...] = (
    (0.50, 0.50, 0.51),
    (0.62, 0.59, 0.53),
    (0.38, 0.43, 0.50),
    (0.43, 0.46, 0.37),
    (0.54, 0.38, 0.34),
    (0.32, 0.42, 0.57),
)
_PALE: tuple[Colour, ...] = ((0.86, 0.86, 0.87), (0.80, 0.77, 0.71), (0.72, 0.74, 0.77))
_WALL_LIKE: tuple[Colour, ...] = ((0.76, 0.60, 0.40), (0.68, 0.66, 0.61), (0.48, 0.47, 0.46))
_BRIGHT: tuple[Colour, ...] = (
    (0.78, 0.12, 0.12),
    (0.10, 0.30, 0.70),
    (0.92, 0.72, 0.08),
    (0.10, 0.52, 0.26),
    (0.90, 0.38, 0.08),
    (0.86, 0.24, 0.52),
    (0.18, 0.62, 0.72),
    (0.42, 0.22, 0.58),
)

_BOTH_DARK = 0.22
"""Share of the outfits whose two garments are dark."""


@dataclass(frozen=True)
class Cloth:
    """What a garment is made of.

    Attributes:
        colour: The main colour.
        accent: The second one, of stripes, prints and seams.
        pattern: How they are laid out.
        looseness: 0 clings to the skin, 1 hangs wide.
    """

    colour: Colour
    accent: Colour = (0.85, 0.85, 0.85)
    pattern: Pattern = "plain"
    looseness: float = 0.5


@dataclass(frozen=True)
class Outfit:
    """One person's looks.

    Attributes:
        skin: Colour of the skin.
        hair: Haircut or hat.
        hair_colour: Colour of the hair.
        hat_colour: Colour of a beanie or cap.
        hair_length: Of long hair and ponytails, metres.
        top: The upper garment.
        top_cloth: What it is made of.
        bottom: The lower garment.
        bottom_cloth: What it is made of.
        shoe_colour: Colour of the shoes' upper.
        sole_colour: Colour of their rubber.
        is_barefoot: No shoes.
        sock_height: How far socks reach up the shank as its share; 0 without.
        sock_colour: Colour of the socks.
        has_chalk_bag: One hangs at the back of the waist.
        chalk_bag_colour: Its colour.
        has_harness: For roped climbs.
        harness_colour: Its colour.
        has_knee_sleeve: A black sleeve around the left knee.
        has_tape: White tape on some fingers and a wrist.
        has_watch: A dark one at the left wrist.
        has_glasses: Spectacles.
    """

    skin: Colour = _SKIN[1]
    hair: Hair = "short"
    hair_colour: Colour = _HAIR[1]
    hat_colour: Colour = _DARK[2]
    hair_length: float = 0.32
    top: Top = "t_shirt"
    top_cloth: Cloth = Cloth(_MUTED[5], looseness=0.5)
    bottom: Bottom = "trousers"
    bottom_cloth: Cloth = Cloth(_DARK[2], looseness=0.5)
    shoe_colour: Colour = _BRIGHT[2]
    sole_colour: Colour = (0.12, 0.12, 0.13)
    is_barefoot: bool = False
    sock_height: float = 0.0
    sock_colour: Colour = _PALE[0]
    has_chalk_bag: bool = False
    chalk_bag_colour: Colour = _BRIGHT[0]
    has_harness: bool = False
    harness_colour: Colour = _DARK[0]
    has_knee_sleeve: bool = False
    has_tape: bool = False
    has_watch: bool = False
    has_glasses: bool = False

    @classmethod
    def base(cls) -> "Outfit":
        """The looks where looks do not vary."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Outfit":
        """Anybody in a climbing hall."""
        hair: Hair = _choose(
            rng, short=0.4, bald=0.03, bun=0.12, long=0.12, ponytail=0.19, beanie=0.06, cap=0.06
        )
        is_long_haired = hair in ("bun", "long", "ponytail")
        skin = rng.choice(len(_SKIN), p=[0.24, 0.28, 0.2, 0.13, 0.09, 0.06])
        fair = 0.4 if skin < 2 else 0.04
        hair_shares = np.array([1, 1, 0.8, fair, 0.6 * fair, 0.3 * fair, 0.25 * fair])
        top: Top = _choose(
            rng,
            bare=0.01 if is_long_haired else 0.07,
            bra=0.16 if is_long_haired else 0.0,
            tank=0.2,
            t_shirt=0.5,
            long_sleeve=0.08,
            hoodie=0.05,
        )
        bottom: Bottom = _choose(
            rng,
            shorts=0.25,
            three_quarter=0.12,
            leggings=0.3 if is_long_haired else 0.06,
            trousers=0.42,
        )
        upper, lower = _cloths(rng, top, bottom)
        return cls(
            skin=_vary(rng, _SKIN[skin], 0.03),
            hair=hair,
            hair_colour=_vary(rng, _HAIR[_weighted(rng, hair_shares)], 0.015),
            hat_colour=_any_colour(rng),
            hair_length=float(rng.uniform(0.2, 0.48)),
            top=top,
            top_cloth=upper,
            bottom=bottom,
            bottom_cloth=lower,
            shoe_colour=_any_colour(rng),
            is_barefoot=bool(rng.random() < 0.05),
            sock_height=float(rng.choice([0, 0, 0, 0.15, 0.3])),
            sock_colour=_any_colour(rng),
            has_chalk_bag=bool(rng.random() < 0.25),
            chalk_bag_colour=_any_colour(rng),
            harness_colour=_any_colour(rng),
            has_knee_sleeve=bool(rng.random() < 0.06),
            has_tape=bool(rng.random() < 0.15),
            has_watch=bool(rng.random() < 0.2),
            has_glasses=bool(rng.random() < 0.2),
        )


def _choose(rng: np.random.Generator, **shares: float) -> Any:
    """One of the names, by their shares."""
    return list(shares)[_weighted(rng, np.array(list(shares.values())))]


def _weighted(rng: np.random.Generator, shares: np.ndarray) -> int:
    return int(rng.choice(len(shares), p=shares / shares.sum()))


def _vary(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """The colour, a little lighter or darker and of slightly other hue."""
    level = rng.normal(1, 2 * spread)
    red, green, blue = np.clip(np.array(colour) * level + rng.normal(0, spread / 3, 3), 0.06, 0.95)
    return float(red), float(green), float(blue)


def _any_colour(rng: np.random.Generator, mood: float | None = None) -> Colour:
    """A cloth's colour: dark ones often, some like a wall, some bright."""
    bounds = (0.4, 0.58, 0.74, 0.80, 1.01)
    families = (_DARK, _MUTED, _PALE, _WALL_LIKE, _BRIGHT)
    drawn = float(rng.random()) if mood is None else mood
    family = next(f for f, bound in zip(families, bounds, strict=True) if drawn < bound)
    return _vary(rng, family[int(rng.integers(len(family)))], 0.05)


def _cloth(rng: np.random.Generator, mood: float) -> Cloth:
    pattern: Pattern = _choose(
        rng, plain=0.42, stripes=0.07, blocks=0.08, print=0.24, logo=0.13, gradient=0.06
    )
    colour = _any_colour(rng, mood)
    is_dark = sum(colour) < 1.0
    plain_accent = _PALE[0] if is_dark else _DARK[0]
    accent = plain_accent if rng.random() < 0.55 else _any_colour(rng)
    return Cloth(colour, accent, pattern, round(float(rng.beta(2, 1.6)), 3))


def _cloths(rng: np.random.Generator, top: Top, bottom: Bottom) -> tuple[Cloth, Cloth]:
    """What the upper and the lower garment are made of; sometimes both are dark."""
    mood = float(rng.random())
    upper, lower = (
        _cloth(rng, mood),
        _cloth(rng, mood if mood < _BOTH_DARK else float(rng.random())),
    )
    if top in ("bra", "tank", "bare"):
        upper = replace(upper, looseness=float(rng.uniform(0, 0.4)))
    plain: Pattern = "stripes" if rng.random() < 0.08 else "plain"
    close = float(rng.uniform(0, 0.1)) if bottom == "leggings" else lower.looseness
    return upper, replace(lower, pattern=plain, looseness=close)
