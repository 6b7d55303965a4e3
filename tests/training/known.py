"""A sample of which nothing is known yet."""

import numpy as np

from climbpose.training.samples import SIDE, Sample, encode_picture


def blank_sample() -> Sample:
    """A grey picture; the teacher has all points in its middle and is sure of them."""
    return Sample(
        jpeg=encode_picture(np.full((SIDE, SIDE, 3), 128, np.uint8)),
        region=np.array([SIDE / 2, SIDE / 2, 260, 0], np.float32),
        truth=np.full((25, 2), np.nan, np.float32),
        seen=np.full(25, 255, np.uint8),
        points=np.full((39, 2), SIDE / 2, np.float32),
        spread=np.zeros(39, np.float32),
        visibility=np.ones(39, np.float32),
        depth=np.zeros(39, np.float32),
        world=np.zeros((39, 3), np.float32),
        person=1.0,
        source="unlabelled",
        clip="clip",
        frame=0,
    )
