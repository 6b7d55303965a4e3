"""Who is followed, looked back for and forgotten, with networks that see spots."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from climbpose.detectors.base import RegionDetector
from climbpose.detectors.following.detector import Following
from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.landmarks import find_body
from climbpose.detectors.following.memory import Memory
from climbpose.detectors.following.networks import RawLandmarks
from climbpose.detectors.following.people import People
from climbpose.detectors.following.regions import Region
from climbpose.detectors.following.views import SEVERAL_VIEWS, View
from climbpose.pixels import RgbPixels
from climbpose.poses import Frame
from climbpose.skeleton import CLIMBING_25
from tests.detectors.spots import FAINT, PLAIN, SpotLandmarks, SpotSearch, spot_eyes, spot_image

HIPS = CLIMBING_25.indices("left_hip", "right_hip")
START, STEP = np.array([200.0, 240.0]), np.array([2.0, 0.0])


def clip(brightness: Iterable[int], fps: int = 30) -> Iterator[Frame]:
    """Frames of a spot that moves to the right; 0 for frames without it."""
    for index, level in enumerate(brightness):
        x, y = START + STEP * index
        image = spot_image((float(x), float(y)) if level else None, level)
        yield Frame(index, Fraction(index, fps), RgbPixels(image))


def found(brightness: Iterable[int], fps: int = 30) -> list[int]:
    """Frames with somebody."""
    return [one.frame_index for one in Following(spot_eyes())(clip(brightness, fps))]


def test_somebody_is_followed_where_the_spot_is() -> None:
    detections = list(Following(spot_eyes())(clip([PLAIN] * 60)))
    assert [one.frame_index for one in detections] == list(range(60))
    for one in detections:
        hips = one.keypoints()[0][HIPS].mean(axis=0)
        assert hips == pytest.approx(START + STEP * one.frame_index, abs=2)
        assert one.time == pytest.approx(one.frame_index / 30)


@pytest.mark.parametrize("fps", [15, 30, 60])
def test_who_is_found_late_is_looked_for_in_the_frames_before(fps: int) -> None:
    late = fps * 8 // 10
    indices = found([FAINT] * late + [PLAIN] * fps, fps)
    assert indices == sorted(indices)
    expected = range(late + fps)
    # Of a faster video every other picture is kept; what is left out, `follow` fills.
    before = [index for index in expected if index < late]
    assert set(expected[late:]) <= set(indices)
    assert len(set(indices) & set(before)) >= len(before) * min(1, 30 / fps) - 2


def test_the_look_back_is_as_sharp_as_the_look() -> None:
    image_size = (1440, 1920)
    frames = []
    for index in range(40):
        x, y = 500 + 4 * index, 700
        level = FAINT if index < 15 else PLAIN
        frames.append(
            Frame(index, Fraction(index, 30), RgbPixels(spot_image((x, y), level, image_size)))
        )
    detections = list(Following(spot_eyes())(frames))
    assert [one.frame_index for one in detections] == list(range(40))
    for one in detections:
        hips = one.keypoints()[0][HIPS].mean(axis=0)
        assert hips == pytest.approx((500 + 4 * one.frame_index, 700), abs=4)


def test_nobody_is_invented_before_the_first_appearance() -> None:
    indices = found([0] * 20 + [FAINT] * 10 + [PLAIN] * 40)
    assert indices == list(range(20, 70))


def test_who_is_seen_for_a_moment_is_taken_for_a_mistake() -> None:
    assert found([0] * 30 + [PLAIN] * 6 + [0] * 60) == []


@pytest.mark.parametrize(("peaks", "is_somebody"), [(6, False), (13, False), (20, True)])
def test_who_has_few_peaks_in_the_heatmaps_is_nobody(peaks: int, is_somebody: bool) -> None:
    """Peaks of the last landmarks; six of all are not of the 25 keypoints."""
    eyes = Eyes(SpotSearch(), SpotLandmarks(peaks))
    indices = [one.frame_index for one in Following(eyes)(clip([PLAIN] * 40))]
    assert indices == (list(range(40)) if is_somebody else [])


def test_who_is_seen_again_and_again_is_none() -> None:
    once = [PLAIN] * 6 + [0] * 6
    indices = found(once * 6)
    assert len(indices) == 36


def test_a_video_may_be_as_short_as_a_mistake() -> None:
    assert found([PLAIN]) == [0]
    assert found([PLAIN] * 4) == [0, 1, 2, 3]
    assert found([]) == []


def test_a_gap_is_closed_from_behind() -> None:
    """Somebody who was lost in the dark is looked for backwards once found again."""
    counts = Counter(found([PLAIN] * 40 + [0] * 8 + [PLAIN] * 40))
    assert sorted(counts) == [*range(40), *range(48, 88)]
    assert set(counts.values()) == {1}


def test_detections_wait_no_longer_than_the_memory_lasts() -> None:
    taken = 0

    def counted() -> Iterator[Frame]:
        nonlocal taken
        for frame in clip([PLAIN] * 200):
            taken += 1
            yield frame

    waits = [taken - one.frame_index for one in Following(spot_eyes())(counted())]
    assert len(waits) == 200
    assert max(waits) <= 50


@pytest.mark.parametrize("fps", [30, 240])
def test_few_pictures_are_kept_and_small_ones(fps: int) -> None:
    eyes = spot_eyes()
    people, memory = People(eyes), Memory(eyes)
    image = np.zeros((1920, 1080, 3), np.uint8)
    for index in range(3 * fps):
        frame = Frame(index, Fraction(index, fps), RgbPixels(image))
        people.look(frame.pixels, float(frame.time))
        assert list(memory.note(frame, people.followers)) == []
    kept = [moment.picture for moment in memory._moments if moment.picture is not None]
    images = [picture.rgb() for picture in kept]
    assert sum(each.nbytes for each in images) < 80e6
    assert all(each.base is not image and each.nbytes < 1.6e6 for each in images)


def test_a_region_is_looked_at_alone() -> None:
    detector = Following(spot_eyes())
    assert isinstance(detector, RegionDetector)
    seen = detector.look(
        RgbPixels(spot_image((300, 200))), Region(310.0, 190.0, 400.0, 0.3), 7, 0.25
    )
    assert (seen.frame_index, seen.time) == (7, 0.25)
    assert seen.keypoints()[0][HIPS].mean(axis=0) == pytest.approx((300, 200), abs=3)


def test_several_views_are_as_true_and_cost_as_many_looks_more() -> None:
    eyes = spot_eyes(SEVERAL_VIEWS)
    detections = list(Following(eyes)(clip([PLAIN] * 30)))
    assert [one.frame_index for one in detections] == list(range(30))
    for one in detections:
        hips = one.keypoints()[0][HIPS].mean(axis=0)
        assert hips == pytest.approx(START + STEP * one.frame_index, abs=2)
    assert isinstance(eyes.landmark_network, SpotLandmarks)
    assert 30 * 5 <= eyes.landmark_network.calls <= 30 * 5 + 10


@pytest.mark.parametrize("view", [*SEVERAL_VIEWS, View(1.3, 90.0, True)])
def test_every_view_sees_the_same(view: View) -> None:
    image, region = RgbPixels(spot_image((300, 200))), Region(310.0, 190.0, 400.0, 0.0)
    turned = Region(310.0, 190.0, 400.0, np.deg2rad(view.turn_deg))
    body = find_body(SpotLandmarks(), image, region, (view,))
    expected = find_body(SpotLandmarks(), image, turned).xy
    if view.is_mirrored:
        # The fake's people are not symmetrical but for these.
        pairs = CLIMBING_25.indices(
            *(f"{side}_{name}" for name in ("shoulder", "hip") for side in ("left", "right"))
        )
        assert body.xy[pairs] == pytest.approx(expected[pairs], abs=4)
    else:
        assert body.xy == pytest.approx(expected, abs=4)


class EagerSpotLandmarks(SpotLandmarks):
    """The same, begun before it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = self.dropped = 0

    def begin(self, crops: np.ndarray) -> "PendingSpots":
        self.begun += 1
        return PendingSpots(self, crops)


