"""How fast synthetic climbers move beside recorded ones.

    python tests/bench/movement.py [--climbs 20] [--seconds 12] [--first 0] [--data D]

Compared are SPEED21 (speed climbing, 2D, from broadcasts), subject 01 of the CMU motion capture (a
playground frame: climbing, hanging, swinging; 3D) and synthetic climbs of all styles. The camera of
SPEED21 follows the climber, so that motion against the wall is unknown. Measured is therefore, in
all three alike, motion in the picture plane of a hand (wrist) against the middle of the hips, and
of the hips against the mean of wrists and ankles. The unit is a torso (hips to shoulders, the 90th
percentile of a sequence, since leaning shortens it in a picture) of 0.5 m; the rate is 25 frames a
second, that of most of SPEED21. Speeds and accelerations are those of parabolas fitted to 0.28 s,
which also calms the detector's noise in SPEED21; there, about a fifth of the frames are
interpolated. Quantiles are printed side by side, then how far apart the distributions are:
Wasserstein-1 of the natural logarithms, and Kolmogorov-Smirnov.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.interpolate import interp1d
from scipy.signal import savgol_filter
from scipy.stats import ks_2samp, wasserstein_distance

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.climb import Wall
from climbpose.synth.motion.solver import solve
from climbpose.synth.planning.planner import make_plan
from climbpose.synth.planning.style import Style, sample_angle

FPS = 25.0
TORSO_M = 0.5
WINDOW = 7
SLOWEST = {"speed": 0.02, "acceleration": 0.2}
"""What counts as standing still, so that logarithms stay finite."""

PARTS = ("shoulder", "hip", "wrist", "ankle")
Samples = dict[tuple[str, str], np.ndarray]


def samples(xy: np.ndarray, fps: float) -> Samples | None:
    """Speeds and accelerations of hands and hips in a sequence.

    Args:
        xy: Left and right shoulder, hip, wrist and ankle, frames by 8 by 2, in any unit.
        fps: Frames a second.
    """
    seconds = np.arange(len(xy)) / fps
    ticks = np.arange(0, seconds[-1], 1 / FPS)
    if len(ticks) < 2 * WINDOW:
        return None
    pairs = interp1d(seconds, xy, axis=0)(ticks).reshape(len(ticks), 4, 2, 2)
    middle = pairs.mean(axis=2)
    torso = np.quantile(np.linalg.norm(middle[:, 0] - middle[:, 1], axis=1), 0.9)
    hips, ends = middle[:, 1], middle[:, 2:].mean(axis=1)
    paths = {
        "hand": pairs[:, 2] - hips[:, None],
        "hips": (hips - ends)[:, None],
    }
    found: Samples = {}
    for part, path in paths.items():
        metres = path / torso * TORSO_M
        for order, kind in ((1, "speed"), (2, "acceleration")):
            rate = savgol_filter(metres, WINDOW, 2, deriv=order, delta=1 / FPS, axis=0)
            inner = rate[WINDOW // 2 : -(WINDOW // 2)]
            found[part, kind] = np.linalg.norm(inner, axis=2).ravel()
    return found


def speed21(data: Path) -> Iterator[Samples | None]:
    """Of each run of SPEED21."""
    with np.load(data / "speed21" / "speed21_skeletons.npz") as source:
        names = [str(name) for name in source["joints"]]
        rows = [names.index(f"{side}_{part}") for part in PARTS for side in ("left", "right")]
        bounds, rates, xy = source["offsets"], source["fps"], source["xy"]
    for start, end, fps in zip(bounds, bounds[1:], rates, strict=False):
        if end - start > WINDOW:
            yield samples(xy[start:end][:, rows].astype(float), float(fps))


def playground(data: Path) -> Iterator[Samples | None]:
    """Of each trial of subject 01, seen from two sides."""
    with np.load(data / "cmu_mocap" / "cmu_joint_positions.npz") as source:
        names = [str(name) for name in source["joints"]]
        rows = [names.index(f"{side}_{part}") for part in PARTS for side in ("left", "right")]
        bounds, position = source["offsets"], source["pos_mm"]
        trials, words = source["trial"], source["description"]
        rates = source["fps"]
    for k, trial in enumerate(trials):
        if str(trial).startswith("01_") and "climb" in str(words[k]):
            part = position[bounds[k] : bounds[k + 1]][:, rows].astype(float)
            for axes in ([0, 1], [2, 1]):
                yield samples(part[:, :, axes], float(rates[k]))


def synthetic(seeds: range, seconds: float) -> Iterator[Samples | None]:
    """Of synthetic climbs, seen from behind."""
    bones = ("upperarm01", "upperleg01", "wrist", "foot")
    for seed in seeds:
        rng = np.random.default_rng(seed)
        wall = Wall(sample_angle(rng), 5.0, float(rng.choice([4.5, 6.0])))
        body = Body.of(BodyShape.sample(rng))
        plan = make_plan(Style.sample(rng), wall, body, FPS, int(seconds * FPS), rng)
        climb = solve(plan, body, rng)
        rows = [body.bone(f"{bone}.{side}") for bone in bones for side in "LR"]
        yield samples(climb.joints[:, rows][:, :, [0, 2]].astype(float), FPS)


def joined(parts: Iterator[Samples | None]) -> Samples:
    """All samples of a set."""
    kept = [part for part in parts if part is not None]
    return {key: np.concatenate([part[key] for part in kept]) for key in kept[0]}


def logarithm(values: np.ndarray, kind: str) -> np.ndarray:
    """Natural logarithms, of no less than standing still."""
    logs: np.ndarray = np.log(np.maximum(values, SLOWEST[kind]))
    return logs


def main() -> None:
    parser = argparse.ArgumentParser(description="Synthetic beside recorded movement.")
    parser.add_argument("--climbs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--first", type=int, default=0, help="seed of the first synthetic climb")
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default)
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.climbs)
    sets = {
        "SPEED21": joined(speed21(arguments.data)),
        "CMU 01": joined(playground(arguments.data)),
        "synthetic": joined(synthetic(seeds, arguments.seconds)),
    }
    units = {"speed": "m/s", "acceleration": "m/s2"}
    for part, kind in next(iter(sets.values())):
        print(f"{part} {kind}, {units[kind]}")
        for name, found in sets.items():
            values = found[part, kind]
            shares = np.quantile(values, [0.5, 0.9, 0.99])
            print(f"  {name:10} p50 {shares[0]:6.2f}  p90 {shares[1]:6.2f}  p99 {shares[2]:6.2f}")
        logs = {name: logarithm(found[part, kind], kind) for name, found in sets.items()}
        for first, second in (
            ("synthetic", "SPEED21"),
            ("synthetic", "CMU 01"),
            ("CMU 01", "SPEED21"),
        ):
            apart = wasserstein_distance(logs[first], logs[second])
            share = ks_2samp(logs[first], logs[second], method="asymp").statistic
            print(
                f"  {first} to {second}: Wasserstein-1 {apart:.2f}, Kolmogorov-Smirnov {share:.2f}"
            )


if __name__ == "__main__":
    main()
