"""A stand-in for the making of a clip: quick, and as repeatable as the real one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from climbpose.labels import ClipLabels
from climbpose.synth.variation import Config
from climbpose.video import Colour, Picture, Source, VideoWriter
from tests.labelled import make_labels


def make_fake_clip(config: Config, path: Path, advance: Callable[[int], None]) -> ClipLabels:
    """Writes pictures of one colour and makes labels that fit to them."""
    rng = config.stream("fake")
    source = Source(path, 1 / config.rate, config.rate, Colour())
    width, height = config.width, config.height
    with VideoWriter(
        path, source=source, width=width, height=height, with_audio=False, threads=1
    ) as writer:
        for frame in range(config.frames):
            image = np.full((height, width, 3), rng.integers(256, size=3), np.uint8)
            writer.write(Picture.of_rgb(image, frame, frame / config.rate, Colour()))
            advance(1)
    return make_labels(
        config.frames,
        seed=int(rng.integers(2**32)),
        fps=config.rate,
        index=config.index,
        look=config.look,
        config=config.to_json(),
        contacts=(),
        phases=(),
        width=width,
        height=height,
    )
