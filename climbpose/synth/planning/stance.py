"""Where pelvis and trunk go, given what hands and feet hold."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from climbpose.synth.body import Body
from climbpose.synth.motion.rig import reach

TIGHT = 0.95
"""Greatest share of a limb's reach that a stance is planned with."""


@dataclass(frozen=True, eq=False)
class Measures:
    """What a planner needs to know of a body, metres.

    Attributes:
        stature: Height standing.
        reach: From shoulder to gripping fingers, from hip to toes.
        joints: Shoulders and hips from the middle of the hips, in the body's left, back and up.
        standing: Height of the hips when standing.
    """

    stature: float
    reach: Float[np.ndarray, "4"]
    joints: Float[np.ndarray, "4 3"]
    standing: float

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, body: Body) -> "Measures":
        """The measures of a body."""
        names = ("upperarm01.L", "upperarm01.R", "upperleg01.L", "upperleg01.R")
        heads = np.array([body.head(name) for name in names], float)
        middle = heads[2:].mean(axis=0)
        # Shoulders rise with raised arms, the more so on straight ones.
        joints = heads - middle + np.array([[0, 0, 0.03], [0, 0, 0.03], [0, 0, 0], [0, 0, 0]])
        stature = float(np.ptp(body.vertices[:, 2]))
        return cls(stature, reach(body), joints, float(middle[2]))


def turn(angles: Float[np.ndarray, "*n 4"]) -> Float[np.ndarray, "*n 3 3"]:
    """The body's left, back and up in the world, as columns.

    Args:
        angles: Radians: heading (about the vertical, 0 facing the wall, counter-clockwise from
            above), lean (0 upright, positive head back), roll (positive head to the left) and yaw
            about the trunk (positive right hip to the wall).
    """
    cos, sin = np.moveaxis(np.cos(angles), -1, 0), np.moveaxis(np.sin(angles), -1, 0)
    still = np.zeros_like(cos[0])
    # Of roll after yaw; lean then mixes the last two rows, heading the first two.
    aside = np.stack([cos[2] * cos[3], -cos[2] * sin[3], sin[2]], axis=-1)
    back = np.stack([sin[3], cos[3], still], axis=-1)
    up = np.stack([-sin[2] * cos[3], sin[2] * sin[3], cos[2]], axis=-1)
    heading_cos, lean_cos = cos[0][..., None], cos[1][..., None]
    heading_sin, lean_sin = sin[0][..., None], sin[1][..., None]
    back, up = lean_cos * back + lean_sin * up, lean_cos * up - lean_sin * back
    return np.stack(
        [
            heading_sin * back - heading_cos * aside,
            -heading_sin * aside - heading_cos * back,
            up,
        ],
        axis=-2,
    )


@dataclass(frozen=True, eq=False)
class Wish:
    """What a stance should be like.

    Attributes:
        points: What each limb holds, in the wall's coordinates; NaN where it holds nothing.
        extension: Wished share of the limb's reach.
        firmness: How much each of these matters.
        lean: Wished lean from the wall-parallel, radians, positive head out; None by the angle.
        roll: Wished roll, radians.
        yaw: Wished yaw, radians.
        distance: Of the hips from the wall, metres.
        over: Where along u the weight should be; None for the middle of what is held.
        clearance: Least height of the hips above the floor, metres.
    """

    points: Float[np.ndarray, "4 3"]
    extension: Float[np.ndarray, "4"] = field(
        default_factory=lambda: np.array([0.88, 0.88, 0.8, 0.8])
    )
    firmness: Float[np.ndarray, "4"] = field(default_factory=lambda: np.array([1.2, 1.2, 0.9, 0.9]))
    lean: float | None = None
    roll: float = 0.0
    yaw: float = 0.0
    distance: float = 0.28
    over: float | None = None
    clearance: float = 0.25


@dataclass(frozen=True, eq=False)
class Stance:
    """Where the pelvis is and how the trunk is turned.

    Attributes:
        pelvis: In the wall's coordinates.
        angles: Heading, lean, roll and yaw as for `turn`.
        stretch: The most stretched limb's share of its reach.
    """

    pelvis: Float[np.ndarray, "3"]
    angles: Float[np.ndarray, "4"]
    stretch: float

    @property
    def is_reachable(self) -> bool:
        """Whether no limb is too short."""
        return self.stretch <= TIGHT + 0.012


