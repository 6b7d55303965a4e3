"""Who else is in the picture: people on the floor."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.climb import Wall
from climbpose.synth.figure.outfit import Outfit

Stance = Literal["arms_down", "crossed", "hips", "phone", "belay", "walk"]
"""What somebody on the floor does."""

STANCES: tuple[Stance, ...] = get_args(Stance)

_ENDS = {
    "upperarm01": "lowerarm01",
    "lowerarm01": "wrist",
    "upperleg01": "lowerleg01",
    "lowerleg01": "foot",
}
_LEFT_ARM: dict[Stance, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "arms_down": ((0.22, 0.05, -1), (0.08, -0.25, -1)),
    "crossed": ((0.3, -0.4, -1), (-0.9, -0.55, 0.2)),
    "hips": ((0.75, 0.3, -0.8), (-0.55, -0.35, -0.5)),
    "phone": ((0.25, -0.4, -1), (-0.4, -1, 0.4)),
    "belay": ((0.2, -0.5, -0.8), (-0.15, -0.6, 0.9)),
    "walk": ((0.2, 0.05, -1), (0.08, -0.3, -1)),
}
"""Directions of upper arm and forearm: to the body's left, back and up."""
_RIGHT_ARM: dict[Stance, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "belay": ((-0.3, 0.1, -1), (0.1, -0.8, -0.25)),
}
"""Where it is not the left arm's mirror image."""
_GAZE_UP_DEG: dict[Stance, float] = {"phone": 10.0, "belay": 38.0, "walk": 0.0}


@dataclass(frozen=True)
class Person:
    """Somebody on the floor.

    Attributes:
        shape: The body.
        outfit: What is worn.
        stance: What arms and legs do.
        across_m: Place to the right of the wall's middle, metres.
        ahead_m: Distance from the wall's foot, or from what overhangs at the head's height.
        heading_deg: Where the face points: 0 to the wall, 90 to the viewer's left.
    """

    shape: BodyShape
    outfit: Outfit
    stance: Stance
    across_m: float
    ahead_m: float
    heading_deg: float

    def place(self, wall: Wall) -> tuple[float, float]:
        """X and y on the floor before a wall, metres."""
        overhang = max(0.0, self.shape.stature_m * float(np.tan(np.radians(wall.angle_deg))))
        return self.across_m, -self.ahead_m - overhang


@dataclass(frozen=True)
class People:
    """Who stands about.

    Attributes:
        persons: From the first to the last that are drawn.
    """

    persons: tuple[Person, ...] = ()

    @classmethod
    def base(cls) -> "People":
        """Nobody."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "People":
        """Mostly nobody, sometimes one or two who look on, spot or walk by."""
        count = int(rng.choice([0, 1, 2], p=[0.62, 0.28, 0.1]))
        persons = []
        for _ in range(count):
            stance: Stance = STANCES[int(rng.choice(6, p=[0.24, 0.2, 0.2, 0.12, 0.08, 0.16]))]
            side = float(rng.choice([-1, 1]))
            heading = 90 * side if stance == "walk" else 25 * side
            persons.append(
                Person(
                    BodyShape.sample(rng),
                    Outfit.sample(rng),
                    stance,
                    round(side * float(rng.uniform(0.5, 2.3)), 3),
                    round(float(rng.uniform(0.5, 2.2)), 3),
                    round(heading + float(rng.normal(0, 25)), 1),
                )
            )
        return cls(tuple(persons))


def bystander(
    body: Body,
    stance: Stance,
    frames: int,
    fps: float,
    place: tuple[float, float],
    heading_deg: float,
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, "frames bones 3 3"], Float32[np.ndarray, "frames bones 3"]]:
    """Somebody who stands on the floor, looks up and sways a little, or walks.

    Args:
        body: Whose.
        stance: What the arms and legs do.
        frames: How many.
        fps: Of the video.
        place: x and y on the floor at the first frame, metres.
        heading_deg: Where the face points: 0 to the wall, 90 to the viewer's left.
        rng: For the sway and the gait.

    Returns:
        Rotations and joints, as `Body.skin` takes them.
    """
    time = np.arange(frames) / fps
    rotations = np.tile(np.eye(3), (frames, len(body.bones), 1, 1))
    _move_limbs(body, rotations, stance, time, rng)
    _lean(body, rotations, time, _GAZE_UP_DEG.get(stance, float(rng.uniform(10, 35))), rng)
    facing = np.radians(180 + heading_deg)
    cos, sin = np.cos(facing), np.sin(facing)
    rotations = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ rotations
    pace = 1.1 if stance == "walk" else 0.0
    root = np.zeros((frames, 3))
    root[:, 0] = place[0] + pace * time * sin
    root[:, 1] = place[1] - pace * time * cos
    return _grounded(body, rotations.astype(np.float32), root.astype(np.float32))


def _move_limbs(
    body: Body, rotations: np.ndarray, stance: Stance, time: np.ndarray, rng: np.random.Generator
) -> None:
    """Put arms and legs where the stance has them, in each frame."""
    frames = len(time)
    stride = 2 * np.pi * float(rng.uniform(0.75, 0.95)) * time + float(rng.uniform(0, 6))
    swing = np.sin(stride) if stance == "walk" else np.zeros(frames)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        mirror = np.array([sign, 1, 1])
        arm = [np.array(d) * mirror for d in _LEFT_ARM[stance]]
        if side == "R" and stance in _RIGHT_ARM:
            arm = [np.array(d) for d in _RIGHT_ARM[stance]]
        drift = np.stack([_drift(rng, time) for _ in range(3)], axis=1)
        ahead = np.array([0, -1.0, 0])
        _aim(
            body,
            rotations,
            f"upperarm01.{side}",
            arm[0] + 0.06 * drift + _by(-0.4 * sign * swing, ahead),
        )
        _aim(
            body,
            rotations,
            f"lowerarm01.{side}",
            arm[1] + 0.05 * drift + _by(-0.5 * sign * swing, ahead),
        )
        leg = np.array([0.07 * sign, 0, -1.0])
        bent = np.maximum(0, -sign * np.cos(stride)) * (stance == "walk")
        _aim(
            body,
            rotations,
            f"upperleg01.{side}",
            leg + _by(0.45 * sign * swing + 0.25 * bent, ahead),
        )
        _aim(
            body, rotations, f"lowerleg01.{side}", leg + _by(0.4 * sign * swing - 0.6 * bent, ahead)
        )
        _turn(body, rotations, f"foot.{side}", _about_x(20 * bent))


def _by(amount: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The direction, by an amount in each frame."""
    return np.asarray(amount[:, None] * direction)


