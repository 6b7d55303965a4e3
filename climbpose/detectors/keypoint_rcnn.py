"""Keypoint R-CNN: the detector of the theses, by torchvision, for a GPU.

Its heatmaps are kept as they are, 56 x 56 over each person's region. The head was trained to say in
which of a map's cells the keypoint lies (He et al., "Mask R-CNN", 2017, section 5), so a softmax
over the cells makes probabilities of its last layer. Their largest is small where the peak is
broad, therefore a map is scaled: its peak is the probability of the cells within `_REACH` of it.
A sigmoid of each cell for itself would saturate, and say little of where in a cell the peak is.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Float64

from climbpose import assets as files
from climbpose.assets import Asset, Download
from climbpose.detectors.base import NO_OPTIONS, DetectorOptions, ModelFile, register
from climbpose.detectors.rcnn.network import Network
from climbpose.errors import ModelError, UsageError
from climbpose.heatmaps import DenseMaps
from climbpose.poses import HEATMAP_SIZE, Detection, Frame
from climbpose.skeleton import CLIMBING_25

_FILE = "keypointrcnn_resnet50_fpn_coco-fc266e95.pth"

ASSET = Asset(
    name=_FILE,
    sha256="fc266e953d2b302cdcbb9ae66f71f6b0d4649928bf02dc573961e361e4918926",
    source=Download(f"https://download.pytorch.org/models/{_FILE}", megabytes=226),
    member="",
    licence="BSD-3-Clause",
    only_for="keypoint-rcnn",
)
"""torchvision's COCO_V1."""

_PUBLISHED_EPSILON, _USUAL_EPSILON = 0.0, 1e-5
"""Of the batch normalisations, which torchvision changes for the published weights alone."""

COCO_KEYPOINTS = (
    "nose",
    *("left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle"),
)
"""In the order of COCO; the eyes are none of ours."""

_ORDERS = {len(names): names for names in (COCO_KEYPOINTS, CLIMBING_25.keypoints)}
"""What a checkpoint's maps are, by their number."""

_REACH = 2
"""Cells around the peak, about a tenth of a torso, that count for the confidence."""


@register("keypoint-rcnn")
class KeypointRCNN:
    """``--weights`` takes a checkpoint of one's own, of COCO's 17 keypoints or our 25.

    Raises:
        UsageError: An option has no effect.
        ModelError: torch, torchvision or the weights are absent or broken.
    """

    description: ClassVar[str] = (
        "torchvision's Keypoint R-CNN, 17 of COCO's keypoints, or 25 with --weights; wants a GPU"
    )
    assets: ClassVar[tuple[Asset, ...]] = (ASSET,)

    def __init__(self, options: DetectorOptions = NO_OPTIONS) -> None:
        if options.quality != DetectorOptions.quality:
            raise UsageError("--quality has no effect on detector 'keypoint-rcnn'; leave it out")
        path = options.weights or ASSET.path
        content = _read(path) if options.weights else files.load(ASSET)
        sha256 = hashlib.sha256(content).hexdigest()
        self.models: Sequence[ModelFile] = [ModelFile(path.name, sha256)]
        epsilon = _PUBLISHED_EPSILON if sha256 == ASSET.sha256 else _USUAL_EPSILON
        self._network = Network(content, path.name, epsilon=epsilon)
        if self._network.keypoints not in _ORDERS:
            known = " or ".join(map(str, _ORDERS))
            raise ModelError(
                f"{path} finds {self._network.keypoints} keypoints, expected {known}; choose "
                "another file for --weights"
            )
        self._order = _ORDERS[self._network.keypoints]

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        """The people of each frame."""
        store = _Store()
        for batch in _batches(frames, self._network.batch):
            found = self._network([frame.image for frame in batch])
            for frame, people in zip(batch, found, strict=True):
                rows = zip(people.boxes, people.scores, people.logits, strict=True)
                for box, score, logits in rows:
                    yield Detection(
                        frame_index=frame.index,
                        time=float(frame.time),
                        box=box,
                        maps=store.keep(scores_of(logits), self._order),
                        score=float(score),
                    )


def scores_of(
    logits: Float32[np.ndarray, "keypoints rows cols"],
) -> Float32[np.ndarray, "keypoints rows cols"]:
    """Heatmaps of logits: the softmax's shape, its peak as high as the peak's cells are probable.

    Where the logits are a quadratic surface, the heatmap is a Gaussian.
    """
    keypoints, rows, cols = logits.shape
    flat = logits.reshape(keypoints, -1)
    relative = np.exp((flat - flat.max(axis=1, keepdims=True)).astype(np.float64))
    row, col = np.divmod(flat.argmax(axis=1), cols)
    is_near = (np.abs(np.arange(rows) - row[:, None]) <= _REACH)[:, :, None] & (
        np.abs(np.arange(cols) - col[:, None]) <= _REACH
    )[:, None, :]
    near: Float64[np.ndarray, " keypoints"] = relative.sum(
        axis=1, where=is_near.reshape(flat.shape)
    )
    scores = relative * (near / relative.sum(axis=1))[:, None]
    shaped: Float32[np.ndarray, "keypoints rows cols"] = scores.reshape(logits.shape).astype(
        np.float32
    )
    return shaped


class _Store:
    """Heatmaps in nameless temporary files, so that memory does not grow with the video."""

    _ROOM = 64
    """People in a file, of 157 kB each."""

    def __init__(self) -> None:
        self._kept = 0
        self._maps = np.empty(0)

    def keep(self, maps: Float32[np.ndarray, "keypoints 56 56"], names: Sequence[str]) -> DenseMaps:
        """The maps of a person, in our order; empty where a keypoint of ours is not among them."""
        row = self._kept % self._ROOM
        if row == 0:
            shape = (self._ROOM, len(CLIMBING_25), HEATMAP_SIZE, HEATMAP_SIZE)
            with tempfile.TemporaryFile() as file:
                self._maps = np.memmap(file, np.float16, "w+", shape=shape)
        self._kept += 1
        kept = self._maps[row]
        for name, one in zip(names, maps, strict=True):
            if name in CLIMBING_25.keypoints:
                kept[CLIMBING_25.index(name)] = one
        return DenseMaps(kept)


def _batches(frames: Iterable[Frame], count: int) -> Iterator[list[Frame]]:
    batch: list[Frame] = []
    for frame in frames:
        batch.append(frame)
        if len(batch) == count:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"--weights {path} cannot be read ({error.strerror}); check the name"
        ) from error
