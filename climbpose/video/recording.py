"""Write a sound that no video has had yet, for a writer to carry over."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from jaxtyping import Float

from climbpose.errors import VideoError
from climbpose.video.container import local_url, shown

_CHUNK = 1 << 16


def write_sound(sound: Float[np.ndarray, " samples"], rate: int, path: Path) -> None:
    """Write a sound, uncompressed, as the only stream of a QuickTime file.

    Args:
        sound: Mono; what lies beyond -1 and 1 is cut.
        rate: Samples a second.
        path: Of the file.

    Raises:
        VideoError: The file cannot be written.
    """
    samples = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
    try:
        with av.open(local_url(path), "w", format="mov") as container:
            stream = container.add_stream("pcm_s16le", rate=rate)
            stream.codec_context.layout = "mono"
            for start in range(0, len(samples), _CHUNK):
                chunk = np.ascontiguousarray(samples[None, start : start + _CHUNK])
                frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise VideoError(f"{shown(path)}: cannot be written ({error.strerror})") from error
