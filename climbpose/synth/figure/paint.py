"""Colours and folds of skin, hair and clothes, place by place."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from climbpose.synth.figure.outfit import Cloth, Colour, Outfit
from climbpose.synth.figure.sites import (
    Sites,
    inside_bottom,
    inside_hair,
    inside_shoe,
    inside_sock,
    inside_top,
)


def noise(
    rng: np.random.Generator, size: tuple[int, int], wave: tuple[int | float, int | float]
) -> Float32[np.ndarray, "rows cols"]:
    """Smooth random values of mean 0 and deviation 1; `wave` in pixels down and across."""
    rows, cols = size
    coarse = (int(rows / wave[0]) + 3, int(cols / wave[1]) + 3)
    grid = rng.normal(size=coarse).astype(np.float32)
    fine = cv2.resize(grid, (cols, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / 0.75, np.float32)


def _soft(inside: np.ndarray, width: float = 0.004) -> np.ndarray:
    """Coverage from metres inside an edge."""
    covered: np.ndarray = np.clip(inside / width + 0.5, 0, 1).astype(np.float32)
    return covered


def _lay(colour: np.ndarray, inside: np.ndarray, coat: np.ndarray, drop: float = 0.012) -> None:
    """Put a coat over the colours; below its edge it casts a thin shadow."""
    shade = 1 - 0.35 * np.clip(1 + inside / drop, 0, 1) * (inside < 0)
    colour *= shade[..., None].astype(np.float32)
    cover = _soft(inside)[..., None]
    colour += cover * (coat - colour)


def colours(
    sites: Sites,
    is_back: Bool[np.ndarray, "rows cols"],
    outfit: Outfit,
    seed: int,
    rng: np.random.Generator,
) -> Float32[np.ndarray, "rows cols 3"]:
    """The surface's own colour.

    Args:
        sites: Of a grid of places.
        is_back: Which of them look to the body's back.
        outfit: What is worn.
        seed: Of patterns, the same for all parts of the body.
        rng: For what differs from place to place.
    """
    size = sites.arm.shape
    colour = _skin(sites, is_back, outfit, np.random.default_rng(seed))
    x = sites.xyz[..., 0]
    if outfit.sock_height > 0:
        _lay(colour, inside_sock(sites, outfit), _flat(outfit.sock_colour, size))
    if outfit.has_knee_sleeve:
        ring = np.where(x > 0, 0.14 - np.abs(sites.leg_along - 1) * 0.42, -1)
        _lay(colour, np.where(sites.leg > 0.5, ring, -1), _flat((0.12, 0.12, 0.13), size))
    bottom = inside_bottom(sites, outfit)
    _lay(colour, bottom, _bottom(sites, is_back, outfit, np.random.default_rng(seed)))
    top = inside_top(sites, outfit)
    _lay(colour, top, top_colours(sites, is_back, outfit, seed), 0.02)
    _seams(colour, sites, top, outfit)
    if outfit.has_harness:
        _harness(colour, sites, outfit)
    hair = inside_hair(sites, outfit)
    ragged = 0.004 if outfit.hair in ("beanie", "cap") else 0.02
    jagged = hair + 0.5 * ragged * noise(rng, size, (9, 4))
    _lay(colour, np.where(hair > -0.5, jagged, hair), _hair(outfit, rng, size), 0.005)
    _lay(colour, inside_shoe(sites, outfit), _shoe(sites, outfit), 0.004)
    grain = 1 + 0.02 * noise(rng, size, (2, 2)) + 0.025 * noise(rng, size, (25, 25))
    tone: np.ndarray = np.clip(colour * grain[..., None], 0.01, 1).astype(np.float32)
    return tone


def _flat(colour: Colour, size: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.float32), (*size, 3)).astype(np.float32)


def _skin(
    sites: Sites, is_back: np.ndarray, outfit: Outfit, rng: np.random.Generator
) -> np.ndarray:
    """Skin with redder joints, chalky hands, and a face."""
    size = sites.arm.shape
    colour = _flat(outfit.skin, size)
    colour *= (1 + 0.05 * noise(rng, size, (14, 14)))[..., None]
    joint = np.exp(-(((sites.arm_along - 1) / 0.12) ** 2)) * (sites.arm > 0.5)
    joint += np.exp(-(((sites.leg_along - 1) / 0.12) ** 2)) * (sites.leg > 0.5)
    colour *= 1 - joint[..., None] * np.array([0.04, 0.12, 0.13], np.float32)
    hand = np.clip((sites.arm_along - 1.95) * 6, 0, 1) * (sites.arm > 0.5)
    colour *= 1 - hand[..., None] * np.array([-0.02, 0.05, 0.06], np.float32)
    patches = np.clip(0.5 + 0.5 * noise(rng, size, (7, 7)), 0, 1)
    chalk = float(rng.uniform(0.1, 0.5)) * np.clip((sites.arm_along - 2.2) * 3, 0, 1)
    chalk = chalk * patches * (sites.arm > 0.5)
    colour += chalk[..., None] * (np.float32(0.8) - colour)
    if outfit.has_tape:
        bands = (np.sin(sites.arm_along * 40) > 0.3) & (sites.arm_along > 2.5)
        bands |= (np.abs(sites.arm_along - 1.95) < 0.1) & (sites.xyz[..., 0] > 0)
        colour[bands & (sites.arm > 0.5)] = (0.85, 0.84, 0.8)
    if outfit.has_watch:
        strap = (np.abs(sites.arm_along - 1.9) < 0.06) & (sites.xyz[..., 0] > 0)
        colour[strap & (sites.arm > 0.5)] = (0.1, 0.1, 0.11)
    _face(colour, sites, ~is_back, outfit)
    return colour


def _face(colour: np.ndarray, sites: Sites, is_front: np.ndarray, outfit: Outfit) -> None:
    """Eyes, brows, lips and beard, none of them sharp."""
    x, z = np.abs(sites.xyz[..., 0]), sites.xyz[..., 2]
    is_face = is_front & (sites.head > 0.5)
    marks = (
        (0.032, 1.642, 0.013, 0.006, (0.16, 0.12, 0.11)),
        (0.034, 1.662, 0.018, 0.004, tuple(0.6 * c + 0.05 for c in outfit.hair_colour)),
        (0.0, 1.572, 0.024, 0.007, (0.55, 0.28, 0.26)),
    )
    for across, height, wide, high, tone in marks:
        blob = np.exp(-(((x - across) / wide) ** 2) - ((z - height) / high) ** 2)
        amount = (0.8 * blob * is_face)[..., None].astype(np.float32)
        colour += amount * (np.array(tone, np.float32) - colour)
    if outfit.has_glasses:
        ring = np.abs(np.hypot(x - 0.034, 1.2 * (z - 1.642)) - 0.024) < 0.003
        colour[ring & is_face] = 0.06


def _hair(outfit: Outfit, rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Strands that run down, or a hat's knit."""
    rows, cols = size[0], size[1]
    if outfit.hair in ("beanie", "cap"):
        return (
            _flat(outfit.hat_colour, size)
            * (1 + 0.05 * noise(rng, (rows, cols), (3, 3)))[..., None]
        )
    return strands(outfit, rng, (rows, cols))[0]


