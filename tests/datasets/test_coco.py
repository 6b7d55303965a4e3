"""Annotations as COCO's own tools read them."""

import json
from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets import coco
from climbpose.labels import labels_path
from climbpose.skeleton import CLIMBING_25
from tests.labelled import HEIGHT, WIDTH, make_labels, make_set


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    """Of two clips of three frames; in the last one nobody is to be seen."""
    make_set(tmp_path, [1, 2])
    box = make_labels(seed=1).box
    box[2] = 0
    visibility = make_labels(seed=1).visibility
    visibility[2] = 0
    labels = make_labels(seed=1, box=box, visibility=visibility)
    labels.write(labels_path(tmp_path / "clip_0001.mp4"))
    path = tmp_path / coco.FILE_NAME
    coco.write(tmp_path, path)
    return path


def test_content(annotations: Path) -> None:
    content = json.loads(annotations.read_text(encoding="utf-8"))
    assert [image["file_name"] for image in content["images"]] == [
        f"clip_000{clip}/00000{frame}.jpg" for clip in range(2) for frame in range(3)
    ]
    image = content["images"][4]
    assert (image["video"], image["frame"]) == ("clip_0001.mp4", 1)
    assert (image["width"], image["height"]) == (WIDTH, HEIGHT)
    (category,) = content["categories"]
    assert category["keypoints"] == list(CLIMBING_25.keypoints)
    assert np.array(category["skeleton"]).min() == 1
    assert np.array(category["skeleton"]).max() == 25
    assert len(content["annotations"]) == 5
    labels = make_labels(seed=1)
    found = content["annotations"][4]
    assert found["image_id"] == image["id"]
    numbers = np.reshape(found["keypoints"], (25, 3))
    np.testing.assert_array_equal(numbers[:, 2], labels.visibility[1])
    is_labelled = labels.visibility[1] > 0
    assert found["num_keypoints"] == is_labelled.sum()
    # The first pixel's centre is (0, 0) to COCO's keypoints and (0.5, 0.5) to ours.
    assert numbers[is_labelled, :2] == pytest.approx(labels.xy[1][is_labelled] - 0.5, abs=0.006)
    assert not numbers[~is_labelled].any()
    x1, y1, x2, y2 = labels.box[1]
    assert found["bbox"] == pytest.approx([x1, y1, x2 - x1, y2 - y1], abs=0.011)
    assert found["area"] == pytest.approx(labels.area[1], abs=0.006)


def test_coco_tools_read_it(annotations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tools = pytest.importorskip("pycocotools.coco")
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    truth = tools.COCO(str(annotations))
    found = [{**entry, "score": 1.0} for entry in truth.loadAnns(truth.getAnnIds())]
    judge = evaluation.COCOeval(truth, truth.loadRes(found), "keypoints")
    judge.params.kpt_oks_sigmas = np.full(25, 0.05)
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    assert judge.stats[0] == pytest.approx(1)
