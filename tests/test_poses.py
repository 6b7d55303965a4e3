import numpy as np
import pytest
from jaxtyping import TypeCheckError

from climbpose.heatmaps import DenseMaps
from climbpose.poses import HEATMAP_SIZE, Detection, PoseTrack, Status, widened_box
from climbpose.skeleton import CLIMBING_25, Skeleton

K = len(CLIMBING_25)


def track(frames: int, keypoints: int = K) -> PoseTrack:
    return PoseTrack(
        frame_index=np.arange(frames) * 2,
        time=np.arange(frames) / 30,
        xy=np.ones((frames, keypoints, 2), np.float32),
        confidence=np.ones((frames, keypoints), np.float32),
        status=np.full((frames, keypoints), Status.SMOOTHED, np.uint8),
    )


def test_words_of_statuses() -> None:
    words = ["detected", "smoothed", "filled", "low", "missing", "swapped", "recovered"]
    assert [s.word for s in Status] == words


def test_rows_of_a_track_are_poses() -> None:
    poses = list(track(3))
    assert [pose.frame_index for pose in poses] == [0, 2, 4]
    assert poses[2].time == pytest.approx(2 / 30)
    assert len(track(0)) == 0
    assert list(track(0)) == []


def test_climber_is_there_if_any_keypoint_is() -> None:
    poses = track(3)
    poses.status[0] = Status.MISSING
    poses.status[1, 1:] = Status.MISSING
    assert poses.has_climber.tolist() == [False, True, True]


def test_another_skeleton_is_refused() -> None:
    with pytest.raises(ValueError, match="climbing-25 has 25 keypoints, got 3"):
        track(2, keypoints=3)
    few = Skeleton("few", ("a", "b"), ())
    poses = track(1)
    with pytest.raises(ValueError, match="few has 2"):
        PoseTrack(
            poses.frame_index, poses.time, poses.xy, poses.confidence, poses.status, skeleton=few
        )


def test_shapes_that_differ_are_refused() -> None:
    poses = track(2)
    with pytest.raises(TypeCheckError):
        PoseTrack(poses.frame_index, poses.time[:1], poses.xy, poses.confidence, poses.status)


def test_box_is_a_tenth_wider_on_each_side_and_never_flat() -> None:
    xy = np.array([[10, 20], [30, 60], [np.nan, np.nan]], np.float32)
    np.testing.assert_allclose(widened_box(xy), [8, 16, 32, 64])
    np.testing.assert_allclose(widened_box(xy[:1]), [9.5, 19.5, 10.5, 20.5])


def test_peaks_of_a_detection_are_pixels_of_its_box() -> None:
    maps = np.zeros((K, HEATMAP_SIZE, HEATMAP_SIZE), np.float32)
    maps[:, 13, 27] = 0.8  # centre of the cell: x 27.5, y 13.5
    detection = Detection(
        frame_index=0,
        time=0.0,
        box=np.array([100, 200, 156, 312], np.float32),
        maps=DenseMaps(maps),
        score=1.0,
    )
    xy, confidence = detection.keypoints()
    np.testing.assert_allclose(xy, np.tile([127.5, 227.0], (K, 1)), atol=0.05)
    np.testing.assert_allclose(confidence, 0.8, atol=0.01)
