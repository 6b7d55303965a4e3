from dataclasses import replace

import numpy as np
import pytest

from climbpose.datasets.pose_clips import PoseClip, PoseClips
from climbpose.errors import DatasetError
from climbpose.training.smoothing.config import FINETUNING, PRETRAINING
from climbpose.training.smoothing.material import Material, Sightings, rows_of
from tests.training.smoothing.swings import swings


def test_no_row_is_in_windows_of_two_splits() -> None:
    for split in ("by-video", "thesis", "thesis-finetuning"):
        config = replace(PRETRAINING, split=split)
        material = Material.of([swings(5, 20), swings(2, 30)], config)
        seen: set[int] = set()
        for name in ("train", "val", "test"):
            windows = material.windows(name, config, 5)
            rows = set(
                rows_of(windows, windows.starts.new_tensor(range(len(windows)))).flatten().tolist()
            )
            assert rows and not rows & seen
            seen |= rows


def test_trained_on_names_clips_and_videos_but_not_those_of_the_test() -> None:
    material = Material.of([swings(5, 20)], PRETRAINING)
    (tested,) = {one.clip for one in material.split["test"]}
    names = {f"{what} {number}" for what in ("clip", "video") for number in range(5)}
    assert material.trained_on == names - {f"clip {tested}", f"video {tested}"}


def test_windows_need_somebody_in_each_frame() -> None:
    clips = swings(5, 20)
    xy, visibility = clips.xy.copy(), clips.visibility.copy()
    visibility[::4] = 0
    unseen = replace(clips, xy=xy, visibility=visibility)
    with pytest.raises(DatasetError, match="has labels and somebody to be seen in each frame"):
        Material.of([unseen], PRETRAINING).windows("train", PRETRAINING, 5)
    # Where a detector saw the climber, a label in a window is enough.
    sightings = Sightings(clips.xy, np.ones_like(clips.xy), np.ones(clips.xy.shape[:2], np.float32))
    everywhere = Material.of([unseen], FINETUNING, sightings)
    assert len(everywhere.windows("train", FINETUNING, 5)) == 3 * 16
    sightings.xy[1::2] = np.nan
    with pytest.raises(DatasetError, match="check that labels and videos belong together"):
        everywhere.windows("train", FINETUNING, 5)


def test_neutral_labels_lie_where_the_detector_usually_sees() -> None:
    clips = swings(5, 20)
    offsets = np.random.default_rng(0).normal(0, 5, (5, 1, 25, 2)).astype(np.float32)
    seen = clips.xy + np.repeat(offsets, 20, axis=1).reshape(clips.xy.shape)
    seen[3, 7] += 200
    seen[:, 9] = np.nan
    sightings = Sightings(seen, np.ones_like(seen), np.ones(seen.shape[:2], np.float32))
    plain = Material.of([clips], FINETUNING, sightings)
    neutral = Material.of([clips], replace(FINETUNING, is_neutral=True), sightings)
    np.testing.assert_array_equal(plain.clips.xy, clips.xy)
    expected = np.where(np.isnan(seen), clips.xy, seen)
    expected[3, 7] -= 200
    np.testing.assert_allclose(neutral.clips.xy, expected, atol=1e-3)


def test_key_tells_data_apart() -> None:
    keys = {
        Material.of([clips], config).key
        for clips in (swings(5, 20), swings(5, 21))
        for config in (PRETRAINING, replace(PRETRAINING, split="thesis"))
    }
    assert len(keys) == 4
    assert Material.of([swings(5, 20)], PRETRAINING).key in keys


def test_short_clips_are_refused() -> None:
    with pytest.raises(DatasetError, match="no clip has the 5 frames of a window"):
        Material.of([swings(5, 4)], PRETRAINING).windows("train", PRETRAINING, 5)


def test_one_video_cannot_be_split_by_video() -> None:
    one = PoseClips.of([PoseClip(clip.xy, clip.visibility, 30.0, "a", "b") for clip in swings(1)])
    with pytest.raises(DatasetError, match="would be empty"):
        Material.of([one], PRETRAINING)
