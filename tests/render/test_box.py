import numpy as np

from climbpose.poses import Status
from climbpose.render.box import BoxLayer
from tests.render.figures import drawn as drawn_by
from tests.render.figures import star, still, with_detection, with_status


def drawn(shown: object, row: int = 0) -> np.ndarray:
    return drawn_by(BoxLayer(shown, 1.0), row)  # type: ignore[arg-type]


def painted(image: np.ndarray) -> tuple[float, float, float, float]:
    rows = np.flatnonzero((image != 128).any(axis=(1, 2)))
    columns = np.flatnonzero((image != 128).any(axis=(0, 2)))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def test_follows_the_detection() -> None:
    box = (60, 30, 300, 420)
    image = drawn(with_detection(still(), box))
    assert np.abs(np.subtract(painted(image), box)).max() <= 3


def test_is_the_keypoints_extent_where_there_is_no_detection() -> None:
    low, high = star().min(axis=0), star().max(axis=0)
    margin = 0.1 * (high - low)
    expected = np.concatenate([low - margin, high + margin])
    assert np.abs(np.subtract(painted(drawn(still())), expected)).max() <= 3


def test_only_corners_are_drawn() -> None:
    image = drawn(with_detection(still(), (60, 30, 300, 420)))
    assert (image[:, 130:230] == 128).all()
    assert (image[100:350] == 128).all()


def test_filled_is_fainter() -> None:
    box = (60, 30, 300, 420)
    changes = [
        np.abs(drawn(with_detection(still(), box, is_filled=filled)).astype(int) - 128).sum()
        for filled in (False, True)
    ]
    assert 0 < changes[1] < 0.7 * changes[0]
    assert (drawn(with_status(still(), Status.FILLED)) != drawn(still())).any()
