"""Accuracy on hand-labelled frames of real climbs; the whole table is a benchmark's."""

import json
from pathlib import Path

import pytest

from climbpose.jobs import AnnotateOptions
from tests.bench.labelled_frames import LARGE, THRESHOLDS, Score, ours

pytestmark = [pytest.mark.clips, pytest.mark.weights, pytest.mark.slow]

CLIPS = ("tommyjtl_dyno_left_panel", "h22jju_campusing", "tommyjtl_warp_dynamic_input")
FLOOR = {0.05: 37.0, 0.1: 71.0, 0.2: 92.0}
"""PCK in percent of the large joints over these clips; measured 41, 79 and 96."""


@pytest.mark.usefixtures("models")
def test_the_climber_is_found_and_the_joints_are_true(climbing_clips: Path, tmp_path: Path) -> None:
    labels = json.loads((climbing_clips / "labels.json").read_text())
    score = Score()
    for clip in CLIPS:
        track = ours(climbing_clips / f"{clip}.mp4", tmp_path, AnnotateOptions())
        score.add(track.xy, labels[clip])
    assert score.found == score.frames == 24
    shares = dict(zip(THRESHOLDS, map(float, score.pck(LARGE).split()), strict=True))
    assert all(shares[threshold] >= floor for threshold, floor in FLOOR.items()), shares
