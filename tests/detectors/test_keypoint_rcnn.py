import hashlib
import importlib.util
import io
import pickle
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose import detectors
from climbpose.detectors import DetectorOptions, keypoint_rcnn
from climbpose.detectors.keypoint_rcnn import COCO_KEYPOINTS, KeypointRCNN, scores_of
from climbpose.detectors.rcnn import network
from climbpose.detectors.rcnn.network import Found, Network
from climbpose.errors import ModelError, UsageError
from climbpose.heatmaps import decode
from climbpose.pixels import RgbPixels
from climbpose.poses import Frame
from climbpose.skeleton import CLIMBING_25
from tests.detectors import torchvision_operators

CELLS = np.arange(56) + 0.5
needs_torchvision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="torchvision is not installed"
)


def surface(xy: np.ndarray, sigma: float, floor: float = 0.0) -> np.ndarray:
    """Logits (keypoints, 56, 56) with a peak at these cells."""
    squares = (CELLS - xy[:, :1])[:, None, :] ** 2 + (CELLS - xy[:, 1:])[:, :, None] ** 2
    return np.asarray(np.maximum(-squares / (2 * sigma**2), -40.0) + floor, np.float32)


def frames(count: int) -> list[Frame]:
    image = np.zeros((60, 80, 3), np.uint8)
    return [Frame(index, Fraction(index, 30), RgbPixels(image + index)) for index in range(count)]


class Seer:
    """Stands for the network: in frame n there are n people, and it notes what it was asked."""

    def __init__(self, keypoints: int, batch: int = 2) -> None:
        self.keypoints, self.batch = keypoints, batch
        self.asked: list[int] = []
        random = np.random.default_rng(0)
        self.xy = random.uniform(5, 50, (9, keypoints, 2))

    def __call__(self, images: Sequence[np.ndarray]) -> list[Found]:
        self.asked.append(len(images))
        found = []
        for image in images:
            people = int(image[0, 0, 0])
            found.append(
                Found(
                    boxes=np.array(
                        [[10, 20, 66, 132 + n] for n in range(people)], np.float32
                    ).reshape(-1, 4),
                    scores=np.linspace(0.9, 0.6, people, dtype=np.float32),
                    logits=np.array(
                        [surface(self.xy[n], 1.2, floor=n) for n in range(people)], np.float32
                    ).reshape(people, self.keypoints, 56, 56),
                )
            )
        return found


def detector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seer: Seer) -> KeypointRCNN:
    path = tmp_path / "own.pth"
    path.write_bytes(b"weights")
    monkeypatch.setattr(keypoint_rcnn, "Network", lambda *_, **__: seer)
    made = detectors.create("keypoint-rcnn", DetectorOptions(weights=path))
    assert isinstance(made, KeypointRCNN)
    return made


@pytest.mark.parametrize("names", [COCO_KEYPOINTS, CLIMBING_25.keypoints])
def test_keypoints_come_out_where_the_head_has_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: Sequence[str]
) -> None:
    seer = Seer(len(names))
    found = list(detector(monkeypatch, tmp_path, seer)(frames(4)))
    assert seer.asked == [2, 2]
    assert [one.frame_index for one in found] == [1, 2, 2, 3, 3, 3]
    assert [one.score for one in found] == pytest.approx([0.9, 0.9, 0.6, 0.9, 0.75, 0.6])
    assert found[3].time == pytest.approx(0.1)
    for one, person in zip(found, (0, 0, 1, 0, 1, 2), strict=True):
        np.testing.assert_array_equal(one.box, [10, 20, 66, 132 + person])
        xy, confidence = one.keypoints()
        for index, name in enumerate(CLIMBING_25.keypoints):
            if name in names:
                x, y = seer.xy[person, names.index(name)]
                expected = 10 + x, 20 + y * (112 + person) / 56
                assert xy[index] == pytest.approx(expected, abs=0.02), name
                assert confidence[index] > 0.85
            else:
                assert np.isnan(xy[index]).all()
                assert confidence[index] == 0


