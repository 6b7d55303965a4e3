"""The landmark network that a training run begins with, or is taught by."""

from pathlib import Path

from climbpose import assets, checkpoint
from climbpose.checkpoint import Checkpoint
from climbpose.detectors.blazepose import LANDMARK_ASSET
from climbpose.errors import ModelError
from climbpose.networks import shapes, tflite

BLAZEPOSE = "blazepose"
"""The published network, of the fetched file."""

DEFAULT = "climbing"
"""The shipped one."""

_FAMILY = "landmarks"


def load_landmarks(name: str) -> Checkpoint:
    """A landmark network, and what is known of it.

    Args:
        name: ``blazepose``, or a shipped network such as ``climbing``, or a file: a published
            ``.tflite`` or a trained ``.safetensors``.

    Raises:
        ModelError: There is no such network, or it is none that finds landmarks.
    """
    if name == BLAZEPOSE:
        content = assets.load(LANDMARK_ASSET)
    elif name.endswith(".tflite"):
        try:
            content = Path(name).read_bytes()
        except OSError as error:
            raise ModelError(
                f"network {name} cannot be read ({error.strerror}); check the name"
            ) from error
    else:
        return checkpoint.load(name, family=_FAMILY, shapes=shapes.LANDMARKS)
    header = {"family": _FAMILY, "name": Path(name).stem}
    return Checkpoint(graph=tflite.read_landmarks(content), header=header)
