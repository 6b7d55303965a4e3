"""Open a file as what it is: one local video, never a list of other files or an address."""

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import av
from av.container import InputContainer

from climbpose.errors import UsageError, VideoError

MAX_SIDE = 8192
"""The longest side of a picture that is read, pixels; 8K phones record 7680 x 4320."""

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpeg,mpegts,ogg"
"""Containers that hold everything in one file. Playlists, scripts and picture series are not
among them, so that a file in disguise cannot make the demuxer open anything else."""

if TYPE_CHECKING:
    Packet = av.Packet[Any]
else:
    Packet = av.Packet  # has no type arguments at run time

_GENERATE_TIMES = 1  # AVFMT_FLAG_GENPTS, which PyAV sets
_PICTURE_BRANDS = frozenset({"heic", "heix", "heim", "heis", "mif1", "avif"})
_EXPECTED = "expected a video (mp4, mov, mkv, webm, avi)"


def shown(path: Path) -> str:
    """A path as it stands in a message, on one line whatever its name holds."""
    text = str(path)
    return text if text.isprintable() else ascii(text)


def local_url(path: Path) -> str:
    """An address that FFmpeg takes for this file and nothing else, whatever its name looks like."""
    return f"file:{path}"


def open_local(path: Path) -> InputContainer:
    """Open a local video file for reading.

    Raises:
        UsageError: There is no such file, or it is a folder.
        VideoError: It cannot be read or is not a video.
    """
    _refuse_what_is_no_file(path)
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": DEMUXERS,
        "enable_drefs": "0",
        "max_pixels": str(MAX_SIDE * MAX_SIDE),
    }
    try:
        container = av.open(local_url(path), "r", options=options, metadata_errors="replace")
    except MemoryError as error:
        raise VideoError(f"{shown(path)}: not enough memory to open it") from error
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(f"{shown(path)}: {_EXPECTED}, found {_what_it_is(path)}") from error
    if container.metadata.get("major_brand") in _PICTURE_BRANDS:
        container.close()
        raise VideoError(f"{shown(path)}: {_EXPECTED}, found a picture")
    # Times that FFmpeg makes up from the decoding order are wrong for B-frames in AVI; a decoder
    # that is left without hands on the decoding times, which are right once pictures are in order.
    container.flags &= ~_GENERATE_TIMES
    return container


def _refuse_what_is_no_file(path: Path) -> None:
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size:
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UsageError(f"{shown(path)}: no such file; check the name") from error
    except OSError as error:
        raise VideoError(
            f"{shown(path)}: cannot be read ({error.strerror}); check its permissions"
        ) from error
    if stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{shown(path)}: is a folder; give the video files in it")
    if not stat.S_ISREG(status.st_mode):
        raise VideoError(f"{shown(path)}: {_EXPECTED}, found a device or a pipe; give a file")
    if not status.st_size:
        raise VideoError(f"{shown(path)}: {_EXPECTED}, found an empty file; copy it again")


def _what_it_is(path: Path) -> str:
    """What a file seems to be that could not be opened, and what to do."""
    with path.open("rb") as file:
        head = file.read(16)
        has_index = b"moov" in _box_types(file)
    if head[4:8] == b"ftyp" and not has_index:
        return (
            "an mp4 without its index (moov): the recording or the copy was cut short; "
            "copy it again from the phone"
        )
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")) or head[8:12] == b"WEBP":
        return "a picture"
    return "something else or a damaged header; copy it again or convert it to mp4"


def _box_types(file: BinaryIO) -> list[bytes]:
    """Types of the top boxes of an ISO file (ISO/IEC 14496-12, 4.2)."""
    types: list[bytes] = []
    position = 0
    while len(types) < 64:
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            break
        types.append(header[4:8])
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:], "big")
        if size < 8:
            break
        position += size
    return types
