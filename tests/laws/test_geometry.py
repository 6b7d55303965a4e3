"""Turns and mirrorings of pictures are a group; regions go with the picture that they are in."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.detectors.following.regions import Region
from climbpose.heatmaps import encode, flip
from climbpose.pixels import RgbPixels
from climbpose.skeleton import CLIMBING_25
from climbpose.video.orientation import Orientation

ALL = [Orientation(turns, is_mirrored) for is_mirrored in (False, True) for turns in range(4)]

orientations = st.sampled_from(ALL)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def picture(size: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


def matrix(orientation: Orientation) -> np.ndarray:
    """The display matrix that asks for it, of row vectors, with y down (ISO/IEC 14496-12)."""
    mirror = np.diag([-1 if orientation.is_mirrored else 1, 1])
    turn = np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), orientation.quarter_turns)
    whole = np.zeros((3, 3), np.int32)
    whole[:2, :2] = (mirror @ turn) * 65536
    return whole


@given(sizes, st.booleans())
def test_four_turns_are_none(size: tuple[int, int], is_mirrored: bool) -> None:
    stored = picture(size)
    turned = stored
    for _ in range(4):
        turned = Orientation(1).upright(turned)
    np.testing.assert_array_equal(turned, stored)
    twice = Orientation(2).upright(Orientation(2).upright(stored))
    np.testing.assert_array_equal(twice, stored)


@given(sizes, st.integers(0, 3))
def test_what_mirrors_undoes_itself(size: tuple[int, int], turns: int) -> None:
    stored = picture(size)
    mirrored = Orientation(turns, is_mirrored=True)
    np.testing.assert_array_equal(mirrored.upright(mirrored.upright(stored)), stored)


@given(orientations, orientations, sizes)
def test_one_after_the_other_is_their_product(
    first: Orientation, second: Orientation, size: tuple[int, int]
) -> None:
    stored = picture(size)
    product = matrix(first)[:2, :2] // 65536 @ (matrix(second)[:2, :2] // 65536)
    whole = np.zeros((3, 3), np.int32)
    whole[:2, :2] = product * 65536
    np.testing.assert_array_equal(
        second.upright(first.upright(stored)), Orientation.of_matrix(whole).upright(stored)
    )


@given(orientations)
def test_the_display_matrix_gives_it_back(orientation: Orientation) -> None:
    assert Orientation.of_matrix(matrix(orientation)) == orientation


coordinates = st.floats(-2000, 2000)
regions = st.builds(
    Region, coordinates, coordinates, st.floats(1, 3000), st.floats(-pi, pi, exclude_max=True)
)


@given(regions, st.integers(1, 512))
def test_a_region_s_crop_has_its_middle_and_its_corners(region: Region, side: int) -> None:
    to_image = region.to_image(side).astype(np.float64)
    middle = to_image @ [side / 2, side / 2, 1]
    corners = np.array([[0, 0, 1], [side, 0, 1], [side, side, 1], [0, side, 1]]) @ to_image.T
    scale = 1e-5 * (abs(region.x) + abs(region.y) + region.size)
    np.testing.assert_allclose(middle, (region.x, region.y), atol=scale)
    reach = np.hypot(*(corners - (region.x, region.y)).T)
    np.testing.assert_allclose(reach, region.size / 2**0.5, atol=scale)
    edges = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    np.testing.assert_allclose(edges, region.size, atol=scale)


@given(regions, st.floats(0.1, 10), st.integers(1, 512))
def test_a_larger_picture_has_larger_regions(region: Region, factor: float, side: int) -> None:
    scale = 1e-5 * factor * (abs(region.x) + abs(region.y) + region.size)
    np.testing.assert_allclose(
        region.enlarged(factor).to_image(side), region.to_image(side) * factor, atol=scale
    )


@settings(max_examples=30)
@given(st.integers(0, 99), st.integers(0, 40), st.integers(0, 40), st.floats(-pi, pi))
def test_a_picture_put_elsewhere_has_the_same_crop(
    seed: int, right: int, down: int, rotation: float
) -> None:
    small = picture((40, 60), seed)
    large = np.zeros((100, 120, 3), np.uint8)
    large[down : down + 40, right : right + 60] = small
    region = Region(30.0, 20.0, 18.0, rotation)
    moved = Region(30.0 + right, 20.0 + down, 18.0, rotation)
    one, other = (
        view.crop(RgbPixels(image), 32).astype(int)
        for view, image in ((region, small), (moved, large))
    )
    # OpenCV places what it reads on a grid of 1/32 pixels.
    assert np.abs(one - other).mean() < 2.0
    assert np.abs(one - other).max() <= 255 * 2 / 32 + 1


@given(regions, st.floats(-pi, pi))
def test_a_body_that_turns_turns_its_region(region: Region, turn: float) -> None:
    hips = np.array([region.x, region.y])
    top = hips + 100 * np.array([np.sin(region.rotation), -np.cos(region.rotation)])
    found = Region.from_axis(hips, top)
    assert np.cos(found.rotation - region.rotation) == pytest.approx(1, abs=1e-6)
    rotation = region.rotation + turn
    top = hips + 100 * np.array([np.sin(rotation), -np.cos(rotation)])
    difference = Region.from_axis(hips, top).rotation - found.rotation
    assert np.cos(difference - turn) == pytest.approx(1, abs=1e-6)


@given(st.integers(0, 999))
def test_flipped_heatmaps_are_those_of_the_mirrored_body(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    xy = numbers.uniform(4, 52, (25, 2))
    sigma, height = np.full(25, 1.5), numbers.uniform(0.2, 1, 25)
    mirrored = xy * (-1, 1) + (56, 0)
    order = list(CLIMBING_25.flipped)
    flipped = flip(encode(xy, sigma, height), CLIMBING_25)
    np.testing.assert_allclose(flipped, encode(mirrored[order], sigma, height[order]), atol=1e-5)
