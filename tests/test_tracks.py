from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.heatmaps import GaussianMaps
from climbpose.poses import HEATMAP_SIZE, Detection, widened_box
from climbpose.skeleton import CLIMBING_25
from climbpose.tracks import MAX_FILLED_GAP_S, climbing_score, fill, follow, link

FPS = 30

# A standing figure of height 1: x and y from its feet's middle, y up.
STANDING = {
    "nose": (0.0, 0.93),
    "ear": (0.04, 0.93),
    "shoulder": (0.11, 0.82),
    "elbow": (0.15, 0.63),
    "wrist": (0.16, 0.48),
    "pinky": (0.16, 0.44),
    "index": (0.16, 0.43),
    "thumb": (0.15, 0.45),
    "hip": (0.08, 0.52),
    "knee": (0.09, 0.28),
    "ankle": (0.09, 0.05),
    "heel": (0.09, 0.02),
    "toes": (0.11, 0.0),
}
ARM = ("elbow", "wrist", "pinky", "index", "thumb")


def figure(x: float, feet_y: float, height: float, reaching: bool = False) -> np.ndarray:
    """Keypoints of a person in pixels; one who reaches has the arms above the head."""
    points = []
    for name in CLIMBING_25.keypoints:
        side, _, joint = name.rpartition("_")
        across, up = STANDING[joint]
        if reaching and joint in ARM:
            up = 1.7 - up
        points.append((x + (-across if side == "left" else across) * height, feet_y - up * height))
    return np.array(points, np.float32)


def seen(index: int, xy: np.ndarray, fps: float = FPS, confidence: float = 0.9) -> Detection:
    box = widened_box(xy)
    return Detection(
        frame_index=index,
        time=index / fps,
        box=box,
        maps=GaussianMaps(
            xy=(xy - box[:2]) / ((box[2:] - box[:2]) / np.float32(HEATMAP_SIZE)),
            sigma=np.full(25, 1.5, np.float32),
            height=np.full(25, confidence, np.float32),
        ),
        score=1.0,
    )


def film(count: int, *people: Callable[[int], np.ndarray | None]) -> list[Detection]:
    """Detections of people of whom each is a function from the frame to keypoints or nothing."""
    return [
        seen(index, xy)
        for index in range(count)
        for person in people
        if (xy := person(index)) is not None
    ]


def times(count: int, fps: float = FPS) -> dict[int, float]:
    return {index: index / fps for index in range(count)}


def climber(index: int) -> np.ndarray:
    return figure(300, 900 - 3 * index, 200, reaching=True)


def walker(index: int) -> np.ndarray:
    return figure(100 + 5 * index, 950, 260)


def stander(index: int) -> np.ndarray:
    return figure(600, 950, 320)


def is_at(detections: Sequence[Detection], person: Callable[[int], np.ndarray]) -> bool:
    return all(np.abs(one.keypoints()[0] - person(one.frame_index)).max() < 1 for one in detections)


def test_auto_takes_the_climber_not_the_first_nor_the_largest() -> None:
    count = 120
    found = follow(film(count, stander, climber, walker), times(count))
    assert [one.frame_index for one in found] == list(range(count))
    assert is_at(found, climber)


def test_auto_never_jumps_to_a_bystander_when_the_climber_leaves() -> None:
    def leaving(index: int) -> np.ndarray | None:
        return climber(index) if index < 60 else None

    found = follow(film(150, stander, leaving), times(150))
    assert [one.frame_index for one in found] == list(range(60))
    assert is_at(found, climber)


def test_people_who_cross_keep_their_own_tracks() -> None:
    def left_to_right(index: int) -> np.ndarray:
        return figure(100 + 8 * index, 900, 200)

    def right_to_left(index: int) -> np.ndarray:
        return figure(900 - 8 * index, 940, 260)

    people = link(film(100, left_to_right, right_to_left))
    assert len(people) == 2
    assert is_at(people[0], left_to_right)
    assert is_at(people[1], right_to_left)


def test_who_comes_back_nearby_gets_missing_rows_between() -> None:
    def hidden(index: int) -> np.ndarray | None:
        return None if 50 <= index < 110 else climber(index)

    found = follow(film(150, hidden), times(150))
    assert [one.frame_index for one in found] == [*range(50), *range(110, 150)]
    assert not any(one.is_filled for one in found)


