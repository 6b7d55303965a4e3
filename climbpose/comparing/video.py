"""Videos of two attempts in step: side by side, or one as a ghost on the other's pictures."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from climbpose.comparing.alignment import Alignment
from climbpose.comparing.ghost import GHOST, Ghost
from climbpose.comparing.labels import write_label
from climbpose.comparing.playing import Filmed, Player, Size, player, skeleton, to_shown
from climbpose.comparing.registration import Registration
from climbpose.errors import UsageError
from climbpose.files import part_file
from climbpose.render.canvas import NEUTRAL
from climbpose.render.caption import clock
from climbpose.video import Colour, Picture, Source, VideoReader, VideoWriter

_TIME_BASE = Fraction(1, 90_000)
_GAP = 4
"""Between the pictures that lie side by side, pixels; even, so that chroma divides."""

_MIN_HEIGHT, _MAX_HEIGHT = 64, 4320
_BLACK, _GREY = 16, 128
"""In the numbers of luma and chroma."""


@dataclass(frozen=True)
class FilmOptions:
    """How the videos of two attempts look and are encoded.

    Attributes:
        height: Of the pictures at most, pixels.
        has_skeletons: Whether the skeletons are drawn.
        ghost_opacity: How much of B's own picture is seen on A's, 0 to 1; at 0 a ghost is a
            skeleton only.
        crf: x264's constant rate factor.
        preset: x264's preset.
    """

    height: int = 1080
    has_skeletons: bool = True
    ghost_opacity: float = 0.0
    crf: int = 22
    preset: str = "superfast"

    def __post_init__(self) -> None:
        if not _MIN_HEIGHT <= self.height <= _MAX_HEIGHT:
            raise UsageError(
                f"height: expected {_MIN_HEIGHT} to {_MAX_HEIGHT} pixels, found {self.height}"
            )
        if not 0 <= self.ghost_opacity <= 1:
            raise UsageError(f"ghost_opacity: expected 0 to 1, found {self.ghost_opacity:g}")


def write_side_by_side(
    a: Filmed,
    b: Filmed,
    alignment: Alignment,
    path: Path,
    options: FilmOptions | None = None,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Writes a video of both attempts, A on the left, equally high, without sound.

    Args:
        a: One attempt, whose times are kept.
        b: The other.
        alignment: Which rows are shown together.
        path: The video, whose folder exists.
        options: How it looks; None takes what is usual.
        advance: Called after each picture.

    Raises:
        TracksError: The poses are of other videos.
        VideoError: A video cannot be read or written.
    """
    options = options or FilmOptions()
    with ExitStack() as stack:
        readers = [_reader(stack, one) for one in (a, b)]
        colour = readers[0].source.colour
        height = min(options.height, max(reader.info.height for reader in readers))
        sizes = [Size.of(reader, height) for reader in readers]
        players = [
            stack.enter_context(player(*one, colour, has_skeleton=options.has_skeletons))
            for one in zip((a, b), readers, sizes, strict=True)
        ]
        begins = (0, sizes[0].width + _GAP)
        whole = Size(begins[1] + sizes[1].width, sizes[0].height)
        writer = _writer(stack, path, readers[0], whole, options)
        for moment in _moments(alignment):
            picture = moment.empty(whole, colour)
            for one, row, begin in zip(players, moment.rows, begins, strict=True):
                _copy(one.at(row), picture, begin)
            for letter, attempt, row, begin in zip("AB", (a, b), moment.rows, begins, strict=True):
                write_label(picture, _words(letter, attempt, row), NEUTRAL, begin)
            writer.write(picture)
            advance()