def strands(
    outfit: Outfit, rng: np.random.Generator, size: tuple[int, int]
) -> tuple[Float32[np.ndarray, "rows cols 3"], Float32[np.ndarray, "rows cols"]]:
    """Colours and heights of hair that runs down the picture."""
    locks = 0.2 * noise(rng, size, (30, 2.5)) + 0.2 * noise(rng, size, (45, 7))
    locks += 0.06 * noise(rng, size, (2, 2))
    tone = np.exp(1.0 * locks)[..., None] * _flat(outfit.hair_colour, size)
    tone = tone + 0.1 * np.maximum(locks - 0.1, 0)[..., None]
    return tone.astype(np.float32), (0.004 * locks).astype(np.float32)


def _shoe(sites: Sites, outfit: Outfit) -> np.ndarray:
    """A bright upper in black rubber that also wraps toe and heel."""
    y, z = sites.xyz[..., 1], sites.xyz[..., 2]
    colour = _flat(outfit.shoe_colour, sites.arm.shape)
    rubber = np.maximum(0.026 - z, np.maximum(-0.155 - y, np.minimum(y - 0.012, 0.075 - z)))
    cover = _soft(rubber)[..., None]
    return np.asarray(colour + cover * (np.array(outfit.sole_colour) - colour), np.float32)