def usual_lean(angle_deg: float) -> float:
    """Lean from the wall-parallel that comes natural at an angle of the wall, radians."""
    if angle_deg <= 0:
        return float(np.radians(6 - angle_deg))
    return float(np.radians(6 - 0.42 * angle_deg))


def settle(
    wish: Wish, measures: Measures, angle_deg: float, start: Float[np.ndarray, "3"]
) -> Stance:
    """The stance nearest to a wish, by least squares.

    Args:
        wish: What is held, what is liked.
        measures: Of the body.
        angle_deg: The wall's lean.
        start: Pelvis to begin with, in the wall's coordinates.
    """
    angle = np.radians(angle_deg)
    axes = np.array(
        [[1, 0, 0], [0, -np.sin(angle), np.cos(angle)], [0, -np.cos(angle), -np.sin(angle)]]
    )
    lean = usual_lean(angle_deg) if wish.lean is None else wish.lean
    held = ~np.isnan(wish.points[:, 0])
    points = np.where(held[:, None], wish.points, 0)
    firmness = np.where(held, wish.firmness, 0)
    least = np.array([0.4, 0.4, 0.45, 0.45])
    # Feet carry more than hands, and the more the less the wall overhangs.
    share = np.where(held, [0.3, 0.3, 1.0, 1.0], 0)
    share[:2] *= 1 + 3 * max(0.0, np.sin(angle))
    middle = (share @ points[:, 0]) / max(share.sum(), 1e-9)
    over, over_firmness = (middle, 3.0) if wish.over is None else (wish.over, 6.0)

    def residuals(x: np.ndarray) -> np.ndarray:
        zeros = np.zeros(len(x))
        angles = np.stack([zeros, x[:, 3] + angle, x[:, 4], x[:, 5]], axis=1)
        trunk = axes @ turn(angles)
        joints = x[:, None, :3] + measures.joints @ np.swapaxes(trunk, 1, 2)
        length = np.linalg.norm(points - joints, axis=2) / measures.reach
        up = trunk[:, :, 2]
        weight_u = x[:, 0] + 0.12 * measures.stature * up[:, 0]
        height = axes[1, 2] * x[:, 1] + axes[2, 2] * x[:, 2]
        return np.concatenate(
            [
                60 * held * np.maximum(0, length - TIGHT),
                8 * held * np.maximum(0, least - length),
                firmness * (length - wish.extension),
                15 * np.maximum(0, [[0.22, 0.22, 0.12, 0.12]] - joints[:, :, 2]),
                np.stack(
                    [
                        over_firmness * (weight_u - over),
                        4 * (x[:, 2] - wish.distance),
                        2.5 * (x[:, 3] - lean),
                        2.2 * (x[:, 4] - wish.roll),
                        2.5 * (x[:, 5] - wish.yaw),
                        10 * np.maximum(0, wish.clearance - height),
                    ],
                    axis=1,
                ),
            ],
            axis=1,
        )

    x = np.array([*start, lean, wish.roll, wish.yaw])
    step, damping = 1e-5, 1e-3
    around = step * np.eye(7, 6, -1)
    at = residuals(x + around)
    for _ in range(14):
        slope = (at[1:] - at[0]).T / step
        square = slope.T @ slope
        damped = square + damping * np.diag(np.diag(square) + 0.1)
        move = np.linalg.solve(damped, -slope.T @ at[0])
        greatest = float(np.abs(move).max())
        move *= min(1.0, 0.4 / max(greatest, 1e-9))
        tried = residuals(x + move + around)
        if tried[0] @ tried[0] < at[0] @ at[0]:
            x, at, damping = x + move, tried, damping * 0.3
            if greatest < 2e-3:
                break
        else:
            damping = max(damping * 10, 1e-2)
    angles = np.array([0, x[3] + angle, x[4], x[5]])
    joints = x[:3] + measures.joints @ (axes @ turn(angles)).T
    length = np.linalg.norm(points - joints, axis=1) / measures.reach
    return Stance(x[:3], angles, float((length * held).max()))
