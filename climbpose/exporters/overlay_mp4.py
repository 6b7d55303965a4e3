"""The annotated video: the frames are read again, drawn on in layers, and written."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose import render
from climbpose.errors import TracksError, UsageError
from climbpose.exporters.base import register
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack
from climbpose.timings import Timings
from climbpose.video import Picture, VideoReader, VideoWriter, encoders, prefetch
from climbpose.video.container import MAX_SIDE

_TIME_TOLERANCE_S = 1e-3
"""Tracks are written with six decimals; another video's frames differ by more."""

_SCALES, _CRFS = (0.05, 4.0), (0, 51)


@dataclass(frozen=True)
class OverlayOptions:
    """How the annotated video looks and is encoded.

    Attributes:
        layers: Names of render layers.
        rotate: Degrees clockwise instead of what the file says; None honours the file.
        start: Seconds from the first frame, None for the beginning.
        end: Seconds from the first frame, None for the end.
        scale: Output pixels for each source pixel.
        crf: x264's constant rate factor.
        preset: x264's preset.
        encoder: One of `climbpose.video.encoders.NAMES`.
        with_audio: Carries the sound over.
    """

    layers: tuple[str, ...] = ("skeleton",)
    rotate: int | None = None
    start: float | None = None
    end: float | None = None
    scale: float = 1.0
    crf: int = 22
    preset: str = "superfast"
    encoder: str = encoders.DEFAULT
    with_audio: bool = True

    def __post_init__(self) -> None:
        for name, seconds in (("start", self.start), ("end", self.end)):
            if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
                raise UsageError(f"--{name}: expected seconds from 0 on, found {seconds:g}")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise UsageError(
                f"--end: expected more than --start, which is {self.start:g} s, "
                f"found {self.end:g} s"
            )
        for name, value, (low, high) in (
            ("scale", self.scale, _SCALES),
            ("crf", self.crf, _CRFS),
        ):
            if not low <= value <= high:
                raise UsageError(f"--{name}: expected {low:g} to {high:g}, found {value:g}")

    @property
    def is_range(self) -> bool:
        """Whether a part of the video was asked for."""
        return self.start is not None or self.end is not None


@register("overlay-mp4")
@dataclass(eq=False)
class OverlayMp4:
    """Writes the annotated video.

    Attributes:
        options: Look and encoding.
        timings: Takes the seconds of decoding, drawing and encoding.
        on_frame: Called after each frame.
        warnings: What was mended or lost, filled while writing.
    """

    suffix: ClassVar[str] = "_pose.mp4"

    options: OverlayOptions = field(default_factory=OverlayOptions)
    timings: Timings = field(default_factory=Timings)
    on_frame: Callable[[], None] = lambda: None
    warnings: list[str] = field(default_factory=list)

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the video.

        Raises:
            TracksError: The poses are of another video.
            VideoError: The source cannot be read or the output cannot be written.
        """
        options, info = self.options, analysis.video
        check_inside(analysis)
        width, height = output_size(info.width, info.height, options.scale)
        layers = render.create(options.layers, analysis, options.scale)
        with (
            VideoReader(
                info.path, rotate=options.rotate, start=options.start, end=options.end
            ) as reader,
            part_file(path) as part,
            VideoWriter(
                part,
                source=reader.source,
                width=width,
                height=height,
                crf=options.crf,
                preset=options.preset,
                with_audio=options.with_audio,
                encoder=options.encoder,
            ) as writer,
            # Closed before the reader: its thread must not read from a closed file.
            closing(
                prefetch(self.timings.watch(reader.pictures(width, height), "decode again"))
            ) as pictures,
        ):
            for row, picture in _matched(pictures, analysis.poses, is_range=options.is_range):
                with self.timings.measure("draw"):
                    for layer in layers:
                        layer.draw(picture, row)
                with self.timings.measure("encode"):
                    writer.write(picture)
                self.on_frame()
            writer.end_time = reader.end_time
            with self.timings.measure("encode"):
                writer.close()
        self.warnings += writer.warnings


def output_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Width and height of the annotated video, pixels.

    Raises:
        UsageError: It is larger than what players and we ourselves read.
    """
    size = max(round(width * scale), 2), max(round(height * scale), 2)
    if max(size) > MAX_SIDE:
        raise UsageError(
            f"--scale {scale:g} makes {width} x {height} pixels {size[0]} x {size[1]}; expected at "
            f"most {MAX_SIDE} a side, choose a smaller scale"
        )
    return size


def check_inside(analysis: Analysis) -> None:
    """Refuses tracks whose keypoints lie mostly outside the picture: they are of another video."""
    width, height = analysis.video.width, analysis.video.height
    xy = analysis.poses.xy[np.isfinite(analysis.poses.xy).all(axis=2)]
    is_outside = (xy < 0).any(axis=1) | (xy > (width, height)).any(axis=1)
    if len(xy) and is_outside.mean() > 0.5:
        raise TracksError(
            f"{is_outside.mean():.0%} of the tracks' keypoints lie outside the {width} x {height} "
            "picture; are they of another video, or was --rotate different?"
        )


def _matched(
    pictures: Iterator[Picture], poses: PoseTrack, *, is_range: bool
) -> Iterator[tuple[int, Picture]]:
    """Each picture with its row; every one has it, and outside a range rows may be left over."""
    rows = {int(index): row for row, index in enumerate(poses.frame_index)}
    first = last = None
    for picture in pictures:
        row = rows.pop(picture.index, None)
        if row is None:
            raise TracksError(
                f"the tracks have no row for frame {picture.index} of the video; are they of "
                "another video, or of other --start and --end?"
            )
        if abs(poses.time[row] - float(picture.time)) > _TIME_TOLERANCE_S:
            raise TracksError(
                f"frame {picture.index} is at {float(picture.time):.3f} s in the video but at "
                f"{poses.time[row]:.3f} s in the tracks; are they of another video?"
            )
        first, last = picture.index if first is None else first, picture.index
        yield row, picture
    if is_range and first is not None and last is not None:
        rows = {index: row for index, row in rows.items() if first < index < last}
    if rows:
        raise TracksError(
            f"the tracks have {len(rows)} rows more than the video has frames; are they of another "
            "video, or of other --start and --end?"
        )
