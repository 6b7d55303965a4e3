"""Makes a second attempt at the example's climb: filmed from elsewhere, with a pause, slow at last.

python examples/second_attempt.py [FOLDER]
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from boulder import config

from climbpose.synth.camera import Handling, View
from climbpose.synth.clip import make_clip
from climbpose.synth.variation import Config
from climbpose.video import Picture, VideoReader, VideoWriter

PAUSE_AT_S, PAUSE_S = Fraction(33, 10), Fraction(3, 2)
SLOW_FROM_S, SLOWER = Fraction(6), Fraction(8, 5)


def elsewhere() -> Config:
    """The same climb, seen from the left by somebody who holds the phone in a hand."""
    return replace(
        config(),
        view=View(azimuth_deg=-14, distance_m=5.5, height_m=1.5, share=0.3),
        handling=Handling(shake_deg=0.15, drift_deg=0.5, roll_deg=1.0),
    )


def retimed(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """The pictures with a pause, and slow at the end, at 30 a second."""
    step, shown, index = Fraction(1, 30), Fraction(0), 0
    for picture in pictures:
        is_pause = picture.time <= PAUSE_AT_S < picture.time + step
        shown += step * (SLOWER if picture.time >= SLOW_FROM_S else 1)
        shown += PAUSE_S if is_pause else 0
        while index * step < shown:
            yield replace(picture, index=index, time=index * step)
            index += 1


def main(folder: Path) -> None:
    """Writes the clip, whatever lies there already."""
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole.mp4"
        make_clip(elsewhere(), whole)
        with (
            VideoReader(whole) as reader,
            VideoWriter(
                folder / "second_attempt.mp4",
                source=reader.source,
                width=reader.info.width,
                height=reader.info.height,
                with_audio=False,
            ) as writer,
        ):
            for picture in retimed(reader.pictures()):
                writer.write(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
