import numpy as np
import pytest

from climbpose.poses import Analysis, Status
from climbpose.render.caption import CaptionLayer, clock
from tests.render.figures import drawn, grey, still, with_status


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0:00.00"),
        (12.34, "0:12.34"),
        (59.996, "1:00.00"),
        (61.5, "1:01.50"),
        (3600.0, "60:00.00"),
        (-0.04, "-0:00.04"),
        (-0.001, "0:00.00"),
    ],
)
def test_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def changed(shown: Analysis, height: int, width: int) -> np.ndarray:
    image = drawn(CaptionLayer(shown, 1.0), 0, grey(height, width))
    is_changed: np.ndarray = (image != 128).any(axis=2)
    return is_changed


@pytest.mark.parametrize(("height", "width"), [(640, 360), (1920, 1080), (406, 720)])
def test_stays_in_its_corner_and_grows_with_the_picture(height: int, width: int) -> None:
    is_changed = changed(with_status(still(), Status.MISSING), height, width)
    rows, columns = np.flatnonzero(is_changed.any(axis=1)), np.flatnonzero(is_changed.any(axis=0))
    assert rows[-1] < 0.1 * height
    assert columns[-1] < 0.75 * width
    assert len(rows) > 0.045 * min(height, width)


def test_says_when_nobody_is_there() -> None:
    nobody = changed(with_status(still(), Status.MISSING), 640, 360)
    somebody = changed(still(), 640, 360)
    assert nobody.any(axis=0).sum() > 1.4 * somebody.any(axis=0).sum()
