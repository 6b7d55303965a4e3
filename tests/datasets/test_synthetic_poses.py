"""Synthetic clips give their poses, under the names that checkpoints call them."""

from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.synthetic_poses import is_synthetic, read_synthetic
from climbpose.errors import DatasetError
from tests.labelled import make_labels, make_set


def test_clips(tmp_path: Path) -> None:
    assert not is_synthetic(tmp_path)
    make_set(tmp_path, [10, 8, 27])
    assert is_synthetic(tmp_path)
    clips = read_synthetic(tmp_path)
    assert clips.videos == clips.names == ("synthetic:0:0", "synthetic:1:1", "synthetic:2:2")
    assert clips.fps == pytest.approx(30000 / 1001)
    labels = make_labels(seed=1)
    np.testing.assert_array_equal(clips[1].visibility, labels.visibility)
    is_labelled = labels.visibility > 0
    np.testing.assert_array_equal(clips[1].xy[is_labelled], labels.xy[is_labelled])
    assert np.isnan(clips[1].xy[~is_labelled]).all()


def test_splits(tmp_path: Path) -> None:
    make_set(tmp_path, [10, 8, 27])
    assert read_synthetic(tmp_path, "train").names == ("synthetic:0:0", "synthetic:2:2")
    assert read_synthetic(tmp_path, "val").names == ("synthetic:1:1",)
    with pytest.raises(DatasetError, match="no clip of the split test"):
        read_synthetic(tmp_path, "test")