def write_ghost(
    a: Filmed,
    b: Filmed,
    alignment: Alignment,
    registration: Registration,
    path: Path,
    options: FilmOptions | None = None,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Writes a video of attempt A with B as a ghost on the same wall, without sound.

    Args:
        a: The attempt whose pictures and times are kept.
        b: The ghost.
        alignment: Which rows are shown together.
        registration: How the wall of B lies on that of A.
        path: The video, whose folder exists.
        options: How it looks; None takes what is usual.
        advance: Called after each picture.

    Raises:
        TracksError: The poses are of other videos.
        VideoError: A video cannot be read or written.
    """
    options = options or FilmOptions()
    with ExitStack() as stack:
        readers = [_reader(stack, one) for one in (a, b)]
        colour = readers[0].source.colour
        sizes = [Size.of(reader, min(options.height, reader.info.height)) for reader in readers]
        inputs = list(zip((a, b), readers, sizes, strict=True))
        below = stack.enter_context(player(*inputs[0], colour, has_skeleton=False))
        other: Player | None = None
        if options.ghost_opacity > 0:
            other = stack.enter_context(player(*inputs[1], colour, has_skeleton=False))
        shown = [to_shown(reader, size) for reader, size in zip(readers, sizes, strict=True)]
        ghost = Ghost(a, b, alignment, registration, (shown[0], shown[1]))
        own = skeleton(*inputs[0]) if options.has_skeletons else None
        writer = _writer(stack, path, readers[0], sizes[0], options)
        for moment in _moments(alignment):
            picture = moment.empty(sizes[0], colour)
            _copy(below.at(moment.rows[0]), picture, 0)
            if other is not None:
                ghost.lay(picture, other.at(moment.rows[1]), moment.number, options.ghost_opacity)
            ghost.draw(picture, moment.number)
            if own is not None:
                own.draw(picture, moment.rows[0])
            write_label(picture, _words("A", a, moment.rows[0]), NEUTRAL, 0)
            write_label(picture, _words("B", b, moment.rows[1]), GHOST, 0, line=1)
            writer.write(picture)
            advance()


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is shown in one picture.

    Attributes:
        number: Of the picture.
        time: Its presentation time, seconds.
        rows: Of A's track and of B's.
    """

    number: int
    time: Fraction
    rows: tuple[int, int]

    def empty(self, size: Size, colour: Colour) -> Picture:
        """A picture of this moment, black."""
        picture = Picture.empty(self.number, self.time, size.width, size.height, colour)
        picture.y[:] = 0 if colour.is_full_range else _BLACK
        picture.u[:] = picture.v[:] = _GREY
        return picture


def _moments(alignment: Alignment) -> Iterator[_Moment]:
    both = zip(alignment.time, alignment.a_rows, alignment.b_rows, strict=True)
    for number, (seconds, a_row, b_row) in enumerate(both):
        ticks = round(float(seconds) / _TIME_BASE)
        yield _Moment(number, ticks * _TIME_BASE, (int(a_row), int(b_row)))


def _reader(stack: ExitStack, filmed: Filmed) -> VideoReader:
    return stack.enter_context(VideoReader(filmed.video, rotate=filmed.rotate))


def _writer(
    stack: ExitStack, path: Path, reader: VideoReader, size: Size, options: FilmOptions
) -> VideoWriter:
    """A video with A's rate and colour."""
    part = stack.enter_context(part_file(path))
    source = Source(part, _TIME_BASE, reader.source.fps, reader.source.colour)
    writer = VideoWriter(
        part,
        source=source,
        width=size.width,
        height=size.height,
        crf=options.crf,
        preset=options.preset,
        with_audio=False,
    )
    return stack.enter_context(writer)


def _copy(picture: Picture, into: Picture, left: int) -> None:
    """Copies a picture into one that is as high."""
    rows, columns = picture.y.shape
    into.y[:rows, left : left + columns] = picture.y
    into.u[: rows // 2, left // 2 : (left + columns) // 2] = picture.u
    into.v[: rows // 2, left // 2 : (left + columns) // 2] = picture.v


def _words(letter: str, filmed: Filmed, row: int) -> str:
    return f"{letter}  {clock(float(filmed.poses.time[row]))}"
