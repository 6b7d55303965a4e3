"""The noise model of the default detector, fitted to what it gets wrong on synthetic climbing.

python -m tests.bench.detector_noise SET [--split train] [-o fitted.json]

SET is a folder that ``climbpose synth`` made, at 30 frames a second. Frames in which somebody else
is followed do not count. Printed are the standard deviations of the parts of errors, in torsos; the
file is what ``climbpose/noising/fitted.json`` is.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from climbpose.datasets.synthetic import Synthetic
from climbpose.detectors import DEFAULT
from climbpose.heatmaps import GaussianMaps
from climbpose.labels import ClipLabels
from climbpose.metrics import Annotated
from climbpose.noising.fitted import PERSISTENCE_S
from climbpose.noising.fitting import Residual, fit
from climbpose.poses import HEATMAP_SIZE, Detection
from climbpose.skeleton import CLIMBING_25
from tests.bench.swaps import climber

SOMEBODY_ELSE = 0.4
"""Torsos; who is off by more in the median of the keypoints is not the climber."""

SHORTEST = 20
"""Frames of a stretch that tells something of how long errors last."""

SWAP_RATE = 0.0005
"""Exchanges of a limb a frame: about what `tests.bench.swaps` finds before the repair."""


def residuals(labels: ClipLabels, seen: Sequence[Detection]) -> list[Residual]:
    """The errors of each stretch of consecutive frames of a clip."""
    torso = Annotated.of_labels(labels.xy, labels.visibility).torso_px
    frames = np.array([detection.frame_index for detection in seen])
    truth = np.where(labels.visibility[frames][:, :, None] > 0, labels.xy[frames], np.nan)
    points = [detection.keypoints() for detection in seen]
    error = (np.stack([xy for xy, _ in points]) - truth).astype(np.float64) / torso
    is_else = np.nanmedian(np.hypot(*np.moveaxis(error, 2, 0)), axis=1) > SOMEBODY_ELSE
    error[is_else] = np.nan
    if is_else.mean() > 0.5:
        return []
    error -= np.nanmedian(error, axis=0)
    height = np.stack([confidence for _, confidence in points]).astype(np.float64)
    sigma = np.stack([width(detection) for detection in seen]) / torso
    cuts = np.flatnonzero(np.diff(frames) != 1) + 1
    return [
        Residual(error[rows], height[rows], sigma[rows])
        for rows in np.split(np.arange(len(frames)), cuts)
        if len(rows) >= SHORTEST
    ]


def width(detection: Detection) -> np.ndarray:
    """Of the heatmaps, the mean of both axes, pixels."""
    assert isinstance(detection.maps, GaussianMaps)
    cell = (detection.box[2:] - detection.box[:2]) / HEATMAP_SIZE
    sigma = detection.maps.sigma
    both = sigma if sigma.ndim == 2 else np.repeat(sigma[:, None], 2, axis=1)
    mean: np.ndarray = (both * cell).mean(axis=1).astype(np.float64)
    return mean


def main() -> None:
    """Looks at the clips, fits, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--split", default="train")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    clips = Synthetic(options.set, options.split)
    found: list[Residual] = []
    gaps = 0
    for number in range(len(clips)):
        seen = climber(clips[number].video, DEFAULT)
        if seen:
            gaps += int((np.diff([int(one.is_filled) for one in seen]) == 1).sum())
            found += residuals(clips.labels(number), seen)
    frames = sum(len(one.error) for one in found)
    model = fit(found, gap_rate=max(gaps, 1) / frames, swap_rate=SWAP_RATE)
    print(f"{frames} frames of {len(clips)} clips; standard deviations of errors lasting, torsos:")
    print(f"{'':16}" + "".join(f"{seconds:>8g} s" for seconds in PERSISTENCE_S))
    for keypoint, name in enumerate(CLIMBING_25.keypoints):
        print(f"{name:16}" + "".join(f"{part[keypoint]:10.3f}" for part in model.parts))
    if options.output:
        model.save(options.output)


if __name__ == "__main__":
    main()
