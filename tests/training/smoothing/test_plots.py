from pathlib import Path

import cv2
import numpy as np

from climbpose.training.smoothing.plots import FILE_NAME, draw


def row(epoch: int, rate: float) -> dict[str, float]:
    figures = {"step": 10.0 * epoch, "epoch": float(epoch), "val_loss": 2.0 / (epoch + 1)}
    if epoch:
        figures |= {"loss": 2.0 / epoch, "rate": rate}
    for share in ("0.05", "0.1", "0.2"):
        figures |= {f"pck@{share}": 0.1 * epoch, f"identity@{share}": 0.2}
    return figures


def test_curves_change_with_a_drop_of_the_rate(tmp_path: Path) -> None:
    pictures = []
    for last in (1e-3, 1e-4):
        draw([row(0, 0.0), row(1, 1e-3), row(2, 1e-3), row(3, last)], "a run", tmp_path)
        picture = cv2.imread(str(tmp_path / FILE_NAME))
        assert picture is not None
        pictures.append(picture)
    assert pictures[0].shape == pictures[1].shape
    assert min(pictures[0].shape[:2]) > 400
    changed = np.abs(pictures[0].astype(int) - pictures[1]).max(axis=2) > 0
    # A thin line and its words, not the whole picture.
    assert 100 < changed.sum() < 0.1 * changed.size


def test_nothing_to_draw(tmp_path: Path) -> None:
    draw([], "a run", tmp_path)
    assert not list(tmp_path.iterdir())
