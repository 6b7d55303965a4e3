"""One person's keypoints in one frame, as an annotation tool has them; what tools write wrongly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from climbpose.datasets.keypoint_names import keypoint_of
from climbpose.errors import DatasetError

MARGIN_PX = 1.0
"""How far outside the picture a label may be: tools round, and count from corner or centre."""

MAX_FRAME = 10**9
"""No video has so many frames."""

MAX_PX = 100_000
"""No picture is so wide or high."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a keypoint is.

    Attributes:
        x: Pixels from the picture's left.
        y: Pixels from its top.
        visibility: COCO's, 1 or 2.
    """

    x: float
    y: float
    visibility: int


@dataclass(frozen=True, slots=True)
class PersonLabels:
    """The labelled keypoints of a person in a frame.

    Attributes:
        video: What the annotations call the video.
        size: Width and height of its picture, None where they do not tell.
        frame: Index in decoding order.
        track: Which person; the same in all frames.
        label: What the annotator calls the person.
        points: By our names.
    """

    video: str
    size: tuple[int, int] | None
    frame: int
    track: str
    label: str
    points: Mapping[str, Point]


def named(label: str, where: str) -> str | None:
    """Our keypoint of this name, None for one that we leave out.

    Raises:
        DatasetError: Nobody calls a keypoint that.
    """
    try:
        return keypoint_of(label)
    except KeyError:
        raise DatasetError(
            f"{where}: no keypoint is called {label!r}; rename it, such as to left_shoulder or "
            "LShoulder"
        ) from None


def checked(point: Point, size: tuple[int, int] | None, where: str) -> Point:
    """The point if it is a place in the picture.

    Raises:
        DatasetError: It is NaN or outside.
    """
    if not (math.isfinite(point.x) and math.isfinite(point.y)):
        raise DatasetError(f"{where}: expected coordinates, found NaN or infinity; label it again")
    width, height = size or (MAX_PX, MAX_PX)
    is_inside = (
        -MARGIN_PX <= point.x <= width + MARGIN_PX and -MARGIN_PX <= point.y <= height + MARGIN_PX
    )
    if not is_inside:
        picture = f"the picture of {width} x {height}" if size else "any picture"
        raise DatasetError(
            f"{where}: {point.x:g}, {point.y:g} is outside {picture}; move it, or mark it as not "
            "labelled"
        )
    return point