def _drift(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """Slow random motion within about -1 and 1."""
    waves = [
        np.sin(2 * np.pi * rate * time + float(rng.uniform(0, 6.28)))
        for rate in rng.uniform(0.08, 0.5, 3)
    ]
    mean: np.ndarray = np.mean(waves, axis=0)
    return mean


def _about_x(degrees: np.ndarray) -> np.ndarray:
    """Rotations about the body's left, for each frame."""
    angle = np.radians(degrees)
    turn = np.tile(np.eye(3), (len(angle), 1, 1))
    turn[:, 1, 1] = turn[:, 2, 2] = np.cos(angle)
    turn[:, 2, 1] = np.sin(angle)
    turn[:, 1, 2] = -np.sin(angle)
    return turn


def _branch(body: Body, bone: str) -> list[int]:
    """A bone and all that hang on it."""
    rows = [body.bone(bone)]
    for row, parent in enumerate(body.parents):
        if parent in rows:
            rows.append(row)
    return rows


def _turn(body: Body, rotations: np.ndarray, bone: str, turn: np.ndarray) -> None:
    """Turn a bone and all that hang on it, in each frame."""
    rows = _branch(body, bone)
    rotations[:, rows] = turn[:, None] @ rotations[:, rows]


def _aim(body: Body, rotations: np.ndarray, bone: str, wanted: np.ndarray) -> None:
    """Turn a limb's bone on the shortest way into a direction, in each frame."""
    stem, side = bone.split(".")
    along = body.head(f"{_ENDS[stem]}.{side}") - body.head(bone)
    now = rotations[:, body.bone(bone)] @ (along / np.linalg.norm(along))
    then = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    axis = np.cross(now, then)
    cos = np.einsum("fc,fc->f", now, then)
    spin = np.zeros((len(now), 3, 3))
    for row, col, of, sign in (
        (0, 1, 2, -1),
        (0, 2, 1, 1),
        (1, 0, 2, 1),
        (1, 2, 0, -1),
        (2, 0, 1, -1),
        (2, 1, 0, 1),
    ):
        spin[:, row, col] = sign * axis[:, of]
    turn = np.eye(3) + spin + spin @ spin / (1 + cos + 1e-6)[:, None, None]
    _turn(body, rotations, bone, turn)


def _lean(
    body: Body, rotations: np.ndarray, time: np.ndarray, gaze: float, rng: np.random.Generator
) -> None:
    """Sway of the spine, and where the head looks."""
    sway = 2.0 * _drift(rng, time)
    for bone in ("spine04", "spine02"):
        _turn(body, rotations, bone, _about_x(sway))
    nod = gaze + 6 * _drift(rng, time)
    for bone in ("neck01", "head"):
        _turn(body, rotations, bone, _about_x(-nod / 2))


def _grounded(body: Body, rotations: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints such that the lowest point of the feet is on the floor."""
    joints = body.joints(rotations, root)
    soles = [k for k, name in enumerate(body.points) if "heel" in name or "toe_" in name]
    low = body.marks(rotations, joints)[:, soles, 2].min(axis=1)
    joints[..., 2] -= (low - 0.02)[:, None]
    return rotations, joints
