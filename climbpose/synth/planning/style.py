"""How a climber climbs: pace, liking for each kind of move, how the clip begins and ends."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from climbpose.synth.climb import Move


class Ending(StrEnum):
    """What happens when the route's top is reached or the clip draws to its end."""

    STILL_CLIMBING = "still_climbing"
    FALL = "fall"
    DOWN_CLIMB = "down_climb"
    TOP = "top"
    """Match the last hold, jump off, turn round and walk away."""


SPECIALS = {
    Move.HIGH_STEP: 0.3,
    Move.FLAG: 0.35,
    Move.DROP_KNEE: 0.3,
    Move.HEEL_HOOK: 0.2,
    Move.MATCH: 0.15,
    Move.CUT_LOOSE: 0.25,
    Move.DYNO: 0.25,
    Move.SHAKE: 0.12,
    Move.CHALK: 0.12,
    Move.REST: 0.2,
}
"""Moves whose frequency a style sets, and how frequent they usually are at most."""


@dataclass(frozen=True)
class Style:
    """How a climber climbs.

    Attributes:
        pace: Height wished, metres in ten seconds.
        dynamic: Share of hand moves made with a swing instead of statically, 0 to 1.
        specials: For each move of `SPECIALS` by its word, how often it is chosen where it could be;
            0 never, 1 whenever it is possible.
        campus: Share of hand moves on an overhang made with dangling legs.
        slope: Metres sideways for each metre upwards.
        spread: How far apart hands and feet like to be; 1 is usual.
        corrections: Share of arrivals followed by a small correction (a new grip, a foot's tap).
        starts_on_ground: Whether the clip begins with walking up to the wall.
        ending: How it ends.
        board: Whether the wall has a regular grid of many holds.
        decorations: Holds that nobody uses.
    """

    pace: float = 1.8
    dynamic: float = 0.0
    specials: dict[str, float] = field(default_factory=dict)
    campus: float = 0.0
    slope: float = 0.0
    spread: float = 1.0
    corrections: float = 0.0
    starts_on_ground: bool = False
    ending: Ending = Ending.STILL_CLIMBING
    board: bool = False
    decorations: int = 30

    @classmethod
    def base(cls) -> "Style":
        """A steady vertical climb with plain moves."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Style":
        """Any climber on any route."""
        specials = {
            str(move): round(float(rng.uniform(0, most)), 3) for move, most in SPECIALS.items()
        }
        favourite = str(rng.choice([*SPECIALS]))
        specials[favourite] = round(min(1.0, 2.5 * specials[favourite] + 0.1), 3)
        ending = rng.choice([*Ending], p=[0.7, 0.12, 0.1, 0.08])
        return cls(
            pace=round(float(np.clip(rng.uniform(1.5, 5.0) * rng.uniform(0.7, 1.1), 1, 4)), 2),
            dynamic=round(float(rng.beta(1.0, 1.8)), 3),
            specials=specials,
            campus=round(float(rng.choice([0.0, rng.uniform(0, 0.35)], p=[0.75, 0.25])), 3),
            slope=round(
                float(rng.normal(0, 0.35) + (rng.random() < 0.15) * rng.choice([-2, 2])), 2
            ),
            spread=round(float(rng.uniform(0.8, 1.25)), 3),
            corrections=round(float(rng.uniform(0, 0.4)), 3),
            starts_on_ground=bool(rng.random() < 0.15),
            ending=Ending(str(ending)),
            board=bool(rng.random() < 0.12),
            decorations=int(rng.integers(20, 81)),
        )

    def liking(self, move: Move) -> float:
        """How often a special move is chosen where it could be."""
        return self.specials.get(str(move), 0.0)

    def wanting(self, move: Move) -> "Style":
        """The same style with one special move whenever it is possible."""
        return replace(self, specials={**self.specials, str(move): 1.0})


def sample_angle(rng: np.random.Generator) -> float:
    """A wall's lean as gyms have them, degrees: mostly near upright, quite some overhangs."""
    ranges = ((-10.0, -2.0), (-1.0, 1.0), (1.0, 15.0), (15.0, 25.0), (25.0, 45.0))
    low, high = ranges[int(rng.choice(len(ranges), p=[0.1, 0.2, 0.3, 0.17, 0.23]))]
    return round(float(rng.uniform(low, high)), 1)
