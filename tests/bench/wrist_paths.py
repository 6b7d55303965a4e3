"""Wrist paths, raw and smoothed: is fast movement cut off?

python -m tests.bench.wrist_paths VIDEO... [--smoother NAME|FILE] [-o PICTURE.png]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from climbpose import detectors, smoothers
from climbpose.poses import Detection
from climbpose.repair import repair
from climbpose.skeleton import CLIMBING_25
from tests.bench.swaps import climber

WRISTS = CLIMBING_25.indices("left_wrist", "right_wrist")
REACH_S = 0.2
"""A reach is how far a wrist gets in so many seconds: trembling adds little to it."""


def path(detections: Sequence[Detection], smoother: str) -> Float64[np.ndarray, "time wrists 2"]:
    """Pixels of both wrists."""
    poses = smoothers.create(smoother)(detections)
    return np.stack([pose.xy[WRISTS] for pose in poses]).astype(np.float64)


def reach(xy: Float64[np.ndarray, "time wrists 2"], frames: int) -> float:
    """The furthest that a wrist gets within some frames, pixels."""
    return float(np.nanmax(np.linalg.norm(xy[frames:] - xy[:-frames], axis=2)))


def jitter(xy: Float64[np.ndarray, "time wrists 2"]) -> float:
    """The mean second difference, pixels a frame squared."""
    return float(np.nanmean(np.linalg.norm(np.diff(xy, n=2, axis=0), axis=2)))


def main() -> None:
    """Prints a row for each clip, and draws the heights of its wrists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--smoother", default=smoothers.DEFAULT)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    drawn = []
    print(f"{'clip':30} {'reach raw':>10} {'smoothed':>9} {'share':>6} {'jitter raw':>11} share")
    for video in options.videos:
        seen = repair(climber(video, detectors.DEFAULT)).detections
        time = np.array([detection.time for detection in seen])
        raw, smooth = path(seen, "none"), path(seen, options.smoother)
        frames = max(1, round(REACH_S / float(np.median(np.diff(time)))))
        far = reach(raw, frames), reach(smooth, frames)
        shake = jitter(raw), jitter(smooth)
        print(
            f"{video.stem:30} {far[0]:10.1f} {far[1]:9.1f} {far[1] / far[0]:6.3f} "
            f"{shake[0]:11.2f} {shake[1] / shake[0]:.2f}"
        )
        drawn.append((video.stem, time, raw, smooth))
    if options.output:
        draw(drawn, options.output)


def draw(clips: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray]], picture: Path) -> None:
    """One panel for each clip: heights of both wrists, raw thin and smoothed thick."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(
        len(clips), 1, figsize=(10, 2.6 * len(clips)), squeeze=False, layout="constrained"
    )
    for panel, (name, time, raw, smooth) in zip(panels[:, 0], clips, strict=True):
        for wrist, (side, colour) in enumerate((("left", "tab:orange"), ("right", "tab:blue"))):
            panel.plot(time, -raw[:, wrist, 1], color=colour, linewidth=0.6, alpha=0.7)
            panel.plot(time, -smooth[:, wrist, 1], color=colour, linewidth=1.6, label=side)
        panel.set(title=f"{name}: wrists, raw thin, smoothed thick", ylabel="height, px")
        panel.legend(loc="upper left")
    panels[-1, 0].set_xlabel("seconds")
    figure.savefig(picture, dpi=80)


if __name__ == "__main__":
    main()
