"""What is worn but is no part of the body's surface: hanging hems, hair, bags."""

import numpy as np
from jaxtyping import Float

from climbpose.synth.figure.hair import AROUND
from climbpose.synth.figure.outfit import Colour
from climbpose.synth.figure.paint import strands
from climbpose.synth.figure.piece import Piece, Wearer, tube_grid
from climbpose.synth.figure.tubes import make_tubes


def make_pieces(wearer: Wearer, rng: np.random.Generator) -> list[Piece]:
    """Everything that an outfit adds to a body with its tight clothes on."""
    pieces = make_tubes(wearer, rng) + _lumps(wearer)
    if wearer.outfit.hair in ("long", "ponytail"):
        pieces.append(_hanging_hair(wearer, rng))
    return pieces


def _lumps(wearer: Wearer) -> list[Piece]:
    """Bun, hood, cap's peak and chalk bag."""
    outfit, body = wearer.outfit, wearer.body
    ear, crown = body.point("left_ear") / wearer.scale, 1.76
    pieces = []
    if outfit.hair == "bun":
        middle = np.array([0, ear[1] + 0.115, ear[2] + 0.07])
        pieces.append(_lump(wearer, "head", middle, (0.038, 0.032, 0.036), outfit.hair_colour))
    if outfit.hair == "cap":
        middle = np.array([0, ear[1] - 0.12, ear[2] + 0.45 * (crown - ear[2])])
        pieces.append(_lump(wearer, "head", middle, (0.08, 0.09, 0.008), outfit.hat_colour))
    if outfit.top == "hoodie":
        neck = body.head("neck01") / wearer.scale
        middle = np.array([0, neck[1] + 0.085, neck[2] - 0.055])
        pieces.append(
            _lump(wearer, "spine01", middle, (0.12, 0.055, 0.07), outfit.top_cloth.colour)
        )
    if outfit.has_chalk_bag:
        back = wearer.body.vertices[wearer.sites.arm < 0.02] / wearer.scale
        near = back[(np.abs(back[:, 0]) < 0.05) & (np.abs(back[:, 2] - 0.94) < 0.04)]
        middle = np.array([0.03, near[:, 1].max() + 0.045, 0.94])
        pieces.append(
            _lump(wearer, "root", middle, (0.062, 0.05, 0.08), outfit.chalk_bag_colour, 3.5)
        )
    return pieces


def _lump(
    wearer: Wearer,
    bone: str,
    middle: Float[np.ndarray, "3"],
    radii: tuple[float, float, float],
    colour: Colour,
    power: float = 2.0,
) -> Piece:
    """A rounded body that one bone moves; a higher power makes it more of a can."""
    rings = 9
    height = np.cos(np.linspace(0, np.pi, rings))
    wide = np.maximum(1 - np.abs(height) ** power, 0) ** (1 / power)
    turns = 2 * np.pi * np.arange(AROUND) / AROUND
    unit = np.stack(
        [
            wide[:, None] * np.cos(turns),
            wide[:, None] * np.sin(turns),
            np.broadcast_to(height[:, None], (rings, AROUND)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    triangles, uv = tube_grid(rings)
    picture = np.broadcast_to(np.array(colour, np.float32), (24, 48, 3)).copy()
    if power > 2:
        picture[:3] = 0.8
        picture[3:6] *= 0.5
    bones, weights = wearer.rigid(bone, len(unit))
    return Piece(
        vertices=((middle + unit * np.array(radii)) * wearer.scale).astype(np.float32),
        triangles=triangles,
        uv=(uv * np.array([47, 23]) + 0.5).astype(np.float32),
        bones=bones,
        weights=weights,
        colour=picture,
        height=np.zeros((24, 48), np.float32),
    )


def _hanging_hair(wearer: Wearer, rng: np.random.Generator) -> Piece:
    """Rings to hang from the head; `hang` moves them."""
    rings = 10
    triangles, uv = tube_grid(rings)
    count = rings * AROUND
    bones, weights = wearer.rigid("head", count)
    size = (64, 96)
    colour, height = strands(wearer.outfit, rng, size)
    return Piece(
        vertices=np.zeros((count, 3), np.float32) + wearer.body.head("head"),
        triangles=triangles,
        uv=(uv * np.array([95, 63]) + 0.5).astype(np.float32),
        bones=bones,
        weights=weights,
        colour=colour,
        height=height,
        rings=rings,
    )
