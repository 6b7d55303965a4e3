from dataclasses import replace

import cv2
import numpy as np
import pytest

from climbpose.training.augment import augmented, plain
from climbpose.training.config import Augmentation
from climbpose.training.samples import SIDE, Sample, encode_picture
from climbpose.training.targets import MIRRORED, target_of
from tests.training.known import blank_sample

STILL = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
LEFT_WRIST, RIGHT_WRIST = 15, 16


def dotted(turn: float = 0.3) -> Sample:
    """A bright dot at the left wrist, a dark one at the right, on grey."""
    image = np.full((SIDE, SIDE, 3), 120, np.uint8)
    points = np.full((39, 2), SIDE / 2, np.float32)
    points[LEFT_WRIST], points[RIGHT_WRIST] = (180, 200), (270, 230)
    for row, level in ((LEFT_WRIST, 255), (RIGHT_WRIST, 0)):
        x, y = (int(v) for v in points[row])
        cv2.circle(image, (x, y), 5, (level, level, level), -1)
    region = np.array([SIDE / 2, SIDE / 2, 260, turn], np.float32)
    return replace(blank_sample(), jpeg=encode_picture(image), points=points, region=region)


def dots(image: np.ndarray) -> list[np.ndarray]:
    """Centres of the brightest and of the darkest dot."""
    grey = image.astype(np.float32).mean(axis=2)
    background = np.median(grey)
    found = []
    for level in (grey - background, background - grey):
        rows, columns = np.nonzero(level > 0.5 * level.max())
        found.append(np.array([columns.mean(), rows.mean()]))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_points_go_where_the_picture_goes(seed: int) -> None:
    how = replace(STILL, scale=0.15, turn_deg=20.0, shift=0.04, mirror=0.5, colour=0.5)
    sample = dotted()
    example = augmented(sample, target_of(sample), how, np.random.default_rng(seed))
    bright, dark = dots(example.image)
    # A mirrored picture of a left wrist shows a right one.
    is_mirrored = np.linalg.norm(example.xy[RIGHT_WRIST] - bright) < 3
    rows = (RIGHT_WRIST, LEFT_WRIST) if is_mirrored else (LEFT_WRIST, RIGHT_WRIST)
    for row, found in zip(rows, (bright, dark), strict=True):
        np.testing.assert_allclose(example.xy[row], found, atol=1.5)


def test_mirroring_happens_half_of_the_time_and_keeps_weights_with_their_points() -> None:
    sample = dotted()
    target = target_of(sample)
    target.weight[LEFT_WRIST] = 0.125
    how = replace(STILL, mirror=0.5)
    rng = np.random.default_rng(0)
    examples = [augmented(sample, target, how, rng) for _ in range(60)]
    weights = np.array([example.weight for example in examples])
    mirrored = weights[:, RIGHT_WRIST] == 0.125
    assert (weights[~mirrored, LEFT_WRIST] == 0.125).all()
    assert 15 < mirrored.sum() < 45


def test_world_turns_with_the_crop_and_mirrors() -> None:
    sample = dotted(turn=0.5)
    sample.world[LEFT_WRIST] = (1, 0, 2)
    upright = plain(sample, target_of(sample))
    np.testing.assert_allclose(upright.world[LEFT_WRIST], (np.cos(0.5), -np.sin(0.5), 2), atol=1e-6)
    how = replace(STILL, mirror=1.0)
    mirrored = augmented(sample, target_of(sample), how, np.random.default_rng(0))
    np.testing.assert_allclose(
        mirrored.world[MIRRORED[LEFT_WRIST]], (-np.cos(0.5), -np.sin(0.5), 2), atol=1e-6
    )


def test_a_larger_region_makes_everything_smaller() -> None:
    sample = replace(dotted(turn=0.0), depth=np.full(39, 0.25, np.float32))
    near, far = (
        plain(replace(sample, region=np.array([224, 224, side, 0], np.float32)), target)
        for side in (200, 400)
        for target in (target_of(sample),)
    )
    for one, side in ((near, 200), (far, 400)):
        # depth is told in sides of the region of which it is told.
        assert one.depth[0] == pytest.approx(64)
        gap = one.xy[RIGHT_WRIST] - one.xy[LEFT_WRIST]
        np.testing.assert_allclose(gap, np.array([90, 30]) * 256 / side, atol=1e-3)


@pytest.mark.parametrize("kind", ["colour", "blur", "coarse", "noise", "compress", "occlude"])
def test_each_kind_changes_the_picture_but_not_the_labels(kind: str) -> None:
    sample = dotted()
    before = plain(sample, target_of(sample))
    how = replace(STILL, **{kind: 1.0})
    rng = np.random.default_rng(3)
    made = [augmented(sample, target_of(sample), how, rng) for _ in range(4)]
    for example in made:
        np.testing.assert_allclose(example.xy, before.xy, atol=1e-4)
        assert example.image.shape == before.image.shape
    assert any((example.image != before.image).mean() > 0.001 for example in made)


def test_nothing_changes_where_nothing_is_asked_for() -> None:
    sample = dotted()
    example = augmented(sample, target_of(sample), STILL, np.random.default_rng(0))
    np.testing.assert_array_equal(example.image, plain(sample, target_of(sample)).image)
