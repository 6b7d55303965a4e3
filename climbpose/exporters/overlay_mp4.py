"""The annotated video: the frames are read again, drawn on in layers, and written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from climbpose import render
from climbpose.errors import TracksError
from climbpose.exporters.base import part_file, register
from climbpose.poses import Analysis, Frame, PoseTrack
from climbpose.timings import Timings
from climbpose.video import VideoReader, VideoWriter, prefetch

_TIME_TOLERANCE_S = 1e-3
"""Tracks are written with six decimals; another video's frames differ by more."""


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
        with_audio: Carries the sound over.
    """

    layers: tuple[str, ...] = ("skeleton",)
    rotate: int | None = None
    start: float | None = None
    end: float | None = None
    scale: float = 1.0
    crf: int = 20
    preset: str = "veryfast"
    with_audio: bool = True


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
        options = self.options
        _check_inside(analysis)
        layers = render.create(options.layers, analysis, options.scale)
        with (
            VideoReader(
                analysis.video.path, rotate=options.rotate, start=options.start, end=options.end
            ) as reader,
            part_file(path) as part,
            VideoWriter(
                part,
                source=reader.source,
                width=max(round(reader.info.width * options.scale), 2),
                height=max(round(reader.info.height * options.scale), 2),
                crf=options.crf,
                preset=options.preset,
                with_audio=options.with_audio,
            ) as writer,
        ):
            frames = prefetch(self.timings.watch(reader, "decode again"))
            for row, frame in _matched(frames, analysis.poses):
                with self.timings.measure("draw"):
                    image = _scaled(frame.image, options.scale)
                    for layer in layers:
                        layer.draw(image, row)
                with self.timings.measure("encode"):
                    writer.write(image, frame.time)
                self.on_frame()
            writer.end_time = reader.end_time
            with self.timings.measure("encode"):
                writer.close()
        self.warnings += writer.warnings


def _scaled(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return image
    height, width = image.shape[:2]
    size = max(round(width * scale), 2), max(round(height * scale), 2)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method))


def _check_inside(analysis: Analysis) -> None:
    """Refuses tracks whose keypoints lie mostly outside the picture: they are of another video."""
    width, height = analysis.video.width, analysis.video.height
    xy = analysis.poses.xy[np.isfinite(analysis.poses.xy).all(axis=2)]
    is_outside = (xy < 0).any(axis=1) | (xy > (width, height)).any(axis=1)
    if len(xy) and is_outside.mean() > 0.5:
        raise TracksError(
            f"{is_outside.mean():.0%} of the tracks' keypoints lie outside the {width} x {height} "
            "picture; are they of another video, or was --rotate different?"
        )


def _matched(frames: Iterator[Frame], poses: PoseTrack) -> Iterator[tuple[int, Frame]]:
    """Each frame with its row; frames and rows must be the same."""
    rows = {int(index): row for row, index in enumerate(poses.frame_index)}
    for frame in frames:
        row = rows.pop(frame.index, None)
        if row is None:
            raise TracksError(
                f"the tracks have no row for frame {frame.index} of the video; are they of another "
                "video, or of other --start and --end?"
            )
        if abs(poses.time[row] - float(frame.time)) > _TIME_TOLERANCE_S:
            raise TracksError(
                f"frame {frame.index} is at {float(frame.time):.3f} s in the video but at "
                f"{poses.time[row]:.3f} s in the tracks; are they of another video?"
            )
        yield row, frame
    if rows:
        raise TracksError(
            f"the tracks have {len(rows)} rows more than the video has frames; are they of another "
            "video, or of other --start and --end?"
        )