def test_many_people_are_kept_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seer = Seer(25, batch=3)
    film = [
        Frame(n, Fraction(n, 30), RgbPixels(np.full((6, 8, 3), 9, np.uint8))) for n in range(16)
    ]
    found = list(detector(monkeypatch, tmp_path, seer)(film))
    assert (len(found), sum(seer.asked)) == (144, 16)
    for number, one in enumerate(found):
        cells, _ = one.maps.peaks()
        np.testing.assert_allclose(cells, seer.xy[number % 9], atol=0.02)


def test_file_is_named_with_its_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (model,) = detector(monkeypatch, tmp_path, Seer(17)).models
    assert (model.name, model.sha256) == ("own.pth", hashlib.sha256(b"weights").hexdigest())


def test_other_numbers_of_keypoints_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="finds 19 keypoints, expected 17 or 25"):
        detector(monkeypatch, tmp_path, Seer(19))


def test_options_that_cannot_be_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="--quality has no effect on detector 'keypoint-rcnn'"):
        detectors.create("keypoint-rcnn", DetectorOptions(quality="best"))
    monkeypatch.setenv("CLIMBPOSE_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="run `climbpose models fetch keypoint-rcnn`"):
        detectors.create("keypoint-rcnn")


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.floats(0.7, 6.0), st.floats(-50, 50))
def test_gaussians_keep_their_place_and_never_exceed_one(
    seed: int, sigma: float, floor: float
) -> None:
    random = np.random.default_rng(seed)
    xy = random.uniform(1, 55, (3, 2))
    scores = scores_of(surface(xy, sigma, floor))
    assert scores.dtype == np.float32
    assert scores.min() >= 0
    assert scores.max() <= 1
    peaks, _ = decode(scores)
    np.testing.assert_allclose(peaks, xy, atol=0.02)


def test_confidence_falls_with_breadth_and_with_a_second_peak() -> None:
    xy = np.array([[30.3, 20.6]])
    heights = [float(scores_of(surface(xy, sigma)).max()) for sigma in (0.7, 1.5, 3.0, 8.0)]
    assert heights[0] > 0.99
    assert (np.diff(heights) < 0).all()
    assert heights[-1] < 0.15
    two = np.logaddexp(surface(xy, 1.0), surface(xy[:, ::-1] / 2, 1.0) - 0.1)
    assert scores_of(two.astype(np.float32)).max() == pytest.approx(0.5, abs=0.05)
    flat = scores_of(np.zeros((1, 56, 56), np.float32))
    assert flat.max() < 0.01


def refusal(monkeypatch: pytest.MonkeyPatch, torchvision: object) -> str:
    monkeypatch.setitem(sys.modules, "torchvision", torchvision)
    with pytest.raises(ModelError) as caught:
        network.load_torch()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_absent_or_broken_torchvision_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "needs torch and torchvision" in refusal(monkeypatch, None)

    def nms(*_: object) -> None:
        raise RuntimeError("operator torchvision::nms\ndoes not exist" + " long" * 99)

    message = refusal(monkeypatch, SimpleNamespace(ops=SimpleNamespace(nms=nms)))
    assert "cannot be loaded by torch" in message
    assert "operator torchvision::nms does not exist" in message
    assert "pip install --force-reinstall torch torchvision" in message
    assert len(message) < 400


