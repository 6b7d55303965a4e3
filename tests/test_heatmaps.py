import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.heatmaps import DenseMaps, GaussianMaps, decode, encode, flip, render_over, resample
from climbpose.poses import HEATMAP_SIZE, Detection
from climbpose.skeleton import CLIMBING_25


def gaussians(
    keypoints: int = 25, sigma: float = 1.0, low: float = 0.0, high: float = 56.0, seed: int = 0
) -> GaussianMaps:
    random = np.random.default_rng(seed)
    return GaussianMaps(
        xy=random.uniform(low, high, (keypoints, 2)).astype(np.float32),
        sigma=np.full(keypoints, sigma, np.float32),
        height=random.uniform(0.1, 1.0, keypoints).astype(np.float32),
    )


@settings(deadline=None)
@given(
    x=st.floats(0, HEATMAP_SIZE),
    y=st.floats(0, HEATMAP_SIZE),
    sigma=st.tuples(st.floats(0.7, 4), st.floats(0.7, 4)),
    height=st.floats(0.01, 1),
)
def test_decode_undoes_encode(
    x: float, y: float, sigma: tuple[float, float], height: float
) -> None:
    maps = encode(np.array([[x, y]]), np.array([sigma]), np.array([height]))
    xy, confidence = decode(maps)
    np.testing.assert_allclose(xy, [[x, y]], atol=0.02)
    np.testing.assert_allclose(confidence, height, rtol=0.01)


def test_first_cells_centre_is_half_a_cell_from_the_boxs_corner() -> None:
    maps = np.zeros((1, 56, 56), np.float32)
    maps[0, 3, 7] = 1.0
    xy, confidence = decode(maps)
    np.testing.assert_allclose(xy, [[7.5, 3.5]], atol=1e-6)
    np.testing.assert_allclose(confidence, 1.0)
    detection = Detection(0, 0.0, np.array([100, 200, 212, 312], np.float32), DenseMaps(maps), 1.0)
    np.testing.assert_allclose(detection.keypoints()[0], [[115, 207]], atol=1e-4)


def test_peak_value_stands_at_the_true_position() -> None:
    maps = encode(np.array([[10.5, 20.5], [11.0, 20.5]]), np.ones(2), np.array([0.8, 0.8]))
    assert maps[0, 20, 10] == np.float32(0.8)
    np.testing.assert_allclose(maps[1, 20, 10:12], 0.8 * np.exp(-0.125), rtol=1e-6)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.uint8])
def test_dense_maps_of_any_number_type(kind: type[np.generic]) -> None:
    source = gaussians(sigma=1.5, low=2, high=54)
    scores = source.render()
    array = (scores * 255).round().astype(kind) if kind is np.uint8 else scores.astype(kind)
    dense = DenseMaps(array)
    np.testing.assert_allclose(dense.render(), scores, atol=0.003)
    xy, confidence = dense.peaks()
    np.testing.assert_allclose(xy, source.xy, atol=0.2 if kind is np.uint8 else 0.02)
    np.testing.assert_allclose(confidence, source.height, atol=0.01)


def test_dense_maps_keep_to_the_unit_interval() -> None:
    dense = DenseMaps(np.linspace(-1, 2, 56 * 56, dtype=np.float32).reshape(1, 56, 56))
    assert dense.render().min() == 0
    assert dense.render().max() == 1


def test_highest_of_several_modes_counts() -> None:
    centres = np.array([[20.3, 30.8], [26.0, 30.0]])
    maps = encode(centres, np.full(2, 1.2), np.array([0.6, 0.5]))
    xy, confidence = decode(maps.sum(axis=0, keepdims=True))
    np.testing.assert_allclose(xy, centres[:1], atol=0.05)
    np.testing.assert_allclose(confidence, 0.6, atol=0.02)


def test_awkward_maps_have_a_peak_in_their_highest_cell() -> None:
    random = np.random.default_rng(0)
    noise = random.random((200, 8, 8)).astype(np.float32)
    plateau = np.full((1, 8, 8), 0.5, np.float32)
    rectified = np.maximum(noise - 0.7, 0)
    for maps in (noise, plateau, rectified):
        xy, confidence = decode(maps)
        row, col = np.divmod(maps.reshape(len(maps), -1).argmax(axis=1), 8)
        assert (np.abs(xy - np.stack([col, row], axis=1) - 0.5) <= 0.5001).all()
        assert ((confidence > 0) & (confidence <= 1)).all()


def test_empty_maps_have_no_keypoint() -> None:
    empty = GaussianMaps(
        xy=np.array([[np.nan, 3], [5, 5], [6, 6]], np.float32),
        sigma=np.ones(3, np.float32),
        height=np.array([0.9, 0.0, 0.9], np.float32),
    )
    for xy, confidence in (empty.peaks(), DenseMaps(empty.render()).peaks()):
        assert np.isnan(xy).all(axis=1).tolist() == [True, True, False]
        assert (confidence > 0).tolist() == [False, False, True]


def test_too_few_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="3 x 3"):
        decode(np.zeros((1, 2, 5), np.float32))


@pytest.mark.parametrize("zoom", [0.6, 1.0, 1.3])
@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_resampled_peaks_stay_in_their_pixels(zoom: float, sigma: float) -> None:
    source = gaussians(100, sigma, 20, 36)
    box = np.array([50.0, 80.0, 50 + 112, 80 + 168])
    extent = (box[2:] - box[:2]) * zoom
    corner = (box[:2] + box[2:]) / 2 - extent / 2 + [3.3, -4.7]
    other = np.concatenate([corner, corner + extent])
    for maps in (
        resample(source.render(), box, other),
        render_over(DenseMaps(source.render()), box, other),
        render_over(source, box, other),
    ):
        xy = corner + decode(maps)[0] * extent / 56
        truth = box[:2] + source.xy * (box[2:] - box[:2]) / 56
        cells = (xy - truth) / (box[2:] - box[:2]) * 56
        assert np.abs(cells).max() < 0.1


def test_resampling_onto_the_same_box_changes_nothing() -> None:
    maps = gaussians().render()
    box = np.array([1.0, 2.0, 30.0, 50.0])
    np.testing.assert_array_equal(resample(maps, box, box), maps)


def test_outside_of_the_old_box_is_nothing() -> None:
    maps = np.ones((1, 56, 56), np.float32)
    moved = resample(maps, np.array([0.0, 0, 56, 56]), np.array([28.0, 0, 84, 56]))
    np.testing.assert_allclose(moved[0, :, :27], 1, atol=1e-6)
    assert (moved[0, :, 28:] == 0).all()
    far = resample(maps, np.array([0.0, 0, 56, 56]), np.array([100.0, 0, 156, 56]))
    assert not far.any()


def test_box_without_extent_is_refused() -> None:
    with pytest.raises(ValueError, match="width and height"):
        resample(np.ones((1, 56, 56), np.float32), np.zeros(4), np.ones(4))


def test_flip_mirrors_and_swaps_sides_and_undoes_itself() -> None:
    source = gaussians(sigma=1.5, low=2, high=54)
    flipped = flip(source.render(), CLIMBING_25)
    np.testing.assert_array_equal(flip(flipped, CLIMBING_25), source.render())
    xy, _ = decode(flipped)
    left, right = CLIMBING_25.indices("left_wrist", "right_wrist")
    np.testing.assert_allclose(xy[left], [56 - source.xy[right, 0], source.xy[right, 1]], atol=0.01)
    batch = np.stack([source.render()] * 2)
    np.testing.assert_array_equal(flip(batch, CLIMBING_25)[1], flipped)
