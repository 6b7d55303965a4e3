"""What passes from a video's reader to the writer of its annotated copy."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from climbpose.video.colour import Colour


@dataclass(frozen=True, slots=True)
class Source:
    """What a writer needs to know of the video whose frames it is given.

    Attributes:
        path: The file, for its sound.
        time_base: Tick of the presentation times, seconds.
        fps: Average frames a second as stated, None where the file does not say.
        colour: Of the stored pictures.
        pixel_aspect: Width of a pixel of the upright picture through its height.
        is_cut: Whether only a range was asked for.
        until: Presentation time at which that range ends, seconds; None at the file's end.
    """

    path: Path
    time_base: Fraction
    fps: Fraction | None
    colour: Colour
    pixel_aspect: Fraction = Fraction(1)
    is_cut: bool = False
    until: Fraction | None = None
