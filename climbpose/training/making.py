"""From a person in a frame to a sample, and files of samples that are made only once."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.detectors.following.regions import Region
from climbpose.errors import DatasetError
from climbpose.files import part_file
from climbpose.skeleton import CLIMBING_25
from climbpose.training import samples as sample_files
from climbpose.training.cutting import MIN_REGION_PX, Cut
from climbpose.training.samples import Sample, encode_picture
from climbpose.training.teacher import Opinion

UNTOLD = 255
"""A keypoint's visibility where no label tells it."""

_READ_BYTES = 1 << 20


def sample_of(
    cut: Cut,
    opinion: Opinion,
    source: str,
    clip: str,
    frame: int,
    truth: Float32[np.ndarray, "25 2"] | None = None,
    seen: UInt8[np.ndarray, "25"] | None = None,
) -> Sample:
    """A sample of what was cut out of a frame.

    Args:
        cut: The part of the frame.
        opinion: On the cut picture.
        source: ``synthetic``, ``unlabelled`` or ``labelled``.
        clip: Of which clip.
        frame: Of which frame of it.
        truth: Labels in pixels of the frame; None where there are none.
        seen: Labelled visibility; None where there is none.
    """
    count = len(CLIMBING_25)
    nothing = np.full((count, 2), np.nan, np.float32)
    region = cut.region
    return Sample(
        jpeg=encode_picture(cut.image),
        region=np.array([region.x, region.y, region.size, region.rotation], np.float32),
        truth=nothing if truth is None else cut.place(truth),
        seen=np.full(count, UNTOLD, np.uint8) if seen is None else seen,
        points=opinion.points,
        spread=opinion.spread,
        visibility=opinion.visibility,
        depth=opinion.depth,
        world=opinion.world,
        person=opinion.person,
        source=source,
        clip=clip,
        frame=frame,
    )


def is_large_enough(region: Region | None) -> bool:
    """Whether a person in a region shows enough to learn from."""
    return region is not None and region.size >= MIN_REGION_PX


def kept(path: Path, make: Callable[[], Iterable[Sample]]) -> list[Sample]:
    """The samples of a file, which is made first where it is absent or damaged.

    Raises:
        ClimbposeError: The file cannot be written.
    """
    if path.is_file():
        try:
            return list(sample_files.read([path]))
        except DatasetError:
            path.unlink()
    made = list(make())
    keep(made, path)
    return made


def keep(samples: list[Sample], path: Path) -> None:
    """Writes samples into a file, which gets its name when it is whole.

    Raises:
        ClimbposeError: The file cannot be written.
    """
    with part_file(path) as part:
        part.parent.mkdir(parents=True, exist_ok=True)
        sample_files.write(samples, part)


def key_of(*parts: Any) -> str:
    """A short text that is the same for the same parts only; of a path, its file's content."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                while block := file.read(_READ_BYTES):
                    digest.update(block)
        else:
            digest.update(f"{part}\0".encode())
    return digest.hexdigest()[:12]
