"""A climber who writes a script: the plain moves of hands and feet."""

from dataclasses import replace
from typing import Any

import numpy as np

from climbpose.synth.climb import Hold, Limb, Move, Touch, Wall
from climbpose.synth.planning.route import Route
from climbpose.synth.planning.script import FLOOR, Script, Stay, fixed
from climbpose.synth.planning.stance import Measures, Stance, Wish, settle
from climbpose.synth.planning.style import Style

HANDS = (Limb.LEFT_HAND, Limb.RIGHT_HAND)
FEET = (Limb.LEFT_FOOT, Limb.RIGHT_FOOT)

ELBOW = np.array([0.55, 0.35, -0.75])
KNEE = np.array([0.72, -0.6, 0.15])
KNEE_WALKING = np.array([0.12, -1.0, 0.1])
KNEE_DROPPED = np.array([-0.55, -0.6, -0.55])
"""Directions of the left elbow and knee in the body's left, back and up."""


def sided(limb: Limb, direction: np.ndarray) -> np.ndarray:
    """A direction or offset given for the left, mirrored for limbs of the right."""
    return direction if limb.is_left else direction * [-1, 1, 1]


def side(limb: Limb) -> int:
    """Which way along u the limb's side of someone facing the wall is."""
    return -1 if limb.is_left else 1


def other(limb: Limb) -> Limb:
    """The other hand, or the other foot."""
    return Limb(limb ^ 1)


