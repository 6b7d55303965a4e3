"""What a landmark network learns from: pictures around one person, and what is known of each.

Points are BlazePose's 39: 33 landmarks of the body, of which 25 are our keypoints, and six that
steer the next region. They and the region are in pixels of the sample's own picture.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.errors import DatasetError

SIDE = 448
"""Of a sample's picture, pixels."""

REACH = 1.7
"""Side of a sample's picture over the region's: room to turn, shift and enlarge the region."""

POINTS = 39

_QUALITY = 94


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture around one person.

    Attributes:
        jpeg: The picture, `SIDE` pixels square.
        region: Where a tracker would look: centre x and y, side, and clockwise turn in radians.
        truth: Our keypoints as labelled; NaN where unknown.
        seen: COCO's visibility of each keypoint as labelled; 255 where unknown.
        points: What the teacher says.
        spread: How far the teacher's views disagree, as a share of the region's side.
        visibility: What the teacher says, in [0, 1].
        depth: What the teacher says of z, as a share of the region's side.
        world: What the teacher says, metres from the hips' centre along the picture's sides.
        person: Probability that a person is there.
        source: ``synthetic``, ``unlabelled`` or ``labelled``.
        clip: Of which clip.
        frame: Of which frame of it.
    """

    jpeg: bytes
    region: Float32[np.ndarray, "4"]
    truth: Float32[np.ndarray, "25 2"]
    seen: UInt8[np.ndarray, "25"]
    points: Float32[np.ndarray, "39 2"]
    spread: Float32[np.ndarray, "39"]
    visibility: Float32[np.ndarray, "39"]
    depth: Float32[np.ndarray, "39"]
    world: Float32[np.ndarray, "39 3"]
    person: float
    source: str
    clip: str
    frame: int

    @property
    def image(self) -> UInt8[np.ndarray, "side side 3"]:
        """The picture, RGB."""
        bgr = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def encode_picture(image: UInt8[np.ndarray, "side side 3"]) -> bytes:
    """A picture as a sample keeps it."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def write(samples: Sequence[Sample], path: Path) -> None:
    """Writes samples into one file, which gets just this name; no pickles."""
    columns: dict[str, np.ndarray] = {
        field.name: np.array([getattr(sample, field.name) for sample in samples])
        for field in fields(Sample)
        if field.name != "jpeg"
    }
    sizes = np.array([len(sample.jpeg) for sample in samples], np.int64)
    pictures = np.frombuffer(b"".join(sample.jpeg for sample in samples), np.uint8)
    content = io.BytesIO()
    np.savez(content, sizes=sizes, pictures=pictures, **columns)  # type: ignore[arg-type]
    path.write_bytes(content.getvalue())


def read(paths: Iterable[Path]) -> Iterator[Sample]:
    """The samples of files that `write` made, in order.

    Raises:
        DatasetError: A file is absent, or is not what `write` makes.
    """
    for path in paths:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
                columns = {name: content[name] for name in content.files}
            sizes = columns.pop("sizes")
            pictures = columns.pop("pictures").tobytes()
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise DatasetError(f"{path} holds no training samples ({error})") from error
        ends = np.cumsum(sizes)
        for row, (start, end) in enumerate(zip(ends - sizes, ends, strict=True)):
            values = {name: column[row] for name, column in columns.items()}
            for name, kind in (("person", float), ("source", str), ("clip", str), ("frame", int)):
                values[name] = kind(values[name])
            yield Sample(jpeg=pictures[start:end], **values)
