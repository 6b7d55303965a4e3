"""A picture to draw on, as the encoder takes it."""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from jaxtyping import UInt8

from climbpose.video.colour import Colour


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One upright picture in 8-bit YUV 4:2:0, to be drawn on in place and then encoded.

    H.264 needs even sides: the planes of a picture with an odd one are longer by a repeated column
    or row.

    Attributes:
        index: As a `Frame` has it.
        time: Presentation time in seconds, exact.
        width: Of what the picture shows, pixels.
        height: Of what the picture shows, pixels.
        colour: What the planes' numbers stand for.
        frame: What the encoder takes; the planes are views of it.
        y: Luma.
        u: Blue against luma, the mean of 2 x 2 pixels.
        v: Red against luma, the mean of 2 x 2 pixels.
    """

    index: int
    time: Fraction
    width: int
    height: int
    colour: Colour
    frame: av.VideoFrame
    y: UInt8[np.ndarray, "even_height even_width"]
    u: UInt8[np.ndarray, "half_height half_width"]
    v: UInt8[np.ndarray, "half_height half_width"]

    @classmethod
    def empty(
        cls, index: int, time: Fraction, width: int, height: int, colour: Colour
    ) -> "Picture":
        """A picture whose planes are still to be filled."""
        frame = av.VideoFrame(width + width % 2, height + height % 2, "yuv420p")
        y, u, v = (pixels(plane) for plane in frame.planes)
        return cls(index, time, width, height, colour, frame, y, u, v)

    @classmethod
    def of_rgb(
        cls,
        image: UInt8[np.ndarray, "height width 3"],
        index: int,
        time: Fraction,
        colour: Colour,
    ) -> "Picture":
        """A picture of the same content, in the numbers of a colour."""
        height, width = image.shape[:2]
        even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(even, "rgb24").reformat(
            format="yuv420p",
            src_colorspace=colour.converter_other_matrix,
            dst_colorspace=colour.converter_matrix,
            src_color_range=ColorRange.JPEG,
            dst_color_range=colour.converter_range,
        )
        y, u, v = (pixels(plane) for plane in frame.planes)
        return cls(index, time, width, height, colour, frame, y, u, v)


def pixels(plane: VideoPlane, channels: int | None = None) -> UInt8[np.ndarray, "rows columns ..."]:
    """The numbers of one plane of a picture, a view.

    Args:
        plane: Of 8 bits a number, its rows from top to bottom.
        channels: Numbers of a pixel that lie together; None makes an array without that axis.
    """
    inner = () if channels is None else (channels,)
    return np.ndarray(
        (plane.height, plane.width, *inner),
        dtype=np.uint8,
        buffer=plane,  # type: ignore[arg-type]  # has the buffer protocol, not its stub
        strides=(plane.line_size, channels or 1, *(1 for _ in inner)),
    )
