"""Frame rates, and what comes before the first frame and after the last."""

import numpy as np
import pytest

from climbpose.poses import Detection
from climbpose.smoothers.pace import Pace, continued, pace_of, paced_for
from tests.smoothers.climber import KEYPOINTS, climb, detect, stance


@pytest.mark.parametrize(
    ("fps", "pace"),
    [
        (24.0, Pace()),
        (25.0, Pace()),
        (29.97, Pace()),
        (40.0, Pace()),
        (60.0, Pace(every=2)),
        (119.88, Pace(every=4)),
        (240.0, Pace(every=8)),
        (15.0, Pace(inserted=1)),
        (10.0, Pace(inserted=2)),
    ],
)
def test_paces(fps: float, pace: Pace) -> None:
    assert pace_of(np.arange(40) / fps, 30.0) == pace


@pytest.mark.parametrize("times", [[], [1.0], [2.0, 2.0, 2.0]])
def test_nothing_is_known_of_a_single_moment(times: list[float]) -> None:
    assert pace_of(np.array(times), 30.0) == Pace()


def test_single_long_and_short_steps_do_not_matter() -> None:
    times = np.cumsum([0.0, *[1 / 60] * 20, 0.5, 0.001, *[1 / 60] * 20])
    assert pace_of(times, 30.0) == Pace(every=2)


def places(detections: list[Detection]) -> np.ndarray:
    return np.stack([detection.keypoints()[0] for detection in detections])


def test_frames_are_put_in_on_straight_lines() -> None:
    times = np.arange(20) / 10
    xy = climb(times)
    pace, stream = paced_for(30.0, detect(xy, time=times))
    filled = list(stream)
    assert pace.inserted == 2
    assert len(filled) == 19 * 3 + 1
    np.testing.assert_allclose(places(filled)[::3], xy, atol=1e-2)
    np.testing.assert_allclose(places(filled)[1::3], (2 * xy[:-1] + xy[1:]) / 3, atol=1e-2)
    assert [d.time for d in filled] == pytest.approx(np.arange(58) / 30)


@pytest.mark.parametrize("is_dense", [False, True])
@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_a_steady_movement_goes_on(count: int, is_dense: bool) -> None:
    steps = np.arange(9)
    xy = stance() + steps[:count, None, None] * np.array([4.0, -7.0])
    more = list(continued(detect(xy, is_dense=is_dense), 3))
    assert len(more) == count + 6
    np.testing.assert_allclose(places(more)[3:-3], xy, atol=0.6 if is_dense else 1e-2)
    if count > 3 and not is_dense:
        expected = stance() + np.arange(-3, count + 3)[:, None, None] * np.array([4.0, -7.0])
        np.testing.assert_allclose(places(more), expected, atol=1e-2)


def test_nothing_is_made_of_nothing() -> None:
    assert list(continued([], 3)) == []
    assert paced_for(30.0, [])[0] == Pace()


def test_a_missing_keypoint_is_missing_beyond_the_end() -> None:
    xy = np.broadcast_to(stance(), (6, KEYPOINTS, 2)).copy()
    xy[1, 4] = np.nan
    before = places(list(continued(detect(xy), 2)))[:2]
    assert np.isnan(before[1, 4]).all()
    assert np.isfinite(before[0]).all()
