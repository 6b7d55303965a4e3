"""Accuracy on hand-labelled frames of real climbs; the whole table is `climbpose eval`'s."""

from pathlib import Path

import pytest

from climbpose import smoothers
from climbpose.cli.display import Display
from climbpose.evaluation import EvalOptions, evaluate
from climbpose.metrics import PCK

pytestmark = [pytest.mark.clips, pytest.mark.weights, pytest.mark.slow]

CLIPS = ("tommyjtl_dyno_left_panel", "h22jju_campusing", "tommyjtl_warp_dynamic_input")
FLOOR = dict(zip(PCK, (47.0, 82.0, 93.0), strict=True)) | {"found@0.5:torso": 100.0}
"""In percent of the large keypoints over these clips; PCK was measured as 52, 87 and 97."""


@pytest.mark.usefixtures("models")
def test_the_climber_is_found_and_the_keypoints_are_true(climbing_clips: Path) -> None:
    options = EvalOptions(
        datasets=(climbing_clips,),
        clips=CLIPS,
        smoothers=(smoothers.DEFAULT,),
        metrics=tuple(FLOOR),
    )
    done = evaluate(options, Display("none", is_quiet=True))
    together = [one for one in done.figures if one.clip == "all" and one.keypoints == "large"]
    assert sum(clip.frames for clip in done.clips) == 24
    measured = {one.metric: one.value for one in together}
    assert all(measured[name] >= floor for name, floor in FLOOR.items()), measured
