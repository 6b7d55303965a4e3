import numpy as np

from climbpose.poses import Status
from climbpose.render.box import BoxLayer
from tests.render.figures import drawn as drawn_by
from tests.render.figures import star, still, with_status


def drawn(shown: object, row: int = 0) -> np.ndarray:
    return drawn_by(BoxLayer(shown, 1.0), row)  # type: ignore[arg-type]


def painted(image: np.ndarray) -> tuple[float, float, float, float]:
    rows = np.flatnonzero((image != 128).any(axis=(1, 2)))
    columns = np.flatnonzero((image != 128).any(axis=(0, 2)))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def test_is_the_keypoints_widened_extent() -> None:
    low, high = star().min(axis=0), star().max(axis=0)
    margin = 0.1 * (high - low)
    expected = np.concatenate([low - margin, high + margin])
    assert np.abs(np.subtract(painted(drawn(still())), expected)).max() <= 3


def test_only_corners_are_drawn() -> None:
    image = drawn(still())
    left, top, right, bottom = painted(image)
    width, height = right - left, bottom - top
    assert (image[:, int(left + 0.4 * width) : int(right - 0.4 * width)] == 128).all()
    assert (image[int(top + 0.4 * height) : int(bottom - 0.4 * height)] == 128).all()


def test_filled_is_fainter() -> None:
    changes = [
        np.abs(drawn(shown).astype(int) - 128).sum()
        for shown in (still(), with_status(still(), Status.FILLED))
    ]
    assert 0 < changes[1] < 0.7 * changes[0]
