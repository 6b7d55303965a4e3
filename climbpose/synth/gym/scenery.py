"""What stands around a climber: the look of a gym, and what its surfaces are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from climbpose.synth.climb import Hold
from climbpose.synth.light import Colour

BOARD_GRID_M = 0.2
"""Between the holds of a training board."""


class Finish(StrEnum):
    """What a wall is made of."""

    PLYWOOD = "plywood"
    PAINTED = "painted"
    GRIT = "grit"
    """Sprayed with sand and paint."""
    ROCK = "rock"
    """Cast to look like stone."""
    PANELS = "panels"
    """Facets of several colours."""
    BOARD = "board"
    """A training board."""


class Room(StrEnum):
    """What is behind and above the wall."""

    HALL = "hall"
    CELLAR = "cellar"
    OUTDOOR = "outdoor"


class Part(StrEnum):
    """What a surface is."""

    WALL = "wall"
    SIDE = "side"
    HEAD = "head"
    CHEEK = "cheek"
    MAT = "mat"
    GROUND = "ground"
    BACK = "back"
    CEILING = "ceiling"
    BEAM = "beam"
    LAMP = "lamp"
    ROPE = "rope"
    THING = "thing"
    """What people leave on the mats."""


_WALL_COLOURS: dict[Finish, tuple[Colour, ...]] = {
    Finish.PLYWOOD: ((0.84, 0.73, 0.54), (0.8, 0.69, 0.52), (0.75, 0.63, 0.46), (0.88, 0.78, 0.6)),
    Finish.PAINTED: (
        (0.9, 0.88, 0.82),
        (0.86, 0.86, 0.84),
        (0.33, 0.35, 0.37),
        (0.2, 0.21, 0.23),
        (0.55, 0.6, 0.66),
        (0.8, 0.74, 0.62),
        (0.42, 0.5, 0.45),
    ),
    Finish.GRIT: ((0.62, 0.58, 0.52), (0.5, 0.48, 0.45), (0.3, 0.3, 0.31), (0.74, 0.7, 0.63)),
    Finish.ROCK: ((0.5, 0.4, 0.34), (0.45, 0.42, 0.4), (0.6, 0.5, 0.4), (0.4, 0.32, 0.28)),
    Finish.PANELS: ((0.86, 0.85, 0.8), (0.84, 0.71, 0.5), (0.42, 0.44, 0.46)),
    Finish.BOARD: ((0.86, 0.68, 0.1), (0.16, 0.16, 0.17), (0.84, 0.7, 0.48), (0.78, 0.76, 0.7)),
}

_BOARDS: tuple[Colour, ...] = (
    (0.84, 0.66, 0.12),
    (0.2, 0.2, 0.21),
    (0.8, 0.69, 0.5),
    (0.84, 0.66, 0.12),
    (0.7, 0.7, 0.7),
)
"""Of training boards."""

_BOARD_HOLDS: tuple[Colour, ...] = (
    (0.06, 0.22, 0.48),
    (0.08, 0.08, 0.09),
    (0.85, 0.84, 0.8),
    (0.85, 0.66, 0.08),
    (0.48, 0.5, 0.52),
    (0.72, 0.55, 0.34),
)

_ACCENTS: tuple[Colour, ...] = (
    (0.25, 0.27, 0.28),
    (0.42, 0.45, 0.47),
    (0.2, 0.42, 0.62),
    (0.75, 0.3, 0.22),
    (0.22, 0.46, 0.4),
    (0.82, 0.62, 0.2),
    (0.5, 0.42, 0.56),
    (0.88, 0.86, 0.8),
)

_HOLD_COLOURS: tuple[Colour, ...] = (
    (0.92, 0.74, 0.03),
    (0.78, 0.09, 0.12),
    (0.06, 0.32, 0.74),
    (0.05, 0.46, 0.2),
    (0.07, 0.07, 0.08),
    (0.88, 0.86, 0.79),
    (0.92, 0.32, 0.05),
    (0.88, 0.18, 0.5),
    (0.36, 0.2, 0.58),
    (0.42, 0.43, 0.45),
    (0.38, 0.7, 0.05),
    (0.58, 0.78, 0.6),
    (0.2, 0.6, 0.72),
    (0.42, 0.25, 0.14),
)

_HOLD_SHARES = np.array([5, 5, 5, 4, 3, 3, 4, 4, 3, 2, 3, 1, 2, 1])
"""How common these colours are."""

_SIGNS = ("", "", "", "CAVE", "TOGETHER", "BLOC", "SLAB", "ZONE A", "D", "CRUX", "GRAVITY", "45")


def _muted(colour: Colour, rng: np.random.Generator, strength: float = 0.06) -> Colour:
    """A colour like the given one, a little greyer or more faded."""
    values = np.array(colour)
    values = values + rng.uniform(0, 0.12) * (values.mean() - values)
    values = values * rng.uniform(1 - strength, 1 + strength) + rng.normal(0, strength / 4, 3)
    red, green, blue = (float(v) for v in np.clip(values, 0.04, 0.93))
    return red, green, blue


@dataclass(frozen=True)
class Look:
    """What wall and gym look like.

    Attributes:
        finish: Of the wall.
        wall_colour: The wall's main colour.
        accent: Second colour: panels, shapes, signs.
        sheet_m: Width and height of the boards that the wall is made of.
        bolt_pitch_m: Distance of the bolt holes, 0 for none.
        dirt: How grimy the wall is, 0 to 1.
        rubber: How many strokes shoes have left, 0 to 1.
        chalk: How much chalk is on holds and wall, 0 to 1.
        tags: Share of the holds with tape or a label.
        route_colour: Of the holds that the climber uses.
        other_colours: Of the others.
        mixed: Whether the climber uses holds of any colour.
        gloss: Of the holds, 0 to 1.
        facets: Share of the holds with flat faces.
        volume_colour: Of volumes.
        sign: Letters on the wall.
        banner_m: Height of a coloured band at the wall's top, 0 for none.
        mat_colour: Of the mats.
        mat_seam_m: Width of a mat.
        wrinkles: Of the mats' cover, 0 to 1.
        room: What is around.
        room_colour: Of the room's walls.
        ceiling_m: Height of the ceiling above the wall's top.
        clutter: How many things are around, 0 to 1.
        side_deg: Turn of the panels left and right of the wall, above 0 towards the viewer; 90 or
            more below 0 is a free edge.
        head_m: Height of an upright panel above the wall, 0 for none.
        has_rope: Whether a rope hangs in front of the wall.
        board_colour: Of the wall where the holds lie on a board's grid.
        board_holds: Colours of the holds there.
    """

    finish: Finish = Finish.PLYWOOD
    wall_colour: Colour = (0.84, 0.71, 0.5)
    accent: Colour = (0.25, 0.27, 0.28)
    sheet_m: tuple[float, float] = (1.22, 2.44)
    bolt_pitch_m: float = 0.2
    dirt: float = 0.3
    rubber: float = 0.4
    chalk: float = 0.5
    tags: float = 0.1
    route_colour: Colour = (0.13, 0.33, 0.66)
    other_colours: tuple[Colour, ...] = _HOLD_COLOURS[:6]
    mixed: bool = False
    gloss: float = 0.3
    facets: float = 0.15
    volume_colour: Colour = (0.42, 0.44, 0.46)
    sign: str = ""
    banner_m: float = 0.0
    mat_colour: Colour = (0.5, 0.51, 0.52)
    mat_seam_m: float = 2.0
    wrinkles: float = 0.5
    room: Room = Room.HALL
    room_colour: Colour = (0.72, 0.71, 0.68)
    ceiling_m: float = 1.2
    clutter: float = 0.5
    side_deg: tuple[float, float] = (25.0, -20.0)
    head_m: float = 0.0
    has_rope: bool = False
    board_colour: Colour = _BOARDS[0]
    board_holds: tuple[Colour, ...] = _BOARD_HOLDS[:2]

    def suited(self, holds: Sequence[Hold]) -> "Look":
        """The same, or a training board's where the holds lie on its grid."""
        if not lies_on_grid(holds):
            return self
        return replace(
            self,
            finish=Finish.BOARD,
            wall_colour=self.board_colour,
            bolt_pitch_m=BOARD_GRID_M,
            mixed=True,
            other_colours=self.board_holds,
            sign="",
            tags=0.0,
        )

    @classmethod
    def base(cls) -> "Look":
        """A plywood wall in a light hall."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Look":
        """Any gym."""
        finishes = list(Finish)
        finish = finishes[int(rng.choice(len(finishes), p=[0.3, 0.25, 0.16, 0.09, 0.13, 0.07]))]
        is_board = finish == Finish.BOARD
        wall_colours = _WALL_COLOURS[finish]
        count = len(_HOLD_COLOURS)
        order = rng.choice(count, count, replace=False, p=_HOLD_SHARES / _HOLD_SHARES.sum())
        palette = [_muted(_HOLD_COLOURS[k], rng) for k in order]
        room = list(Room)[int(rng.choice(3, p=[0.62, 0.26, 0.12]))]
        room_light = {Room.HALL: (0.5, 0.85), Room.CELLAR: (0.2, 0.5), Room.OUTDOOR: (0.5, 0.7)}
        mats: tuple[Colour, ...] = (
            (0.5, 0.51, 0.53),
            (0.3, 0.31, 0.33),
            (0.16, 0.17, 0.19),
            (0.6, 0.6, 0.6),
            (0.42, 0.43, 0.45),
            (0.68, 0.68, 0.67),
            (0.62, 0.62, 0.63),
            (0.25, 0.29, 0.35),
            (0.55, 0.53, 0.47),
            (0.3, 0.3, 0.29),
        )
        grey = float(rng.uniform(*room_light[room]))
        head = float(rng.uniform(0.3, 1.6)) if rng.random() < 0.45 else 0.0
        return cls(
            finish=finish,
            wall_colour=_muted(wall_colours[int(rng.integers(len(wall_colours)))], rng),
            accent=_muted(_ACCENTS[int(rng.integers(len(_ACCENTS)))], rng),
            sheet_m=(1.22, 2.44) if rng.random() < 0.5 else (2.44, 1.22),
            bolt_pitch_m=float(rng.choice([0.15, 0.2])) if is_board else _pitch(finish, rng),
            dirt=float(rng.beta(1.5, 2.5)),
            rubber=float(rng.beta(1.5, 2.0)),
            chalk=float(rng.beta(2, 2)),
            tags=float(rng.choice([0, 0.05, 0.1, 0.25])),
            route_colour=palette[0],
            other_colours=tuple(palette[1 : int(rng.integers(3, 10))]),
            mixed=bool(is_board or rng.random() < 0.25),
            gloss=float(rng.beta(1.3, 2.5)),
            facets=float(rng.choice([0.0, 0.1, 0.3])),
            volume_colour=_muted(
                [(0.42, 0.44, 0.46), (0.16, 0.16, 0.17), wall_colours[0], palette[0]][
                    int(rng.integers(4))
                ],
                rng,
            ),
            sign=str(rng.choice(_SIGNS)),
            banner_m=float(rng.uniform(0.3, 0.8)) if rng.random() < 0.2 else 0.0,
            mat_colour=_muted(mats[int(rng.integers(len(mats)))], rng, 0.03),
            mat_seam_m=float(rng.uniform(1.2, 4.0)),
            wrinkles=float(rng.beta(1.5, 1.5)),
            room=room,
            room_colour=_muted((grey, 0.985 * grey, 0.95 * grey), rng, 0.1),
            ceiling_m=float(rng.uniform(0.15, 0.8) if rng.random() < 0.4 else rng.uniform(1, 4)),
            clutter=float(rng.uniform(0, 1)),
            side_deg=(_side(rng), _side(rng)),
            head_m=head,
            has_rope=bool(rng.random() < 0.06),
            board_colour=_muted(_BOARDS[int(rng.integers(len(_BOARDS)))], rng, 0.04),
            board_holds=tuple(
                _muted(_BOARD_HOLDS[k], rng, 0.04)
                for k in rng.permutation(len(_BOARD_HOLDS))[: int(rng.integers(1, 4))]
            ),
        )


def lies_on_grid(holds: Sequence[Hold]) -> bool:
    """Whether nearly all holds lie on the grid of a training board."""
    places = np.array([(hold.u, hold.v) for hold in holds]).reshape(-1, 2) / BOARD_GRID_M
    on_grid = (np.abs(places - np.round(places)) < 0.05).all(axis=1)
    return len(holds) > 10 and float(on_grid.mean()) > 0.7


def _pitch(finish: Finish, rng: np.random.Generator) -> float:
    """Distance of bolt holes, 0 where a wall shows none."""
    if rng.random() < (0.4 if finish == Finish.ROCK else 0.1):
        return 0.0
    return float(rng.choice([0.15, 0.2, 0.2, 0.25]))


def _side(rng: np.random.Generator) -> float:
    """Turn of a panel beside the wall, degrees."""
    kind = rng.random()
    if kind < 0.2:
        return 0.0
    if kind < 0.35:
        return -95.0
    return float(rng.uniform(-50, 50))


@dataclass(frozen=True, eq=False)
class Surface:
    """A flat parallelogram in the world.

    Attributes:
        part: What it is.
        origin: Lower left corner seen from its visible side, metres.
        right: From there along the lower edge, unit.
        up: From there along the left edge, unit.
        width: Length of the lower edge, metres.
        height: Length of the left edge, metres.
        colour: Of things; the look decides for all others.
    """

    part: Part
    origin: Float[np.ndarray, "3"]
    right: Float[np.ndarray, "3"]
    up: Float[np.ndarray, "3"]
    width: float
    height: float
    colour: Colour = (0.5, 0.5, 0.5)

    @property
    def normal(self) -> Float[np.ndarray, "3"]:
        """Out of its visible side, unit."""
        across = np.cross(self.right, self.up)
        unit: np.ndarray = across / np.linalg.norm(across)
        return unit

    @property
    def corners(self) -> Float[np.ndarray, "4 3"]:
        """Counter-clockwise from the origin."""
        right, up = self.width * self.right, self.height * self.up
        corners: np.ndarray = self.origin + np.array([0 * right, right, right + up, up])
        return corners
