"""The network itself: torchvision's Keypoint R-CNN with a ResNet-50 and a feature pyramid.

He et al., "Mask R-CNN" (2017). The weights are a state dict as torchvision's own training scripts
write it, of 17 keypoints or any other number.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.errors import ModelError

BATCH_ON_GPU = 8
"""Frames looked at at once where there is a GPU; a CPU gains nothing by it."""

MIN_SCORE = 0.5
"""Below this probability a box holds nobody."""

_MAX_PEOPLE = 8
_MIN_SIDE, _MAX_SIDE = 800, 1333
"""Pixels to which a picture is scaled, as in the published training."""

_PERSON = 1
"""The class; 0 is the background."""

_KEYPOINTS = "roi_heads.keypoint_predictor.kps_score_lowres.bias"
_CLASSES = "roi_heads.box_predictor.cls_score.bias"

_INSTALL = (
    "install both from one place, such as `pip install --force-reinstall torch torchvision "
    "--index-url https://download.pytorch.org/whl/cpu` (or .../cu126 for a GPU)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The people in one picture.

    Attributes:
        boxes: ``x1 y1 x2 y2``, pixels: the regions that the heatmaps cover.
        scores: In [0, 1].
        logits: The keypoint head's last layer, over each box.
    """

    boxes: Float32[np.ndarray, "people 4"]
    scores: Float32[np.ndarray, " people"]
    logits: Float32[np.ndarray, "people keypoints 56 56"]


class Network:
    """A loaded network, on the GPU if there is one.

    Args:
        content: Of the file of weights, a zip archive as torch writes it.
        name: Of that file, for messages.
        epsilon: What the network was trained with in the batch normalisations, which are frozen.
        min_side: Pixels to which a picture's shorter side is scaled.

    Attributes:
        keypoints: How many it finds.
        batch: How many pictures it should be given at once.

    Raises:
        ModelError: torch or torchvision is absent or broken, or the file is not of this network.
    """

    def __init__(
        self, content: bytes, name: str, *, epsilon: float, min_side: int = _MIN_SIDE
    ) -> None:
        torch = load_torch()
        state = _state(content, name)
        self.keypoints = len(state[_KEYPOINTS])
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.batch = BATCH_ON_GPU if self._device.type == "cuda" else 1
        model = _empty_model(self.keypoints, len(state[_CLASSES]), epsilon, min_side)
        try:
            model.load_state_dict(state)
        except RuntimeError as error:
            raise _unfit(name, _one_line(error)) from error
        self._model = model.eval().to(self._device)

    def __call__(self, images: Sequence[UInt8[np.ndarray, "h w 3"]]) -> list[Found]:
        """The people in each of some pictures of the same size."""
        import torch

        heads: list[Any] = []
        predictor = self._model.roi_heads.keypoint_predictor
        hook = predictor.register_forward_hook(lambda *given: heads.append(given[-1]))
        try:
            with torch.inference_mode():
                # Copied, since torch warns of arrays that may not be written to.
                pictures = [torch.from_numpy(image.copy()).to(self._device) for image in images]
                people = self._model([p.permute(2, 0, 1).float() / 255 for p in pictures])
        finally:
            hook.remove()
        # One pass over the regions of all pictures, in their order.
        logits = heads[0].split([len(each["boxes"]) for each in people])
        return [_found(each, part) for each, part in zip(people, logits, strict=True)]


def _found(people: Mapping[str, Any], logits: Any) -> Found:
    boxes = people["boxes"]
    # Nobody is less than a pixel wide, but a box at the picture's border may be.
    kept = (people["labels"] == _PERSON) & ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(dim=1)
    return Found(*(part[kept].float().cpu().numpy() for part in (boxes, people["scores"], logits)))


def load_torch() -> Any:
    """The module torch, once it is sure that torchvision's operators can be run with it.

    Raises:
        ModelError: They cannot.
    """
    try:
        import torch
        import torchvision
    except ImportError as error:
        raise ModelError(
            f"detector 'keypoint-rcnn' needs torch and torchvision ({error}); {_INSTALL}"
        ) from error
    # Wheels for another torch, or for CUDA beside a torch without it, fail in many ways.
    except Exception as error:
        raise _broken(error) from error
    try:
        torchvision.ops.nms(torch.zeros(1, 4), torch.ones(1), 0.5)
    except Exception as error:
        raise _broken(error) from error
    return torch


def _broken(error: Exception) -> ModelError:
    import torch

    return ModelError(
        f"torchvision's operators cannot be loaded by torch {torch.__version__} "
        f"({_one_line(error)}); {_INSTALL}"
    )


def _state(content: bytes, name: str) -> dict[str, Any]:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    # Of what is no file of torch's, it complains with whatever error its parser runs into.
    except Exception as error:
        raise _unfit(name, "it holds no plain tensors") from error
    # Training scripts write the optimiser's state beside.
    weights = loaded.get("model", loaded) if isinstance(loaded, dict) else {}
    if not isinstance(weights, dict):
        raise _unfit(name, "its weights have no names")
    state = {str(key).removeprefix("module."): weight for key, weight in weights.items()}
    for key in (_KEYPOINTS, _CLASSES):
        if not isinstance(state.get(key), torch.Tensor):
            raise _unfit(name, f"no {key}")
    return state


def _empty_model(keypoints: int, classes: int, epsilon: float, min_side: int) -> Any:
    from torchvision.models.detection import KeypointRCNN
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.ops.misc import FrozenBatchNorm2d

    model = KeypointRCNN(
        resnet_fpn_backbone(backbone_name="resnet50", weights=None, trainable_layers=0),
        num_classes=classes,
        num_keypoints=keypoints,
        min_size=min_side,
        max_size=_MAX_SIDE,
        box_score_thresh=MIN_SCORE,
        box_detections_per_img=_MAX_PEOPLE,
    )
    for module in model.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = epsilon
    return model


def _unfit(name: str, reason: str) -> ModelError:
    return ModelError(
        f"{name} holds no weights of torchvision's keypointrcnn_resnet50_fpn ({reason}); give "
        "another file with --weights"
    )


def _one_line(error: Exception) -> str:
    """The beginning of a message, which may be long."""
    text = " ".join(str(error).split())
    return text if len(text) <= 120 else f"{text[:117]}..."