def test_listing_detectors_loads_no_torch() -> None:
    code = (
        "import sys; from climbpose import detectors; "
        "assert 'keypoint-rcnn' in detectors.names(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def packed(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def weights() -> dict[str, Any]:
    """A network of random weights that takes every box for a person."""
    torchvision_operators.provide()
    from torchvision.models.detection import KeypointRCNN as Model
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

    torch.manual_seed(0)
    backbone = resnet_fpn_backbone(backbone_name="resnet50", weights=None)
    state = Model(backbone, num_classes=2, num_keypoints=25).state_dict()
    state["roi_heads.box_predictor.cls_score.bias"] = torch.tensor([0.0, 9.0])
    return dict(state)


def small_network(weights: dict[str, Any]) -> Network:
    """The network for pictures of 48 pixels, which looks at few regions."""
    made = Network(packed({"model": weights}), "own.pth", epsilon=1e-5, min_side=48)
    made._model.rpn._pre_nms_top_n = made._model.rpn._post_nms_top_n = {"testing": 20}
    return made


@needs_torchvision
def test_boxes_and_maps_are_those_of_torchvision(weights: dict[str, Any]) -> None:
    from torchvision.models.detection.roi_heads import heatmaps_to_keypoints

    found_by = small_network(weights)
    assert found_by.keypoints == 25
    images = np.random.default_rng(0).integers(0, 255, (2, 48, 64, 3)).astype(np.uint8)
    found = found_by(list(images))
    with torch.inference_mode():
        expected = found_by._model([torch.from_numpy(i).permute(2, 0, 1) / 255 for i in images])
    for ours, theirs in zip(found, expected, strict=True):
        is_large = ((theirs["boxes"][:, 2:] - theirs["boxes"][:, :2]) >= 1).all(dim=1)
        assert is_large.sum() >= 2
        np.testing.assert_array_equal(ours.boxes, theirs["boxes"][is_large].numpy())
        np.testing.assert_array_equal(ours.scores, theirs["scores"][is_large].numpy())
        keypoints, _ = heatmaps_to_keypoints(
            torch.from_numpy(ours.logits), theirs["boxes"][is_large]
        )
        np.testing.assert_allclose(keypoints, theirs["keypoints"][is_large])


@needs_torchvision
def test_cells_are_where_torchvision_has_them(weights: dict[str, Any]) -> None:
    from torchvision.models.detection.roi_heads import heatmaps_to_keypoints

    xy = np.random.default_rng(0).uniform(2, 54, (25, 2))
    logits = surface(xy, 1.5)
    # Theirs is a pixel of the region, here a tenth of a cell, found between cells by a cubic.
    theirs, _ = heatmaps_to_keypoints(
        torch.from_numpy(logits)[None], torch.tensor([[0.0, 0.0, 560.0, 560.0]])
    )
    np.testing.assert_allclose(theirs[0, :, :2] / 10, decode(scores_of(logits))[0], atol=0.25)


@needs_torchvision
def test_nobody_is_found_by_a_network_that_sees_nobody(weights: dict[str, Any]) -> None:
    weights = {**weights, "roi_heads.box_predictor.cls_score.bias": torch.tensor([9.0, 0.0])}
    (nobody,) = small_network(weights)([np.zeros((48, 64, 3), np.uint8)])
    assert (nobody.boxes.shape, nobody.logits.shape) == ((0, 4), (0, 25, 56, 56))


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("run",))


@needs_torchvision
def test_files_that_are_not_weights_are_refused(
    weights: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    key = "backbone.body.conv1.weight"
    wrong = {
        "it holds no plain tensors": [b"", b"PK", pickle.dumps(Evil()), packed(Evil())],
        "no roi_heads": [packed({}), packed([1]), packed({"model": {"a": 1}})],
        "its weights have no names": [packed({"model": 3})],
        f"Missing key.*{key}": [packed({k: v for k, v in weights.items() if k != key})],
        "size mismatch": [packed({**weights, key: torch.zeros(2)})],
    }
    for reason, contents in wrong.items():
        for content in contents:
            with pytest.raises(ModelError, match=reason) as caught:
                Network(content, "own.pth", epsilon=1e-5)
            assert "\n" not in str(caught.value)
            assert "own.pth holds no weights" in str(caught.value)
    assert capsys.readouterr().out == ""