class Climber:
    """Someone on a wall.

    Attributes:
        script: What has been written so far.
        route: The holds so far.
        points: What each limb holds, in the wall's coordinates; NaN where it is free.
        rows: Rows of these holds, `FLOOR`, or None.
        hurry: How fast moves are made; 1 is usual.
        haste: How little time there is for moves that gain no height, 0 to 1.
        way: 1 up, -1 down.
        drift: Metres sideways for each metre upwards.
        last: The limb that moved last.
        last_special: The special move just made.
    """

    def __init__(
        self, style: Style, wall: Wall, measures: Measures, rng: np.random.Generator, time: float
    ) -> None:
        self.style = style
        self.wall = wall
        self.measures = measures
        self.rng = rng
        self.script = Script(wall, measures, time)
        self.route = Route(wall, style.board, rng)
        self.points = np.full((4, 3), np.nan)
        self.rows: list[int | None] = [None] * 4
        self.hurry = 1.0
        self.haste = 0.0
        self.way = 1.0
        self.drift = style.slope
        self.last: Limb | None = None
        self.last_special: Move | None = None

    # What is.

    @property
    def pelvis(self) -> np.ndarray:
        """Where the pelvis is going, in the wall's coordinates."""
        return self.wall.to_wall(self.script.body.goal[:3])

    def taken(self, *but: Limb) -> set[int]:
        """Rows of the holds that limbs occupy, some limbs left out."""
        return {row for limb, row in enumerate(self.rows) if row is not None and limb not in but}

    def holds_on(self, limb: Limb) -> bool:
        """Whether a limb is on a hold or the floor."""
        return self.rows[limb] is not None

    def uniform(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Whether something happens."""
        return bool(self.rng.random() < share)

    def grip(self, limb: Limb, hold: Hold, shift: float = 0.0) -> np.ndarray:
        """Where a limb touches a hold, in the wall's coordinates."""
        u, v, w = hold.contact(limb)
        return np.array([u + shift, v, w])

    def drift_now(self) -> float:
        """Metres sideways for each metre upwards, turned round at the wall's edges."""
        edge = self.wall.width_m / 2 - 0.9
        if self.pelvis[0] * np.sign(self.drift) > edge:
            self.drift = -self.drift
        return self.drift

    # What the trunk does.

    def stance(self, points: np.ndarray | None = None, **liking: Any) -> Stance:
        """Where the trunk would be."""
        wish = Wish(self.points if points is None else points, **liking)
        if "distance" not in liking:
            wish = replace(wish, distance=self.hip_distance())
        return settle(wish, self.measures, self.wall.angle_deg, self.pelvis)

    def hip_distance(self) -> float:
        """Usual distance of the hips from the wall, metres."""
        angle = self.wall.angle_deg
        return 0.3 + 0.008 * max(0.0, -angle) - 0.0007 * max(0.0, min(angle, 30.0))

    def shift(self, stance: Stance, begin: float, end: float, weight: float = 0.6) -> None:
        """Move the trunk."""
        goal = np.concatenate([self.wall.to_world(stance.pelvis), stance.angles, [weight]])
        goal[3] = self.script.body.goal[3]
        self.script.body.go(goal, begin, end)

    def look(self, point: np.ndarray, duration: float = 0.3) -> None:
        """Look at a point in the wall's coordinates."""
        now = self.script.time
        self.script.gaze.go(self.wall.to_world(point), now - 0.1, now - 0.1 + duration)

    def bend(self, limb: Limb, direction: np.ndarray, begin: float, end: float) -> None:
        """Turn an elbow or knee; the direction is that of the left one."""
        noise = self.rng.normal(0, 0.1, 3)
        self.script.poles[limb].go(sided(limb, direction + noise), begin, end)

    # What limbs do.

    def put(
        self, limb: Limb, row: int, point: np.ndarray, leave: float, arrive: float, touch: Touch
    ) -> None:
        """Move a limb from where it is to a hold or the floor."""
        script = self.script
        script.leave(limb, leave)
        lift = self.uniform(0.05, 0.12) if limb.is_hand else self.uniform(0.08, 0.18)
        place = fixed(self.wall.to_world(point))
        script.place(limb, Stay(arrive, place, touch, row, lift, self.wall.axes[2]))
        self.points[limb] = point
        self.rows[limb] = row

    def leaving(self, limb: Limb, delay: float) -> float:
        """When a limb leaves: in a hurry a foot while a hand is still on its way, or a hand a foot.

        Args:
            limb: Which.
            delay: After the last limb's arrival, or before it by as much as the hurry allows.
        """
        script = self.script
        ready = script.time + delay
        last = self.last
        if last is None or last.is_hand == limb.is_hand or not self.is_steady:
            return ready
        way = script.arrived(last) - script.stays[last][-2].end
        early = float(np.clip(0.6 * (self.hurry - 1.05), 0.0, 0.6)) * way
        # Two limbs always hold, and each rests a moment where it is.
        rested = script.arrived(limb) + 0.08
        others = sorted(script.arrived(each) for each in Limb if each is not limb)
        return max(ready - early, others[-2] + 0.03, rested)

    @property
    def is_steady(self) -> bool:
        """Whether all limbs hold, and the last thing done was a limb's arrival."""
        if self.last is None or not all(self.holds_on(limb) for limb in Limb):
            return False
        stays = self.script.stays[self.last]
        return len(stays) > 1 and bool(self.script.time == stays[-1].begin)

    def way_to(self, limb: Limb, point: np.ndarray) -> float:
        """How far a limb is from a place, metres; a loose one is about a leg's length away."""
        if not self.holds_on(limb):
            return 0.8
        return float(np.linalg.norm(self.points[limb] - point))

    def free(self, limb: Limb, place: Any, leave: float, arrive: float, lift: float = 0.03) -> None:
        """Let a limb go to a loose place."""
        self.script.leave(limb, leave)
        self.script.place(limb, Stay(arrive, place, lift=lift, away=self.wall.axes[2]))
        self.points[limb] = np.nan
        self.rows[limb] = None

    def try_reach(
        self, hand: Limb, u: float, v: float, kind: str | None = None, **liking: Any
    ) -> tuple[int, Hold, Stance] | None:
        """A hold for a hand near a place, and the stance to hold it in; nearer if out of reach."""
        here, rest = self.points[hand], self.points[other(hand)]
        if not np.isnan(rest[0]):
            # Hands do not cross.
            u = rest[0] + side(hand) * max(side(hand) * (u - rest[0]), 0.03)
        if np.isnan(here[0]):
            here = rest
        if np.isnan(here[0]):
            here = np.array([u, v, 0.0])
        for share in np.linspace(1.0, 0.3, 8):
            row, hold = self.route.find(
                hand,
                here[0] + share * (u - here[0]),
                here[1] + share * (v - here[1]),
                self.taken(hand),
                kind,
            )
            points = self.points.copy()
            points[hand] = self.grip(hand, hold)
            extension = np.array([0.66, 0.66, 0.84, 0.84])
            extension[hand] = 0.93
            stance = self.stance(points, extension=extension, **liking)
            if stance.is_reachable and row != self.rows[hand]:
                return row, hold, stance
        return None

    def reach(
        self,
        hand: Limb,
        row: int,
        hold: Hold,
        stance: Stance,
        is_dynamic: bool = False,
        offset: float = 0.0,
        move: Move = Move.REACH,
    ) -> None:
        """Move a hand to a hold."""
        script = self.script
        self.route.keep(row, hold)
        point = self.grip(hand, hold, offset)
        way = self.way_to(hand, point)
        self.look(point)
        if is_dynamic:
            low = self.stance(extension=np.array([0.98, 0.98, 0.68, 0.68]))
            begin = script.time
            dip = max(0.15, 0.3 / max(1.0, self.hurry))
            self.shift(low, begin - 0.1, begin + dip - 0.02)
            leave = begin + dip
            arrive = leave + self.uniform(0.26, 0.38) + 0.08 * max(0.0, way - 0.6)
            self.shift(stance, begin + 0.5 * dip, arrive)
        else:
            leave = self.leaving(hand, self.uniform(0.06, 0.2) / self.hurry**2)
            duration = self.uniform(0.38, 0.66) * (0.75 + 0.4 * way) / self.hurry
            arrive = leave + max(0.27, 0.38 * way, duration)
            self.shift(stance, min(script.time, leave) - 0.12, arrive - 0.02)
        self.put(hand, row, point, leave, arrive, Touch.GRIP)
        self.bend(hand, ELBOW, leave, arrive)
        script.time = arrive
        script.mark(move, (hand,))
        self.last = hand
        if self.chance(self.style.corrections * 0.6 * (1 - self.haste)):
            self.correct(hand)

    def try_step(
        self, foot: Limb, u: float, v: float, touch: Touch = Touch.TOE, **liking: Any
    ) -> tuple[int, Hold, Stance] | None:
        """A hold for a foot near a place, and the stance to stand on it in."""
        here = self.points[foot]
        if np.isnan(here[0]):
            here = np.array([u, v - 0.4, 0.03])
        for share in (1.0, 0.8, 0.6, 0.4):
            row, hold = self.route.find(
                foot,
                here[0] + share * (u - here[0]),
                here[1] + share * (v - here[1]),
                self.taken(foot),
            )
            points = self.points.copy()
            points[foot] = self.grip(foot, hold)
            stance = self.stance(points, **liking)
            if stance.is_reachable and row != self.rows[foot]:
                return row, hold, stance
        return None

    def step(
        self,
        foot: Limb,
        row: int,
        hold: Hold,
        stance: Stance,
        touch: Touch = Touch.TOE,
        move: Move = Move.STEP,
    ) -> None:
        """Shift the weight to the other foot, then move a foot to a hold."""
        script = self.script
        self.route.keep(row, hold)
        point = self.grip(foot, hold)
        way = self.way_to(foot, point)
        self.look(point)
        now = script.time
        leave = self.leaving(foot, self.uniform(0.1, 0.22) / self.hurry**2)
        duration = self.uniform(0.34, 0.54) * (0.75 + 0.5 * way) / self.hurry
        arrive = leave + max(0.29, 0.42 * way, duration)
        if self.holds_on(foot) and self.holds_on(other(foot)):
            stand = self.points[other(foot), 0]
            centre = float(np.nanmean(self.points[:, 0]))
            shifted = self.stance(over=0.65 * stand + 0.35 * centre)
            self.shift(shifted, min(now, leave) - 0.15, leave + 0.15)
        self.put(foot, row, point, leave, arrive, touch)
        self.shift(stance, leave + 0.3 * (arrive - leave), arrive + 0.12)
        self.bend(foot, KNEE, leave, arrive)
        script.time = arrive
        script.mark(move, (foot,))
        self.last = foot
        if self.chance(self.style.corrections * 0.7 * (1 - self.haste)):
            self.correct(foot)

    def correct(self, limb: Limb) -> None:
        """Lift a limb a little and put it back: a new grip, a foot's tap."""
        script = self.script
        stay = script.stays[limb][-1]
        leave = script.time + self.uniform(0.08, 0.15)
        arrive = leave + self.uniform(0.24, 0.34)
        script.leave(limb, leave)
        lift = self.uniform(0.015, 0.04)
        script.place(limb, replace(stay, begin=arrive, lift=lift, end=np.inf))
        script.time = arrive + 0.05
        script.mark(Move.REACH if limb.is_hand else Move.STEP, (limb,))

    def pause(self, duration: float, move: Move = Move.REST) -> None:
        """Sag on straight arms and wait."""
        script = self.script
        if all(self.holds_on(hand) for hand in HANDS):
            rest = self.stance(
                extension=np.array([0.94, 0.94, 0.74, 0.74]),
                lean=np.radians(13 - 0.45 * max(0.0, self.wall.angle_deg)),
                yaw=self.uniform(-0.25, 0.25),
            )
            if rest.is_reachable:
                self.shift(rest, script.time - 0.1, script.time + max(0.35, 0.7 * duration))
        script.time += duration
        script.mark(move)

    def floor(self, foot: Limb) -> bool:
        """Whether a foot stands on the floor."""
        return self.rows[foot] == FLOOR
