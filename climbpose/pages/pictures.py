"""Pictures as a page holds them."""

import base64
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from climbpose.video.glimpses import glimpses

_QUALITY = 82
_STILL_HEIGHT = 480


def jpeg(image: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """An RGB picture as a file."""
    coded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return coded.tobytes()


def source(coded: bytes) -> str:
    """A JPEG file as an address."""
    return "data:image/jpeg;base64," + base64.b64encode(coded).decode()


def still(film: Path) -> str | None:
    """The address of a picture from the middle of a film, None where it has none.

    Without it browsers leave the film black until it is played.

    Raises:
        UsageError: There is no such file.
        VideoError: The file is not a video.
    """
    pictures = [glimpse.pixels for glimpse in glimpses(film, 3)]
    if not pictures:
        return None
    middle = pictures[len(pictures) // 2]
    scale = min(1.0, _STILL_HEIGHT / middle.height)
    small = middle.reduced(round(scale * middle.width), round(scale * middle.height))
    return source(jpeg(small.rgb()))
