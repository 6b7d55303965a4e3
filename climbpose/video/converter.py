"""Turn stored pictures into upright ones, to look at or to draw on."""

from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from jaxtyping import UInt8

from climbpose.pixels import Pixels, RgbPixels
from climbpose.video.colour import Colour
from climbpose.video.orientation import Orientation
from climbpose.video.picture import Picture, pixels
from climbpose.video.planes import PlanarPixels

_PLAIN = frozenset({"yuv420p", "yuvj420p"})  # 8 bits, chroma halved both ways: what is encoded


class Converter:
    """Makes one video's stored pictures upright: as RGB, or as `Picture` in the video's own YUV.

    Args:
        orientation: How to turn them.
        colour: What their numbers stand for.
    """

    def __init__(self, orientation: Orientation, colour: Colour) -> None:
        self._orientation, self._colour = orientation, colour
        self._reformatter = VideoReformatter()

    def image(
        self, stored: av.VideoFrame, width: int, height: int
    ) -> UInt8[np.ndarray, "height width 3"]:
        """The upright picture as RGB.

        Args:
            stored: As decoded; it stays as it is.
            width: Of the upright picture, pixels.
            height: Of the upright picture, pixels.
        """
        converted = self._reformatted(stored, width, height, "rgb24")
        image = pixels(converted.planes[0], 3)
        upright = self._orientation.upright(image)
        if upright is image and (converted is stored or not image.flags.c_contiguous):
            # The decoder may still need its own picture.
            upright = image.copy()
        return upright

    def pixels(self, stored: av.VideoFrame, width: int, height: int) -> Pixels:
        """The upright picture to look at, made where it is looked at.

        Args:
            stored: As decoded; it stays as it is.
            width: Of the upright picture, pixels.
            height: Of the upright picture, pixels.
        """
        if stored.planes[0].line_size < 0 or stored.format.is_rgb or stored.format.has_palette:
            return RgbPixels(self.image(stored, width, height))
        planar = self._reformatted(stored, width, height, "yuv420p")
        y, u, v = (pixels(plane) for plane in planar.planes)
        return PlanarPixels(
            (y, u, v),
            width,
            height,
            self._orientation,
            self._colour,
            lambda: self.image(stored, width, height),
        )

    def picture(
        self, stored: av.VideoFrame, index: int, time: Fraction, width: int, height: int
    ) -> Picture:
        """The upright picture to draw on; 8 bits of 4:2:0 that keep their size stay bit exact.

        Args:
            stored: As decoded; it stays as it is.
            index: The picture's index.
            time: Its presentation time, seconds.
            width: Of the upright picture, pixels.
            height: Of the upright picture, pixels.
        """
        # What is halved at a right or lower end must not come to lie at a left or upper one; and a
        # picture that lies upside down in memory is not what its planes' buffers say.
        is_turned_odd = (width % 2 or height % 2) and self._orientation != Orientation()
        if is_turned_odd or stored.planes[0].line_size < 0:
            image = self.image(stored, width, height)
            return Picture.of_rgb(image, index, time, self._colour)
        planar = self._reformatted(stored, width, height, "yuv420p")
        picture = Picture.empty(index, time, width, height, self._colour)
        for plane, into in zip(planar.planes, (picture.y, picture.u, picture.v), strict=True):
            component = pixels(plane)
            rows, columns = component.shape
            if self._orientation.swaps_sides:
                rows, columns = columns, rows
            self._orientation.upright(component, into[:rows, :columns])
        picture.y[height:] = picture.y[height - 1]
        picture.y[:, width:] = picture.y[:, width - 1 : width]
        return picture

    def _reformatted(
        self, stored: av.VideoFrame, width: int, height: int, wanted: str
    ) -> av.VideoFrame:
        """The picture in another format and size, not turned yet; itself where it has them.

        Args:
            stored: As decoded.
            width: Of the upright picture, pixels.
            height: Of the upright picture, pixels.
            wanted: ``rgb24`` or ``yuv420p``.
        """
        if self._orientation.swaps_sides:
            width, height = height, width
        has_size = (stored.width, stored.height) == (width, height)
        if has_size and wanted == "yuv420p" and stored.format.name in _PLAIN:
            return stored
        if has_size:
            method = Interpolation.BILINEAR
        else:
            method = Interpolation.AREA if height < stored.height else Interpolation.BICUBIC
        colour = self._colour
        yuv = colour.converter_matrix, colour.converter_range
        rgb = colour.converter_other_matrix, ColorRange.JPEG
        source = rgb if stored.format.is_rgb or stored.format.has_palette else yuv
        target = rgb if wanted == "rgb24" else yuv
        if target == source == yuv and stored.format.name.startswith("yuvj"):
            # Before PyAV 17 the format alone says the range where both sides have the same.
            wanted = "yuvj420p"
        return self._reformatter.reformat(
            stored,
            width=width,
            height=height,
            format=wanted,
            src_colorspace=source[0],
            dst_colorspace=target[0],
            interpolation=method,
            src_color_range=source[1],
            dst_color_range=target[1],
        )