def test_a_stranger_who_appears_far_away_is_not_the_climber_come_back() -> None:
    def leaving(index: int) -> np.ndarray | None:
        return climber(index) if index < 60 else None

    def late(index: int) -> np.ndarray | None:
        return figure(1500, 950, 200) if index >= 70 else None

    found = follow(film(150, leaving, late), times(150))
    assert found[-1].frame_index == 59


@pytest.mark.parametrize(("fps", "gap"), [(30, 6), (60, 14), (240, 59)])
def test_a_short_gap_is_filled_in_a_straight_line_and_says_so(fps: int, gap: int) -> None:
    def xy(index: int) -> np.ndarray:
        return figure(300 + index, 900 - index, 200)

    count = gap + 20
    detections = [seen(i, xy(i), fps) for i in range(count) if not 10 <= i < 10 + gap]
    found = follow(detections, times(count, fps))
    assert [one.frame_index for one in found] == list(range(count))
    assert [one.frame_index for one in found if one.is_filled] == list(range(10, 10 + gap))
    assert is_at(found, xy)


def test_a_gap_is_filled_up_to_a_quarter_of_a_second_by_true_times() -> None:
    pair = [seen(0, climber(0)), seen(2, climber(2))]
    assert len(list(fill(pair, {0: 0.0, 1: 0.03, 2: 2 / FPS}))) == 3
    apart = [seen(0, climber(0), fps=1.9 / MAX_FILLED_GAP_S), seen(2, climber(2), fps=7.9)]
    assert apart[1].time - apart[0].time > MAX_FILLED_GAP_S
    assert len(list(fill(apart, {0: 0.0, 1: 0.1, 2: apart[1].time}))) == 2


def test_filled_keypoints_lie_by_time_not_by_frame_number() -> None:
    pair = [seen(0, figure(300, 900, 200)), seen(2, figure(310, 900, 200), fps=20)]
    middle = list(fill(pair, {0: 0.0, 1: 0.02, 2: 0.1}))[1]
    assert middle.keypoints()[0] == pytest.approx(figure(302, 900, 200), abs=0.01)


def test_a_filled_confidence_is_the_lower_one() -> None:
    pair = [
        seen(0, climber(0), confidence=0.4),
        seen(2, climber(2), confidence=0.8),
    ]
    assert list(fill(pair, times(3)))[1].keypoints()[1] == pytest.approx(0.4)


def test_a_point_takes_whoever_is_there_in_the_first_frame_with_anybody() -> None:
    def later(index: int) -> np.ndarray | None:
        return stander(index) if index >= 5 else None

    def even_later(index: int) -> np.ndarray | None:
        return climber(index) if index >= 5 else None

    detections = film(60, later, even_later)
    assert is_at(follow(detections, times(60), (600.0, 800.0)), stander)
    assert is_at(follow(detections, times(60), (300.0, 780.0)), climber)


def test_a_point_beside_everybody_takes_the_nearest() -> None:
    detections = film(40, stander, climber)
    assert is_at(follow(detections, times(40), (0.0, 0.0)), climber)


def test_nobody_gives_nothing() -> None:
    assert len(follow([], times(10))) == 0


@pytest.mark.parametrize("selection", ["auto", (300.0, 800.0)])
def test_one_frame_is_enough(selection: object) -> None:
    found = follow([seen(0, climber(0))], times(1), selection)  # type: ignore[arg-type]
    assert len(found) == 1


@given(
    missing=st.sets(st.integers(1, 58), max_size=40),
    fps=st.sampled_from([24.0, 30.0, 59.94, 240.0]),
)
def test_rows_are_seen_or_filled_in_short_gaps_and_nothing_else(
    missing: set[int], fps: float
) -> None:
    detections = [seen(i, climber(i), fps) for i in range(60) if i not in missing]
    found = list(fill(detections, times(60, fps)))
    indices = [one.frame_index for one in found]
    assert indices == sorted(set(indices))
    assert {one.frame_index for one in found if not one.is_filled} == set(range(60)) - missing
    for before, after in pairwise(detections):
        is_short = after.time - before.time <= MAX_FILLED_GAP_S
        between = set(range(before.frame_index + 1, after.frame_index))
        assert (between & set(indices)) == (between if is_short else set())


def test_score_does_not_depend_on_the_frame_rate() -> None:
    slow = [seen(i, figure(300, 900 - 6 * i, 200, reaching=True), 30) for i in range(60)]
    fast = [seen(i, figure(300, 900 - 3 * i, 200, reaching=True), 60) for i in range(120)]
    assert climbing_score(fast) == pytest.approx(climbing_score(slow), rel=0.05)
