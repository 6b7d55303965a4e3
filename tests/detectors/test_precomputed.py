from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose import detectors
from climbpose.errors import ModelError, UsageError
from climbpose.heatmaps import encode
from climbpose.pixels import RgbPixels
from climbpose.poses import Frame
from climbpose.skeleton import CLIMBING_25

IMAGE = np.zeros((100, 80, 3), np.uint8)
BOX = np.array([10.0, 20.0, 66.0, 76.0], np.float32)


def frames(count: int) -> list[Frame]:
    return [Frame(index, Fraction(index, 30), RgbPixels(IMAGE)) for index in range(count)]


def content(indices: list[int], seed: int = 0) -> dict[str, Any]:
    """Detections in these frames, each with its own keypoints."""
    rng = np.random.default_rng(seed)
    cells = rng.uniform(5, 50, (len(indices), 25, 2))
    maps = [encode(xy, np.full(25, 1.5), np.full(25, 0.8)) for xy in cells]
    return {
        "frame": np.array(indices),
        "box": np.tile(BOX, (len(indices), 1)),
        "heatmaps": np.array(maps, np.float32),
        "cells": cells,
    }


def write(path: Path, given: dict[str, Any], save: Callable[..., None] = np.savez) -> Path:
    save(path, **{key: value for key, value in given.items() if key != "cells"})
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_keypoints_come_out_where_the_maps_have_them(
    tmp_path: Path, save: Callable[..., None]
) -> None:
    given = content([0, 2])
    detector = detectors.create(str(write(tmp_path / "a.npz", given, save)))
    first, third = detector(frames(3))
    for found, cells in zip((first, third), given["cells"], strict=True):
        xy, confidence = found.keypoints()
        # A cell is a pixel in this box.
        assert xy == pytest.approx(cells + BOX[:2], abs=0.02)
        assert confidence == pytest.approx(0.8, abs=0.02)
    assert (first.frame_index, third.frame_index) == (0, 2)
    assert third.time == pytest.approx(2 / 30)


@pytest.mark.parametrize(
    ("kind", "scale", "tolerance"),
    [(np.uint8, 255, 0.15), (np.float16, 1, 0.05), (np.float64, 1, 0.02)],
)
def test_other_types_of_numbers_are_read(
    tmp_path: Path, kind: type, scale: float, tolerance: float
) -> None:
    given = content([0])
    given["heatmaps"] = np.round(given["heatmaps"] * scale, 4).astype(kind)
    (found,) = detectors.create(str(write(tmp_path / "a.npz", given)))(frames(1))
    assert found.maps.render().max() <= 1
    assert found.keypoints()[0] == pytest.approx(given["cells"][0] + BOX[:2], abs=tolerance)


def test_several_people_in_a_frame_and_rows_in_any_order(tmp_path: Path) -> None:
    given = content([1, 0, 1]) | {"score": np.array([0.5, 0.6, 0.7])}
    found = detectors.create(str(write(tmp_path / "a.npz", given)))(frames(2))
    assert [(one.frame_index, one.score) for one in found] == [(0, 0.6), (1, 0.5), (1, 0.7)]


def test_keypoints_in_another_order_are_put_into_ours(tmp_path: Path) -> None:
    given = content([0])
    order = np.random.default_rng(1).permutation(25)
    shuffled = given | {
        "heatmaps": given["heatmaps"][:, order],
        "keypoints": np.array(CLIMBING_25.keypoints)[order],
    }
    (found,) = detectors.create(str(write(tmp_path / "a.npz", shuffled)))(frames(1))
    assert found.keypoints()[0] == pytest.approx(given["cells"][0] + BOX[:2], abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"box": None}, "lacks box"),
        ({"heatmaps": np.zeros((1, 25, 64, 64))}, "heatmaps of shape"),
        ({"heatmaps": np.zeros((1, 25, 56, 56), np.int32)}, "floats or uint8"),
        ({"box": np.array([[5.0, 5.0, 5.0, 9.0]])}, "x1 < x2"),
        ({"box": np.array([[np.nan, 5.0, 8.0, 9.0]])}, "x1 < x2"),
        ({"frame": np.array([0.5])}, "integers"),
        ({"score": np.zeros(3)}, "score of shape"),
        ({"keypoints": np.array(["nose", "tail"])}, "tail"),
    ],
)
def test_what_is_not_as_documented_is_refused_in_words(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    given = {key: value for key, value in (content([0]) | change).items() if value is not None}
    with pytest.raises(ModelError, match=message):
        detectors.create(str(write(tmp_path / "a.npz", given)))


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    given = content([0]) | {"frame": np.array([{"a": 1}], dtype=object)}
    with pytest.raises(ModelError):
        detectors.create(str(write(tmp_path / "a.npz", given)))


def test_other_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("not an archive")
    with pytest.raises(ModelError, match=r"not an \.npz file"):
        detectors.create(str(text))
    with pytest.raises(UsageError, match="do not exist"):
        detectors.create(str(tmp_path / "absent.npz"))
    with pytest.raises(UsageError, match="needs a file"):
        detectors.create("precomputed")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="blazepose"):
        detectors.create("blazepoze")
