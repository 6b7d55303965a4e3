"""Found: somebody, or the climber."""

import numpy as np

from climbpose import metrics
from climbpose.metrics import Annotated
from climbpose.metrics.groups import keypoints_of
from tests.metrics.figures import make_annotated, value


def test_frames_with_any_pose_count_whoever_it_is() -> None:
    annotated = make_annotated(frames=4)
    seen = annotated.xy + np.float32(5000)
    seen[0] = np.nan
    assert value(metrics.create("found"), seen, annotated) == 0.75
    assert value(metrics.create("found@0.5:torso"), seen, annotated) == 0


def test_a_pose_on_the_climber_has_half_of_its_keypoints_near() -> None:
    annotated = make_annotated(frames=2, is_all_visible=True)
    seen = annotated.xy.copy()
    seen[0, 13:] += 5000
    seen[1, 12:] += 5000
    assert value(metrics.create("found@0.5:torso"), seen, annotated) == 0.5


def test_frames_in_which_nothing_of_the_climber_is_seen_are_left_out() -> None:
    annotated = make_annotated(frames=2, is_all_visible=True)
    annotated.visibility[0] = 1
    nobody = np.full_like(annotated.xy, np.nan)
    hidden = Annotated.of_labels(annotated.xy, annotated.visibility)
    for name in ("found", "found@0.5:torso"):
        scores = metrics.create(name)(nobody, hidden)
        assert scores.over(keypoints_of())[1].sum() == 1


def test_keypoints_do_not_matter() -> None:
    annotated = make_annotated(frames=3)
    scores = metrics.create("found")(annotated.xy, annotated)
    assert scores.share([0]) == scores.share(range(25)) == 1
