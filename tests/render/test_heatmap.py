import numpy as np
import pytest

from climbpose.render.heatmap import HeatmapLayer
from tests.render.figures import drawn, grey, still, with_detection

BOX = (60.5, 30.25, 284.5, 478.25)  # 4 and 8 pixels a cell


@pytest.mark.parametrize("cell", [(10, 20), (28, 28), (50, 3)])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_warm_cell_glows_at_its_place(cell: tuple[int, int], scale: float) -> None:
    picture = grey(int(480 * scale), int(360 * scale))
    image = drawn(HeatmapLayer(with_detection(still(), BOX, cell), scale), 0, picture)
    weight = np.abs(image.astype(float) - 128).sum(axis=2)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    middle = np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum() / scale
    expected = (60.5 + 4 * (cell[0] + 0.5), 30.25 + 8 * (cell[1] + 0.5))
    assert middle == pytest.approx(expected, abs=0.2 / scale)


def test_cold_cells_leave_the_picture() -> None:
    image = drawn(HeatmapLayer(with_detection(still(), BOX, (28, 28)), 1.0), 0)
    assert (image[:200] == 128).all()
    assert (image[:, :120] == 128).all()


def test_nothing_without_a_detection() -> None:
    assert (drawn(HeatmapLayer(with_detection(still(), BOX), 1.0), 1) == 128).all()


@pytest.mark.parametrize("box", [(-500, -500, -100, -100), (10, 10, 10, 90), (90, 90, 10, 10)])
def test_boxes_with_nothing_to_show(box: tuple[float, float, float, float]) -> None:
    assert (drawn(HeatmapLayer(with_detection(still(), box), 1.0), 0) == 128).all()


def test_boxes_across_the_border() -> None:
    shown = with_detection(still(), (-100, -100, 124, 124), (30, 30))
    image = drawn(HeatmapLayer(shown, 1.0), 0)
    assert (image[22, 22] != 128).any()
    assert (image[60:, 60:] == 128).all()