def _graphic(rng: np.random.Generator) -> np.ndarray:
    """Coverage of a printed picture with words, as on the backs of shirts."""
    picture = np.zeros((120, 100), np.float32)
    words = ("CLIMB", "BLOC", "ROCK", "SEND", "CREW", "2019", "TEAM", "BETA", "WALL", "UP")
    font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
    line = int(rng.integers(2, 5))
    for row in rng.permutation([18, 108])[: int(rng.integers(1, 3))]:
        word = str(rng.choice(words))
        (wide, _), _ = cv2.getTextSize(word, font, 1.0, line)
        cv2.putText(picture, word, (6, int(row)), font, 84 / wide, 1.0, line, cv2.LINE_AA)
    for _ in range(int(rng.integers(2, 7))):
        middle = (int(rng.integers(30, 70)), int(rng.integers(40, 80)))
        axes = (int(rng.integers(5, 28)), int(rng.integers(4, 22)))
        fill = -1 if rng.random() < 0.3 else line
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(
            picture, middle, axes, turn, 0, 360, float(rng.random() < 0.8), fill, cv2.LINE_AA
        )
    return picture


def _stamp(
    picture: np.ndarray, sites: Sites, where: np.ndarray, box: tuple[float, float, float, float]
) -> np.ndarray:
    """A picture laid on the places in a box of x from, z to, width and height, metres."""
    left, top, wide, high = box
    across = (sites.xyz[..., 0] - left) / wide * picture.shape[1]
    # From behind, the body's left is at the picture's left: a print is read mirrored in x.
    down = (top - sites.xyz[..., 2]) / high * picture.shape[0]
    cover = cv2.remap(
        picture,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return np.asarray(cover * where, np.float32)


def top_colours(
    sites: Sites, is_back: Bool[np.ndarray, "rows cols"], outfit: Outfit, seed: int
) -> Float32[np.ndarray, "rows cols 3"]:
    """The upper garment's own colours, wherever its edges are; `seed` decides the pattern."""
    rng = np.random.default_rng(seed)
    cloth, size = outfit.top_cloth, sites.arm.shape
    colour = _flat(cloth.colour, size)
    accent = np.array(cloth.accent, np.float32)
    z = sites.xyz[..., 2]
    trunk = sites.arm < 0.4
    down = np.where(trunk, 1.42 - z, sites.arm_along * 0.27)
    if cloth.pattern == "stripes":
        wave = float(rng.uniform(0.03, 0.11))
        cover = _soft(wave * (np.abs((down / wave) % 1 - 0.5) - float(rng.uniform(0.2, 0.4))))
    elif cloth.pattern == "blocks":
        is_raglan = rng.random() < 0.5
        cover = (
            np.where(trunk, 0.0, 1.0) if is_raglan else _soft(down - float(rng.uniform(0.1, 0.3)))
        )
    elif cloth.pattern == "print":
        high = float(rng.uniform(0.16, 0.32))
        box = (-0.4 * high, float(rng.uniform(1.34, 1.40)), 0.8 * high, high)
        cover = _stamp(_graphic(rng)[:, ::-1], sites, is_back & trunk, box)
    elif cloth.pattern == "logo":
        small = (-0.035, 1.42, 0.07, 0.05)
        cover = _stamp(_graphic(rng)[:40, ::-1], sites, is_back & trunk, small)
        chest = (0.04, 1.33, 0.08, 0.06)
        cover = np.maximum(cover, _stamp(_graphic(rng)[:40], sites, ~is_back & trunk, chest))
    elif cloth.pattern == "gradient":
        cover = np.clip(down / 0.5, 0, 1)
    else:
        cover = np.zeros(size)
    return np.asarray(colour + cover[..., None].astype(np.float32) * (accent - colour), np.float32)


def _bottom(
    sites: Sites, is_back: np.ndarray, outfit: Outfit, rng: np.random.Generator
) -> np.ndarray:
    """Trousers with seams, sometimes a stripe down the side, pockets and a patch."""
    cloth: Cloth = outfit.bottom_cloth
    colour = _flat(cloth.colour, sites.arm.shape)
    x, z = np.abs(sites.xyz[..., 0]), sites.xyz[..., 2]
    colour *= 1 - 0.25 * _soft(0.003 - x)[..., None] * (z > 0.8)[..., None]
    waist = _soft(z - 0.965)[..., None]
    colour *= 1 - 0.15 * waist
    if outfit.bottom != "leggings" and rng.random() < 0.6:
        pocket = np.abs(np.maximum(np.abs(x - 0.085) - 0.05, np.abs(z - 0.86) - 0.06)) < 0.003
        colour[pocket & is_back] *= 0.75
    if cloth.pattern == "stripes":
        outer = np.interp(z, [0.1, 0.5, 0.9], [0.245, 0.205, 0.165])
        cover = _soft(0.014 - np.abs(x - outer))[..., None]
        colour += cover * (np.array(cloth.accent, np.float32) - colour)
    dust = float(rng.uniform(0, 0.16)) * np.clip(noise(rng, x.shape, (9, 9)), 0, 2)
    # Chalk is wiped off on the thighs.
    dust = dust * np.exp(-(((x - 0.16) / 0.07) ** 2) - ((z - 0.8) / 0.13) ** 2)
    return np.asarray(colour + dust[..., None] * (0.8 - colour), np.float32)


def _seams(colour: np.ndarray, sites: Sites, top: np.ndarray, outfit: Outfit) -> None:
    """A double line along hems, one over the shoulder."""
    if outfit.top in ("bare", "bra"):
        return
    hem = _soft(0.002 - np.abs(top - 0.018), 0.003)
    shoulder = np.where(np.abs(sites.arm - 0.4) < 0.04, 0.6, 0.0) * (top > 0)
    colour *= (1 - 0.22 * np.maximum(hem, shoulder))[..., None].astype(np.float32)


def _harness(colour: np.ndarray, sites: Sites, outfit: Outfit) -> None:
    z, hips = sites.xyz[..., 2], sites.arm < 0.05
    belt = 0.025 - np.abs(z - 1.0)
    loops = np.where(sites.leg > 0.5, 0.02 - np.abs(sites.leg_along - 0.2) * 0.42, -1)
    inside = np.where(hips, np.maximum(belt, loops), -1)
    _lay(colour, inside, _flat(outfit.harness_colour, sites.arm.shape))


def folds(
    sites: Sites, outfit: Outfit, rng: np.random.Generator, texel: float
) -> tuple[Float32[np.ndarray, "rows cols"], Float32[np.ndarray, "rows cols"]]:
    """Height of the cloth's folds, metres: those always there, and those of a right-angled bend.

    Args:
        sites: Of a grid of places.
        outfit: What is worn.
        rng: For the folds' places.
        texel: Of the grid, metres.
    """
    top = _soft(inside_top(sites, outfit), 0.03) * (0.25 + outfit.top_cloth.looseness)
    bottom = _soft(inside_bottom(sites, outfit), 0.03) * (0.1 + outfit.bottom_cloth.looseness)
    loose = np.where(top > 0.02, top, bottom) * (sites.head < 0.5)
    size = loose.shape
    waves = np.zeros(size, np.float32)
    for turn, share in ((25.0, 1.0), (-30.0, 1.0), (85.0, 0.6)):
        waves += share * _ridges(rng, size, (0.05 / texel, 0.17 / texel), turn)
    waves += 0.25 * _ridges(rng, size, (0.025 / texel, 0.07 / texel), 10.0)
    always = 0.0075 * loose * waves
    creases = _ridges(rng, size, (0.035 / texel, 0.14 / texel), 12.0)
    creases += _ridges(rng, size, (0.03 / texel, 0.11 / texel), -15.0)
    near = np.exp(-(((sites.leg_along - 1) / 0.3) ** 2)) * (sites.leg > 0.5)
    near += np.exp(-((sites.leg_along / 0.3) ** 2)) * (sites.arm < 0.1)
    near += np.exp(-(((sites.arm_along - 1) / 0.3) ** 2)) * (sites.arm > 0.5)
    near += np.exp(-((sites.arm_along / 0.45) ** 2)) * (sites.leg < 0.1)
    at_bends = 0.010 * np.clip(loose, 0, 0.9) * near * creases
    locks = 0.0016 * _soft(inside_hair(sites, outfit), 0.02) * noise(rng, size, (20, 3))
    return (always + locks).astype(np.float32), at_bends.astype(np.float32)


def _ridges(
    rng: np.random.Generator,
    size: tuple[int, ...],
    wave: tuple[int | float, int | float],
    turn_deg: float,
) -> Float32[np.ndarray, "rows cols"]:
    """Soft long ridges here and there, 0 to 1, which run across the picture but for a turn."""
    rows, cols = size[0], size[1]
    side = int(np.hypot(rows, cols)) + 2
    field = noise(rng, (side, side), wave)
    turn = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), turn_deg, 1.0), np.float64)
    turn[:, 2] -= np.array([side - cols, side - rows]) / 2
    field = np.asarray(cv2.warpAffine(field, turn, (cols, rows), borderMode=cv2.BORDER_REFLECT))
    ridge = np.exp(-((field / 0.55) ** 2))
    patch = np.clip(0.45 + 0.6 * noise(rng, (rows, cols), (1.5 * wave[1], 1.5 * wave[1])), 0, 1)
    return np.asarray(cv2.GaussianBlur(ridge * patch, (0, 0), 2.0), np.float32)
