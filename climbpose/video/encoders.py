"""What encodes H.264: x264, or a graphics card where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av

from climbpose.errors import UsageError

AUTO, DEFAULT = "auto", "x264"

_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow"),
)


@dataclass(frozen=True, slots=True)
class Encoder:
    """One that is there.

    Attributes:
        name: As the user calls it.
        codec: As FFmpeg calls it.
        pixel_format: That it takes; 8 bits of 4:2:0 in any case.
    """

    name: str
    codec: str
    pixel_format: str = "yuv420p"

    def options(self, crf: int, preset: str) -> Mapping[str, str]:
        """FFmpeg's options for about the quality and the effort that x264's mean."""
        effort = _PRESETS.index(preset)
        match self.name:
            case "nvenc":
                speed = str(1 + effort * 6 // (len(_PRESETS) - 1))
                return {"rc": "vbr", "cq": str(crf), "b": "0", "preset": f"p{speed}"}
            case "qsv":
                # It knows no faster ones than veryfast.
                return {"global_quality": str(crf), "preset": _PRESETS[max(effort, 2)]}
            case "videotoolbox":
                return {"global_quality": str(118 * max(1, 100 - 2 * crf)), "flags": "+qscale"}
            case _:
                return {"crf": str(crf), "preset": preset}


_X264 = Encoder(DEFAULT, "libx264")
_HARDWARE = (
    Encoder("nvenc", "h264_nvenc"),
    Encoder("qsv", "h264_qsv", "nv12"),
    Encoder("videotoolbox", "h264_videotoolbox"),
)

NAMES = (DEFAULT, AUTO, *(encoder.name for encoder in _HARDWARE))


def find(name: str) -> Encoder:
    """The encoder of a name; of ``auto`` the first in hardware that is there, else x264.

    Raises:
        UsageError: It is not known, or this machine has none such.
    """
    if name not in NAMES:
        raise UsageError(f"--encoder {name!r} is not known; choose one of: {', '.join(NAMES)}")
    if name == AUTO:
        return next((each for each in _HARDWARE if _failure_of(each) is None), _X264)
    encoder = next(each for each in (_X264, *_HARDWARE) if each.name == name)
    failure = None if encoder is _X264 else _failure_of(encoder)
    if failure is not None:
        raise UsageError(
            f"--encoder {name}: expected such an encoder on this machine, found none that works "
            f"({failure}); leave it out, or choose {AUTO}"
        )
    return encoder


@cache
def _failure_of(encoder: Encoder) -> str | None:
    """Why an encoder cannot be used, None if it can: it is opened to see."""
    try:
        context = av.CodecContext.create(encoder.codec, "w")
        assert isinstance(context, av.VideoCodecContext)
        context.width = context.height = 256
        context.pix_fmt, context.framerate = encoder.pixel_format, Fraction(30)
        context.options = dict(encoder.options(22, "superfast"))
        context.open()
    except (av.error.FFmpegError, ValueError) as error:
        return str(getattr(error, "strerror", None) or "not built in")
    return None
