"""Windows of pose clips."""

import numpy as np
import pytest
import torch

from climbpose.datasets.pose_clips import PoseClip, PoseClips
from climbpose.datasets.splits import Segment
from climbpose.errors import DatasetError
from climbpose.noising.windows import Detected, Windows, torso_lengths
from tests.noising.sights import sight


def clips(*lengths: int) -> PoseClips:
    """Each keypoint's x tells the clip and its y the frame."""
    return PoseClips.of(
        PoseClip(
            xy=np.stack(
                [
                    np.full((length, 25), number, np.float32),
                    np.repeat(np.arange(length, dtype=np.float32)[:, None], 25, axis=1),
                ],
                axis=2,
            ),
            visibility=np.full((length, 25), 2, np.uint8),
            fps=30.0,
            name=str(number),
            video=str(number),
        )
        for number, length in enumerate(lengths)
    )


def frames(windows: Windows) -> list[tuple[int, list[int]]]:
    """The clip and the frames of each window."""
    seen = windows[torch.arange(len(windows))].xy[:, :, 0]
    return [(int(one[0, 0]), one[:, 1].int().tolist()) for one in seen]


def test_windows_stay_within_segments() -> None:
    found = Windows.of(clips(9, 4, 6), [Segment(0, 2, 7), Segment(1, 0, 4), Segment(2, 0, 6)], 5)
    assert frames(found) == [(0, [2, 3, 4, 5, 6]), (2, [0, 1, 2, 3, 4]), (2, [1, 2, 3, 4, 5])]


def test_every_second_frame_and_strides() -> None:
    found = Windows.of(clips(10), [Segment(0, 0, 10)], 3, stride=4, every=2)
    assert frames(found) == [(0, [0, 2, 4]), (0, [4, 6, 8])]


def test_no_window_is_told() -> None:
    with pytest.raises(DatasetError, match="5 frames of a window"):
        Windows.of(clips(4), [Segment(0, 0, 4)], 5)


def test_detections_come_with_their_rows() -> None:
    made = clips(6)
    xy = torch.from_numpy(made.xy) + 0.5
    detected = Detected(xy, torch.ones_like(xy), torch.ones(xy.shape[:-1]))
    seen = Windows.of(made, [Segment(0, 0, 6)], 3, detected=detected)[torch.tensor([2])]
    assert seen.detected is not None
    torch.testing.assert_close(seen.detected.xy, seen.xy + 0.5)


def test_a_torso_is_the_mean_of_both_sides() -> None:
    whole = sight(1, 2)
    whole.xy[0, 1, 3, 1] -= 50
    lengths = torso_lengths(whole.xy, whole.is_known)
    assert lengths[0].tolist() == pytest.approx([100.0, 125.0])
    whole.is_known[0, 0, 16] = False
    assert torch.isnan(torso_lengths(whole.xy, whole.is_known)[0, 0])
