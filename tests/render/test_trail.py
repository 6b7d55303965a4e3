import numpy as np

from climbpose.poses import Analysis, Status
from climbpose.render.trail import TrailLayer
from climbpose.skeleton import CLIMBING_25
from tests.render.figures import drawn, moving, still

WRIST = CLIMBING_25.index("left_wrist")
LINE = 440  # the wrist's y


def along(shown: Analysis, row: int) -> np.ndarray:
    """How much each column changed where the wrist passed."""
    image = drawn(TrailLayer(shown, 1.0), row)
    change: np.ndarray = np.abs(image[LINE - 8 : LINE + 8].astype(int) - 128).sum(axis=(0, 2))
    return change


def test_lasts_one_second_by_the_clock() -> None:
    for fps, row in ((25.0, 40), (50.0, 58), (10.0, 40)):
        change = along(moving(fps=fps), row)
        now = 20 + 2 * row
        oldest = now - 2 * fps
        assert not change[: int(oldest) - 4].any()
        assert change[int(now) - 6] > 100
        assert change[int(oldest + 0.3 * (now - oldest))] > 0


def test_fades_with_age() -> None:
    change = along(moving(), 40).astype(float)
    now = 20 + 2 * 40
    newest, middle, oldest = (change[now - back - 5 : now - back].mean() for back in (3, 22, 40))
    assert newest > 1.4 * middle > 1.4 * 1.4 * oldest > 0


def test_breaks_where_the_hand_is_missing() -> None:
    for fps in (25.0, 55.0):
        shown = moving(fps=fps)
        whole = along(shown, 50)
        shown.poses.status[40:43, WRIST] = Status.MISSING
        shown.poses.xy[40:43, WRIST] = np.nan
        broken = along(shown, 50)
        gap = slice(20 + 2 * 40, 20 + 2 * 42)
        assert (whole[gap] > 0).all()
        assert not broken[gap].any()
        assert (broken[20 + 2 * 46 : 20 + 2 * 50] > 0).all()


def test_does_not_look_ahead() -> None:
    shown = moving()
    before = along(shown, 30)
    shown.poses.xy[31:] = 0
    assert (along(shown, 30) == before).all()


def test_unsure_places_leave_a_fainter_trail() -> None:
    shown = moving()
    sure = along(shown, 40).sum()
    shown.poses.confidence[:, WRIST] = 0.12
    assert 0 < along(shown, 40).sum() < 0.6 * sure


def test_first_row_has_no_trail() -> None:
    assert (drawn(TrailLayer(still(), 1.0), 0) == 128).all()
