"""A spool gives back what was put in, however much that is."""

import tempfile
from collections.abc import Iterator

import numpy as np
import pytest

from climbpose import spool
from climbpose.errors import ClimbposeError
from climbpose.heatmaps import DenseMaps, GaussianMaps
from climbpose.poses import Detection
from climbpose.spool import Spool


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "BLOCK", 8)


def detections(count: int, *, has_world: bool = True) -> Iterator[Detection]:
    rng = np.random.default_rng(3)
    for index in range(count):
        yield Detection(
            frame_index=3 * index,
            time=index / 30,
            box=rng.uniform(0, 999, 4).astype(np.float32),
            maps=GaussianMaps(
                xy=rng.uniform(0, 56, (25, 2)).astype(np.float32),
                sigma=rng.uniform(1, 3, (25, 2)).astype(np.float16),
                height=rng.uniform(0, 1, 25).astype(np.float16),
            ),
            score=float(rng.uniform()),
            is_filled=bool(index % 3),
            world=rng.uniform(-1, 1, (25, 3)).astype(np.float16) if has_world else None,
        )


def assert_same(one: Detection, other: Detection) -> None:
    assert (one.frame_index, one.time, one.score) == (other.frame_index, other.time, other.score)
    assert one.is_filled is other.is_filled
    np.testing.assert_array_equal(one.box, other.box)
    for a, b in zip(one.keypoints(), other.keypoints(), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.maps.render(), other.maps.render())
    if one.world is None:
        assert other.world is None
    else:
        np.testing.assert_array_equal(one.world, other.world)


@pytest.mark.parametrize("count", [0, 1, 8, 31, 33, 100])
@pytest.mark.parametrize("has_world", [True, False])
def test_what_was_put_in_comes_out(count: int, has_world: bool) -> None:
    given = list(detections(count, has_world=has_world))
    kept = Spool(given)
    assert len(kept) == count
    for one, other in zip(kept, given, strict=True):
        assert_same(one, other)
    for place in range(-count, count):
        assert_same(kept[place], given[place])
    for one, other in zip(kept[5:90:7], given[5:90:7], strict=True):
        assert_same(one, other)
    for place in (count, -count - 1):
        with pytest.raises(IndexError):
            kept[place]


def test_it_grows_while_it_is_read() -> None:
    given = list(detections(60))
    kept = Spool()
    for number, one in enumerate(given):
        kept.append(one)
        assert_same(kept[0], given[0])
        assert_same(kept[number // 2], given[number // 2])


def test_only_the_last_stay_in_memory() -> None:
    kept = Spool(detections(100))
    in_memory = [block for block in kept._blocks if isinstance(block, list)]
    assert sum(map(len, in_memory)) <= 5 * 8


def test_dense_heatmaps_are_kept_as_they_are() -> None:
    given = [
        Detection(index, index / 30, np.array([0, 0, 9, 9], np.float32), maps, 1.0)
        for index in range(50)
        for maps in [DenseMaps(np.zeros((25, 56, 56), np.uint8))]
    ]
    assert all(one is other for one, other in zip(Spool(given), given, strict=True))


def test_a_full_temporary_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(ClimbposeError, match=r"temporary folder .* make room"):
        Spool(detections(100))
