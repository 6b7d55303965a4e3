"""Frames in a shape that H.264 takes."""

import av
import numpy as np
from jaxtyping import UInt8


class Canvas:
    """A picture with even sides that frames are copied into.

    Attributes:
        frame: The picture, RGB.
    """

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width + width % 2, height + height % 2, "rgb24")
        plane = self.frame.planes[0]
        self._size = height, width
        self._pixels: UInt8[np.ndarray, "even_height even_width 3"] = np.ndarray(
            (self.frame.height, self.frame.width, 3),
            dtype=np.uint8,
            buffer=plane,  # type: ignore[arg-type]  # has the buffer protocol, not its stub
            strides=(plane.line_size, 3, 1),
        )

    def paint(self, image: UInt8[np.ndarray, "height width 3"]) -> None:
        """Copy a frame; a row or column that is missing repeats the last one."""
        height, width = self._size
        self._pixels[:height, :width] = image
        self._pixels[:height, width:] = image[:, -1:]
        self._pixels[height:] = self._pixels[height - 1]
