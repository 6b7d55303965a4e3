import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.poses import Analysis, PoseTrack, Status
from climbpose.render import skeleton as layer_module
from climbpose.render.base import torso_lengths
from climbpose.render.canvas import LEFT, RGB, RIGHT, side_colour
from climbpose.render.skeleton import SkeletonLayer
from climbpose.skeleton import CLIMBING_25
from tests.render.figures import WIDTH, analysis, grey, star, still, with_status
from tests.render.figures import drawn as drawn_by


def drawn(shown: Analysis, row: int = 0, scale: float = 1.0, shade: int = 128) -> np.ndarray:
    height, width = round(480 * scale), round(360 * scale)
    return drawn_by(SkeletonLayer(shown, scale), row, grey(height, width, shade))


def change(image: np.ndarray) -> float:
    return float(np.abs(image.astype(float) - 128).sum())


def near(image: np.ndarray, *keypoints: str) -> np.ndarray:
    """The pixel halfway between keypoints."""
    x, y = star()[CLIMBING_25.indices(*keypoints)].mean(axis=0)
    pixel: np.ndarray = image[int(y), int(x)]
    return pixel


def test_left_and_right_have_their_colours() -> None:
    image = drawn(still())
    for side, colour in (("left", LEFT), ("right", RIGHT)):
        for a, b in (("shoulder", "elbow"), ("knee", "ankle")):
            pixel = near(image, f"{side}_{a}", f"{side}_{b}")
            assert pixel.astype(float) == pytest.approx(colour, abs=16), (side, a)


def test_trunk_has_neither() -> None:
    pixel = near(drawn(still()), "left_shoulder", "left_hip").astype(int)
    assert np.ptp(pixel) < 12


@pytest.mark.parametrize("shade", [0, 60, 255])
def test_every_wall_shows_a_halo_or_a_line(shade: int) -> None:
    image = drawn(still(), shade=shade).astype(int)
    for side in ("left", "right"):
        x, y = star()[CLIMBING_25.indices(f"{side}_shoulder", f"{side}_elbow")].mean(axis=0)
        around = image[int(y) - 6 : int(y) + 7, int(x)]
        assert np.abs(around - shade).max() > 90


def test_opacity_rises_with_confidence_without_a_step() -> None:
    changes = [change(drawn(still(confidence))) for confidence in np.arange(0.2, 0.75, 0.05)]
    assert changes[0] == changes[1] == changes[2]
    assert (np.diff(changes) >= 0).all()
    assert changes[0] < 0.45 * changes[-1]
    assert np.diff(changes).max() < 0.2 * changes[-1]


def test_filled_is_fainter() -> None:
    assert change(drawn(with_status(still(), Status.FILLED))) < 0.8 * change(drawn(still()))


def test_exchanged_is_as_smoothed() -> None:
    smoothed, exchanged = (
        drawn(with_status(still(), status)) for status in (Status.SMOOTHED, Status.SWAPPED)
    )
    np.testing.assert_array_equal(exchanged, smoothed)


def test_bones_need_both_ends() -> None:
    image = drawn(with_status(still(), Status.MISSING, "left_elbow"))
    assert (near(image, "left_elbow") == 128).all()
    assert (near(image, "left_shoulder", "left_elbow") == 128).all()
    assert not (near(image, "right_shoulder", "right_elbow") == 128).all()


def test_one_unsure_end_makes_the_bone_faint() -> None:
    shown = still()
    shown.poses.confidence[:, CLIMBING_25.index("left_elbow")] = 0.1
    image = drawn(shown).astype(int)
    faint = np.abs(near(image, "left_shoulder", "left_elbow") - 128).sum()
    full = np.abs(near(drawn(still()).astype(int), "left_shoulder", "left_elbow") - 128).sum()
    assert 0 < faint < 0.5 * full


@given(noise=st.lists(st.floats(-3, 3), min_size=50, max_size=50))
@settings(max_examples=20, deadline=None)
def test_mirror(noise: list[float]) -> None:
    xy = star() + np.array(noise, np.float32).reshape(25, 2)
    flipped = (xy * np.array([-1, 1], np.float32) + np.array([WIDTH, 0], np.float32))[
        list(CLIMBING_25.flipped)
    ]
    image = drawn(analysis(xy[None]))

    def swapped(keypoint: str) -> RGB:
        return {LEFT: RIGHT, RIGHT: LEFT}.get(original(keypoint), original(keypoint))

    original = side_colour
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_module, "side_colour", swapped)
        mirrored = drawn(analysis(flipped[None]))[:, ::-1]
    off = np.abs(image.astype(int) - mirrored.astype(int)).max(axis=2)
    painted = (image != 128).any(axis=2).sum()
    assert (off > 60).sum() < 0.02 * painted


def test_small_climbers_have_simpler_hands() -> None:
    shown = still()
    tips = ("left_pinky", "left_thumb")
    without = with_status(shown, Status.MISSING, *tips)
    assert (drawn(shown) != drawn(without)).any()
    assert (drawn(shown, scale=0.4) == drawn(without, scale=0.4)).all()


def turning(frames: int = 120) -> PoseTrack:
    """A climber who sways to and from the camera, with some lost and some wild frames."""
    xy = np.repeat(star()[None], frames, axis=0)
    lean = 0.75 + 0.25 * np.cos(np.arange(frames) / 5)
    xy[..., 1] *= lean[:, None]
    xy[10, 3:5] = 1e6
    xy[20:30] = np.nan
    return analysis(xy.astype(np.float32)).poses


def test_torso_length_is_steady() -> None:
    lengths = torso_lengths(turning(), default=50.0)
    assert len(lengths) == 120
    assert np.abs(np.diff(lengths) / lengths[1:]).max() < 0.01
    assert lengths == pytest.approx(np.full(120, 112.0), rel=0.1)


def test_torso_length_where_none_is_seen() -> None:
    poses = with_status(still(), Status.MISSING).poses
    assert (torso_lengths(poses, default=50.0) == 50).all()


def test_torso_length_of_one_frame() -> None:
    assert torso_lengths(still(frames=1).poses, default=50.0) == pytest.approx([120.4], abs=0.1)


def test_lines_are_as_wide_as_the_climber_is_big() -> None:
    widths = []
    for size in (0.5, 1.0, 2.0, 4.0):
        shown = analysis((star() * np.float32(size))[None])
        image = drawn_by(SkeletonLayer(shown, 1.0), 0, grey(2000, 1500))
        x, y = star()[CLIMBING_25.indices("left_knee", "left_ankle")].mean(axis=0) * size
        left = max(0, int(x) - 40)
        widths.append(int((image[int(y), left : int(x) + 40] != 128).any(axis=1).sum()))
    assert 3 <= widths[0] <= widths[1] <= widths[2] < widths[3] <= 40
