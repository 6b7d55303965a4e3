"""What happens when: a climb written down move by move, and made into arrays at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import BPoly
from scipy.ndimage import gaussian_filter1d

from climbpose.synth.climb import Contact, Hold, Limb, Move, Phase, Plan, Touch, Wall
from climbpose.synth.planning.stance import Measures, turn

FLOOR = -1
"""In place of a hold's row."""


def ease(share: Float[np.ndarray, "*n"] | float) -> Float[np.ndarray, "*n"]:
    """Share of the way covered by a minimum-jerk motion, Flash and Hogan 1985."""
    t = np.clip(share, 0, 1)
    eased: np.ndarray = t**3 * (10 - 15 * t + 6 * t**2)
    return eased


class Course:
    """A vector that changes by motions which may overlap; twice continuously differentiable."""

    def __init__(self, start: Float[np.ndarray, " size"]) -> None:
        self.start = np.array(start, float)
        self.goal = self.start.copy()
        self._steps: list[tuple[float, float, np.ndarray, BPoly | None]] = []

    def go(self, goal: Float[np.ndarray, " size"], begin: float, end: float) -> None:
        """Add a minimum-jerk motion that leads to a goal, once all earlier ones have ended."""
        delta = np.asarray(goal, float) - self.goal
        if np.any(delta != 0):
            self._steps.append((begin, max(end, begin + 0.05), delta, None))
            self.goal = self.goal + delta

    def follow(self, curve: BPoly) -> None:
        """Add a given motion, which begins at 0 and ends at rest; its breakpoints are seconds."""
        begin, end = float(curve.x[0]), float(curve.x[-1])
        self._steps.append((begin, end, curve(end), curve))
        self.goal = self.goal + curve(end)

    def at(self, seconds: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n size"]:
        """The vector at each time."""
        value = np.tile(self.start, (len(seconds), 1))
        for begin, end, delta, curve in self._steps:
            if curve is None:
                value += ease((seconds - begin) / (end - begin))[:, None] * delta
            else:
                value += curve(np.clip(seconds, begin, end))
        return value


class Trunk(NamedTuple):
    """Pelvis and trunk through the clip.

    Attributes:
        seconds: Of each frame.
        pelvis: In the world.
        rotation: Left, back and up, as columns.
    """

    seconds: Float[np.ndarray, " n"]
    pelvis: Float[np.ndarray, "n 3"]
    rotation: Float[np.ndarray, "n 3 3"]


Path = Callable[[Trunk], np.ndarray]
"""A place in the world in each frame, which may follow the body."""


def fixed(point: Float[np.ndarray, "3"]) -> Path:
    """A place that stays."""
    return lambda trunk: np.tile(point, (len(trunk.seconds), 1))


def beside(
    offset: Float[np.ndarray, "3"],
    sway: Callable[[np.ndarray], np.ndarray] | None = None,
    frame: Callable[[Trunk], np.ndarray] = lambda trunk: trunk.rotation,
) -> Path:
    """A place that the body carries along.

    Args:
        offset: From the middle of the hips, in the frame's left, back and up.
        sway: Added to the offset, by the time in seconds.
        frame: The directions of the offset; by default the trunk's.
    """

    def path(trunk: Trunk) -> np.ndarray:
        local = np.tile(offset, (len(trunk.seconds), 1))
        if sway is not None:
            local = local + sway(trunk.seconds)
        place: np.ndarray = trunk.pelvis + np.einsum("nij,nj->ni", frame(trunk), local)
        return place

    return path


def hanging(trunk: Trunk) -> np.ndarray:
    """Directions left, back and up of someone who hangs plumb, however the trunk leans."""
    up = 0.75 * np.array([0, 0, 1.0]) + 0.25 * trunk.rotation[:, :, 2]
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    back = np.cross(up, trunk.rotation[:, :, 0])
    back = back / np.linalg.norm(back, axis=1, keepdims=True)
    return np.stack([np.cross(back, up), back, up], axis=2)


@dataclass
class Stay:
    """A limb at one place for a time.

    Attributes:
        begin: When it arrives, seconds.
        place: Where.
        touch: How; None where it touches nothing.
        hold: Row of the hold, or `FLOOR`.
        lift: How far the way there bends aside, metres.
        away: In which direction it bends, a unit vector.
        end: When it leaves.
    """

    begin: float
    place: Path
    touch: Touch | None = None
    hold: int = FLOOR
    lift: float = 0.0
    away: Float[np.ndarray, "3"] = field(default_factory=lambda: np.array([0, -1.0, 0]))
    end: float = np.inf


class Script:
    """A climb while it is written.

    Attributes:
        time: Until when it is written, seconds.
        body: Course of pelvis (3, world), heading, lean, roll and yaw (4, see `turn`), and the
            trunk's weight.
        gaze: Course of the point looked at.
        poles: Courses of the directions in which elbows and knees point, in the body's axes.
        stays: Of each limb, in order.
    """

    def __init__(self, wall: Wall, measures: Measures, time: float) -> None:
        self.wall = wall
        self.measures = measures
        self.time = time
        self.body = Course(np.zeros(8))
        self.gaze = Course(np.zeros(3))
        self.poles = [Course(np.zeros(3)) for _ in Limb]
        self.stays: list[list[Stay]] = [[] for _ in Limb]
        self.flights: list[tuple[float, float]] = []
        self._phases: list[tuple[Move, float, tuple[Limb, ...]]] = []

    def mark(self, move: Move, limbs: tuple[Limb, ...] = ()) -> None:
        """Name what happens from the last mark until the present time."""
        self._phases.append((move, self.time, limbs))

    def place(self, limb: Limb, stay: Stay) -> None:
        """Let a limb arrive somewhere; it must have left where it was."""
        self.stays[limb].append(stay)

    def leave(self, limb: Limb, time: float) -> None:
        """Let a limb leave where it is."""
        stay = self.stays[limb][-1]
        stay.end = max(time, stay.begin)

    def arrived(self, limb: Limb) -> float:
        """When the limb came, or will come, to its last place."""
        return self.stays[limb][-1].begin

    def compile(self, fps: float, frames: int, holds: tuple[Hold, ...]) -> Plan:
        """The plan of the clip's frames; time 0 is the first."""
        seconds = np.arange(frames) / fps
        in_contact = np.zeros((frames, 4), bool)
        touch = np.zeros((frames, 4), np.int64)
        contacts = self._contacts(seconds, in_contact, touch)
        airborne = np.zeros(frames, bool)
        for begin, end in self.flights:
            airborne |= (seconds >= begin) & (seconds <= end)
        airborne &= ~in_contact.any(axis=1)

        body = self.body.at(seconds)
        trunk = Trunk(seconds, body[:, :3], turn(body[:, 3:7]))
        target, is_loose = self._targets(trunk)
        for _ in range(3):
            trunk = trunk._replace(
                pelvis=trunk.pelvis + self._pull(trunk, target, in_contact, airborne, fps)
            )
        target, is_loose = self._targets(trunk)
        for contact in contacts:
            rows = slice(contact.start, contact.end)
            target[rows, contact.limb] = target[contact.start, contact.limb]
        is_loose &= ~in_contact
        self._keep_outside(target, in_contact)
        pole = np.stack([course.at(seconds) for course in self.poles], axis=1)
        pole = np.einsum("nij,nlj->nli", trunk.rotation, pole)
        straight = np.linalg.norm(target - self._joints(trunk), axis=2) / self.measures.reach
        return Plan(
            wall=self.wall,
            fps=float(fps),
            holds=holds,
            contacts=contacts,
            phases=self._named(fps, frames),
            in_contact=in_contact,
            target=target,
            touch=touch,
            is_loose=is_loose,
            pelvis=trunk.pelvis,
            trunk=trunk.rotation,
            trunk_weight=np.clip(body[:, 7], 0, 1),
            extension=np.clip(straight, 0.3, 0.98),
            pole=pole / np.linalg.norm(pole, axis=2, keepdims=True),
            airborne=airborne,
            gaze=self.gaze.at(seconds),
        )

    def _contacts(
        self, seconds: np.ndarray, in_contact: np.ndarray, touch: np.ndarray
    ) -> tuple[Contact, ...]:
        """The stays that touch something, written into the arrays too."""
        kinds = list(Touch)
        contacts = []
        for limb in Limb:
            touch[:, limb] = kinds.index(Touch.GRIP if limb.is_hand else Touch.TOE)
            for stay in self.stays[limb]:
                if stay.touch is None:
                    continue
                start, end = np.searchsorted(seconds, [stay.begin - 1e-9, stay.end + 1e-9])
                if end > start:
                    contacts.append(Contact(limb, stay.hold, stay.touch, int(start), int(end)))
                    in_contact[start:end, limb] = True
                # A heel is turned before it comes and after it has gone.
                near = (seconds >= stay.begin - 0.15) & (seconds <= stay.end + 0.1)
                touch[near, limb] = kinds.index(stay.touch)
            for contact in contacts:
                if contact.limb == limb:
                    touch[contact.start : contact.end, limb] = kinds.index(contact.touch)
        return tuple(sorted(contacts, key=lambda contact: (contact.start, contact.limb)))

    def _targets(self, trunk: Trunk) -> tuple[np.ndarray, np.ndarray]:
        """Where each limb is or goes, and whether it is loose."""
        seconds = trunk.seconds
        target = np.empty((len(seconds), 4, 3))
        is_loose = np.zeros((len(seconds), 4), bool)
        for limb in Limb:
            stays = self.stays[limb]
            for row, stay in enumerate(stays):
                until = stays[row + 1].begin if row + 1 < len(stays) else np.inf
                now = (seconds >= stay.begin) & (seconds < until)
                if row == 0:
                    now |= seconds < stay.begin
                if not now.any():
                    continue
                part = Trunk(seconds[now], trunk.pelvis[now], trunk.rotation[now])
                place = stay.place(part)
                is_loose[now, limb] = stay.touch is None
                if row + 1 < len(stays) and part.seconds[-1] > stay.end:
                    following = stays[row + 1]
                    share = (part.seconds - stay.end) / max(following.begin - stay.end, 1e-6)
                    moved = ease(share)[:, None]
                    bump = 64 * np.clip(share * (1 - share), 0, None) ** 3
                    place = (1 - moved) * place + moved * following.place(part)
                    place = place + following.lift * bump[:, None] * following.away
                    is_loose[now, limb] &= part.seconds <= stay.end
                    if following.touch is None:
                        is_loose[now, limb] |= share > 0.5
                target[now, limb] = place
        return target, is_loose

    def _joints(self, trunk: Trunk) -> np.ndarray:
        """Shoulders and hips, as far as the wish tells."""
        offsets = np.einsum("nij,lj->nli", trunk.rotation, self.measures.joints)
        joints: np.ndarray = trunk.pelvis[:, None] + offsets
        return joints

    def _pull(
        self,
        trunk: Trunk,
        target: np.ndarray,
        in_contact: Bool[np.ndarray, "n 4"],
        airborne: Bool[np.ndarray, " n"],
        fps: float,
    ) -> np.ndarray:
        """A smooth correction of the pelvis towards limbs that are too short for their hold."""
        gap = target - self._joints(trunk)
        length = np.linalg.norm(gap, axis=2)
        excess = np.where(in_contact, np.maximum(0, length - 0.98 * self.measures.reach), 0)
        pull = (gap / np.maximum(length, 1e-6)[..., None] * excess[..., None]).sum(axis=1)
        smooth: np.ndarray = gaussian_filter1d(pull, 0.12 * fps, axis=0, mode="nearest")
        return 1.5 * smooth * np.where(airborne, 0.0, 1.0)[:, None]

    def _keep_outside(self, target: np.ndarray, in_contact: np.ndarray) -> None:
        """Move free targets out of wall and floor."""
        wall = self.wall.to_wall(target)
        wall[..., 2] = np.maximum(wall[..., 2], 0.015)
        free = self.wall.to_world(wall)
        free[..., 2] = np.maximum(free[..., 2], 0.0)
        target[~in_contact] = free[~in_contact]

    def _named(self, fps: float, frames: int) -> tuple[Phase, ...]:
        """The marks as phases of the clip."""
        phases: list[Phase] = []
        start = 0
        for move, time, limbs in self._phases:
            end = min(frames, int(np.floor(time * fps + 1e-9)) + 1)
            if end > start:
                phases.append(Phase(move, start, end, limbs))
                start = end
        return tuple(phases)
