"""Whether synthetic climbers hold what they hold, stay before the wall, and bend as people do.

    python tests/bench/posture.py [--climbs 40] [--seconds 10] [--fps 30] [--first 5000]

Prints, over climbs of all styles and walls: the distance between each hand or foot and what it
holds; how deep the skin, without hands and feet, is in the wall; the largest bends of elbows and
knees; the share of climbs with each move; and the height gained in ten seconds for several wishes.
"""

import argparse
from collections import Counter

import numpy as np

from climbpose.synth.body import Body
from climbpose.synth.climb import Climb, Wall
from climbpose.synth.motion.solver import solve
from climbpose.synth.planning.planner import make_plan
from climbpose.synth.planning.style import Style
from climbpose.synth.variation import Config

EVERY = 5
"""Frames between those whose skin is looked at."""

WISHES = (1.0, 1.8, 2.5, 3.2, 4.0)
ANGLES = (-8.0, 0.0, 20.0, 40.0)
ENDS = ("foot", "toe", "wrist", "finger")


def depth_m(body: Body, climb: Climb) -> list[float]:
    """How deep the skin is in the wall in some frames, without hands and feet."""
    main_bone = body.vertex_bones[:, 0]
    is_end = np.array([name.startswith(ENDS) for name in body.bones])
    rows = np.flatnonzero(~is_end[main_bone])
    depths = []
    for frame in range(0, len(climb.plan), EVERY):
        vertices = body.skin(climb.rotations[frame], climb.joints[frame])[rows]
        place = climb.plan.wall.to_wall(vertices.astype(float))
        # Below the wall's foot there is no wall to be in.
        depths.append(abs(float(place[place[:, 1] > 0, 2].min(initial=0))))
    return depths


def bends_deg(body: Body, climb: Climb, upper: str, lower: str, end: str) -> float:
    """The largest bend of a hinge of either side, degrees; straight is 0."""
    largest = 0.0
    for side in "LR":
        a, b, c = (climb.joints[:, body.bone(f"{name}.{side}")] for name in (upper, lower, end))
        cosine = ((b - a) * (c - b)).sum(axis=1)
        cosine /= np.linalg.norm(b - a, axis=1) * np.linalg.norm(c - b, axis=1)
        largest = max(largest, float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max()))
    return largest


def row(name: str, values: np.ndarray, unit: str) -> None:
    """Prints quantiles."""
    p50, p99 = np.quantile(values, [0.5, 0.99])
    print(f"{name:28} p50 {p50:6.2f}  p99 {p99:6.2f}  max {values.max():6.2f} {unit}")


def height_m(pace: float, angle: float, seed: int) -> float:
    """What the hips gain in ten seconds, along the wall, of a climber who climbs all the while."""
    rng = np.random.default_rng(seed)
    style, body = Style(pace=pace), Body.of(Config.sample(0, seed).body)
    plan = make_plan(style, Wall(angle, height_m=7.0), body, 30.0, 300, rng)
    hips = plan.wall.to_wall(plan.pelvis)
    return float(hips[-15:, 1].max() - hips[:15, 1].min())


def main() -> None:
    parser = argparse.ArgumentParser(description="Contacts, wall and joints of synthetic climbers.")
    parser.add_argument("--climbs", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--first", type=int, default=5000, help="index of the first climb")
    arguments = parser.parse_args()
    hands, feet, depths, elbows, knees = [], [], [], [], []
    moves: Counter[str] = Counter()
    for index in range(arguments.first, arguments.first + arguments.climbs):
        config = Config.sample(0, index, seconds=arguments.seconds, fps=arguments.fps)
        body, wall, fps = Body.of(config.body), Wall(config.angle), float(config.rate)
        plan = make_plan(config.style, wall, body, fps, config.frames, config.stream("plan"))
        climb = solve(plan, body, config.stream("motion"))
        error = 100 * climb.contact_error()
        hands.append(error[:, :2][plan.in_contact[:, :2]])
        feet.append(error[:, 2:][plan.in_contact[:, 2:]])
        depths += [100 * depth for depth in depth_m(body, climb)]
        elbows.append(bends_deg(body, climb, "upperarm01", "lowerarm01", "wrist"))
        knees.append(bends_deg(body, climb, "upperleg01", "lowerleg01", "foot"))
        moves.update({str(phase.move) for phase in plan.phases})
    row("contact error, hands", np.concatenate(hands), "cm")
    row("contact error, feet", np.concatenate(feet), "cm")
    row("skin in the wall", np.array(depths), "cm")
    row("largest bend of an elbow", np.array(elbows), "degrees")
    row("largest bend of a knee", np.array(knees), "degrees")
    print("share of climbs with a move, %:")
    shares = [f"{name} {100 * count / arguments.climbs:.0f}" for name, count in moves.most_common()]
    print("  " + ", ".join(shares))
    print("height in 10 s, m, for wishes of", *WISHES)
    for angle in ANGLES:
        gained = [np.mean([height_m(pace, angle, seed) for seed in range(4)]) for pace in WISHES]
        print(f"  {angle:4.0f} degrees  " + "  ".join(f"{height:.2f}" for height in gained))


if __name__ == "__main__":
    main()
