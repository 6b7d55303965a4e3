"""The holds of a route, made where the climber needs them, and those that only decorate."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from climbpose.synth.climb import Hold, Limb, Wall

MARGIN = 0.4
"""From the wall's sides and top, metres."""

GRID = 0.2
"""Between the holds of a board, metres."""

_CLEAR = 0.1995
"""From the middle of a used hold to that of one that nobody needs, metres."""

_APART = 0.13
_KINDS = {
    # kind: size from, to; depth from, to
    "jug": (0.08, 0.17, 0.05, 0.1),
    "crimp": (0.06, 0.1, 0.02, 0.04),
    "sloper": (0.1, 0.2, 0.05, 0.1),
    "pinch": (0.06, 0.13, 0.05, 0.09),
    "foothold": (0.03, 0.06, 0.025, 0.05),
    "volume": (0.25, 0.52, 0.08, 0.22),
}
_BOARD_SIZE = 0.65
"""Of a hold on a board, as a share of the same kind elsewhere: its neighbours are near."""

_SMALLEST = 0.03
"""Half-width below which no hold is shrunk to make room."""

_GIANT = 2.2
"""How much larger than a climber's own the largest other holds are."""

_HAND_KINDS = ("jug", "crimp", "sloper", "pinch")


class Route:
    """The holds so far.

    Attributes:
        wall: Where they are.
        holds: Those that the climb uses.
        is_board: Whether they lie on a grid.
    """

    def __init__(self, wall: Wall, is_board: bool, rng: np.random.Generator) -> None:
        self.wall = wall
        self.is_board = is_board
        self.holds: list[Hold] = []
        self._rng = rng

    def clip(self, u: float, v: float) -> tuple[float, float]:
        """The nearest place inside the wall."""
        half = max(0.1, self.wall.width_m / 2 - MARGIN)
        return float(np.clip(u, -half, half)), float(np.clip(v, 0.2, self.wall.height_m - MARGIN))

    def find(
        self, limb: Limb, u: float, v: float, taken: set[int], kind: str | None = None
    ) -> tuple[int, Hold]:
        """A hold near a place: its row and itself; the row after the last if it is yet to be kept.

        Args:
            limb: What will hold it.
            u: Where it should be.
            v: Where it should be.
            taken: Rows of holds that other limbs occupy.
            kind: Of a new hold.
        """
        u, v = self.clip(u, v)
        if self.is_board:
            u, v = round(u / GRID) * GRID, round(v / GRID) * GRID
        near = 0.05 if self.is_board else 0.1
        for _ in range(12):
            gaps = [np.hypot(hold.u - u, hold.v - v) for hold in self.holds]
            row = int(np.argmin(gaps)) if gaps else -1
            if row < 0 or gaps[row] > _APART:
                break
            if row not in taken and gaps[row] < near and kind in (None, self.holds[row].kind):
                return row, self.holds[row]
            other = self.holds[row]
            away = np.array([u - other.u, v - other.v]) + self._rng.normal(0, 0.03, 2)
            step = GRID if self.is_board else 0.08
            away = away / max(float(np.abs(away).max() if self.is_board else np.hypot(*away)), 1e-6)
            if self.is_board:
                away = np.round(away)
            u, v = self.clip(u + step * away[0], v + step * away[1])
        made = self._make(kind or self._kind_for(limb), u, v)
        # Large holds leave each other room.
        gap = min((np.hypot(h.u - u, h.v - v) - 0.6 * h.size_m for h in self.holds), default=1.0)
        size = max(min(made.size_m, 1.1 * float(gap)), min(made.size_m, _SMALLEST))
        return len(self.holds), replace(made, size_m=round(size, 4))

    def keep(self, row: int, hold: Hold) -> None:
        """Make a found hold part of the route."""
        if row == len(self.holds):
            self.holds.append(hold)

    def _kind_for(self, limb: Limb) -> str:
        if not limb.is_hand and self._rng.random() < 0.6:
            return "foothold"
        return str(self._rng.choice(_HAND_KINDS, p=[0.4, 0.25, 0.2, 0.15]))

    def _make(
        self, kind: str, u: float, v: float, is_used: bool = True, scale: float = 1.0
    ) -> Hold:
        small, great, flat, deep = _KINDS[kind]
        if self.is_board:
            small, great, flat, deep = (_BOARD_SIZE * size for size in (small, great, flat, deep))
        spread = 180.0 if kind in ("volume", "foothold") else 18.0
        return Hold(
            u=round(u, 4),
            v=round(v, 4),
            size_m=round(scale * float(self._rng.uniform(small, great)), 4),
            depth_m=round(scale * float(self._rng.uniform(flat, deep)), 4),
            kind=kind,
            turn_deg=round(float(np.clip(self._rng.normal(0, spread), -180, 180)), 1),
            is_used=is_used,
        )

    def decorate(self, count: int, paths: Float[np.ndarray, "n 3"]) -> tuple[Hold, ...]:
        """All holds, with others that stay clear of the used ones and of the limbs' ways.

        Args:
            count: How many others.
            paths: Places where limbs pass, in the wall's coordinates.
        """
        extra: list[Hold] = []
        low = paths[paths[:, 2] < 0.25]
        used = np.array([(h.u, h.v, h.size_m) for h in self.holds]).reshape(-1, 3)
        largest = float(self._rng.uniform(1.0, _GIANT))
        for u, v, kind in self._places(count):
            # Most are of a size with the climber's own, a few much larger.
            scale = 1 + (largest - 1) * float(self._rng.random()) ** 2
            is_plain = self.is_board or kind in ("volume", "foothold", "crimp")
            hold = self._make(kind, u, v, is_used=False, scale=1.0 if is_plain else scale)
            room = 0.02 if self.is_board else 0.06
            apart = np.hypot(used[:, 0] - u, used[:, 1] - v) - used[:, 2]
            share = 0.5 if self.is_board else 0.85
            clear = np.all(apart >= np.maximum(hold.size_m + room, _CLEAR - used[:, 2])) and all(
                np.hypot(h.u - u, h.v - v) >= max(0.12, share * (h.size_m + hold.size_m))
                for h in extra
            )
            if not clear:
                continue
            beside = np.hypot(low[:, 0] - u, low[:, 1] - v) < hold.size_m + 0.05
            if not np.any(beside & (low[:, 2] < hold.depth_m + 0.03)):
                extra.append(hold)
        return (*self.holds, *extra)

    def _places(self, count: int) -> list[tuple[float, float, str]]:
        """Where other holds might be, volumes first."""
        half, height = self.wall.width_m / 2 - 0.15, self.wall.height_m - 0.15
        rng = self._rng
        places = [
            (float(rng.uniform(-half, half)), float(rng.uniform(0.4, height)), "volume")
            for _ in range(0 if self.is_board else int(rng.integers(0, 7)))
        ]
        kinds = (*_HAND_KINDS, "foothold")
        if self.is_board:
            columns = np.arange(-int(half / GRID), int(half / GRID) + 1) * GRID
            rows = np.arange(1, int(height / GRID) + 1) * GRID
            grid = [(float(u), float(v)) for v in rows for u in columns]
            chosen = rng.permutation(len(grid))[: max(count, int(0.85 * len(grid)))]
            spots = [grid[k] for k in sorted(chosen)]
        else:
            spots = [
                (float(rng.uniform(-half, half)), float(rng.uniform(0.25, height)))
                # Many of them find no room.
                for _ in range(3 * count)
            ]
        return places + [(u, v, str(rng.choice(kinds))) for u, v in spots]