class PendingSpots:
    def __init__(self, network: EagerSpotLandmarks, crops: np.ndarray) -> None:
        self._network, self._crops = network, crops

    def landmarks(self) -> RawLandmarks:
        return self._network(self._crops)

    def drop(self) -> None:
        self._network.dropped += 1


def test_a_calm_climber_is_looked_at_once_a_frame_two_frames_at_a_time() -> None:
    network = EagerSpotLandmarks()
    detections = list(Following(Eyes(SpotSearch(), network))(clip([PLAIN] * 60)))
    assert [one.frame_index for one in detections] == list(range(60))
    for one in detections:
        hips = one.keypoints()[0][HIPS].mean(axis=0)
        assert hips == pytest.approx(START + STEP * one.frame_index, abs=2)
    assert network.begun >= 55
    assert network.dropped <= 2
    assert network.calls <= 63


def test_who_leaps_is_not_looked_for_ahead_in_vain() -> None:
    network = EagerSpotLandmarks()
    rng = np.random.default_rng(1)
    places = 240 + rng.uniform(-40, 40, (60, 2))
    frames = [
        Frame(index, Fraction(index, 30), RgbPixels(spot_image((float(x), float(y)))))
        for index, (x, y) in enumerate(places)
    ]
    detections = list(Following(Eyes(SpotSearch(), network))(frames))
    assert [one.frame_index for one in detections] == list(range(60))
    for one, place in zip(detections, places, strict=True):
        assert one.keypoints()[0][HIPS].mean(axis=0) == pytest.approx(place, abs=2)
    assert network.begun <= 15


def test_ahead_or_not_the_same_is_seen() -> None:
    eager = Following(Eyes(SpotSearch(), EagerSpotLandmarks()))
    plain = Following(Eyes(SpotSearch(), SpotLandmarks()))
    for one, other in zip(eager(clip([PLAIN] * 30)), plain(clip([PLAIN] * 30)), strict=True):
        np.testing.assert_array_equal(one.keypoints()[0], other.keypoints()[0])
