"""One convolution over time and space, whether its channels are kept apart or not."""

import numpy as np
import pytest
from scipy.ndimage import correlate

from climbpose.networks.convolution import RunningConv3d


@pytest.mark.parametrize("is_apart", [True, False])
def test_agrees_with_scipy(is_apart: bool) -> None:
    rng = np.random.default_rng(4)
    weight = rng.normal(size=(4, 4, 5, 3, 3)).astype(np.float32)
    if is_apart:
        weight[~np.eye(4, dtype=bool)] = 0
    bias = rng.normal(size=4).astype(np.float32)
    maps = rng.random((7, 4, 12, 10)).astype(np.float32)
    expected = np.stack(
        [
            sum(
                correlate(maps[:, i], weight[o, i], mode="constant", output=np.float64)
                for i in range(4)
            )
            + bias[o]
            for o in range(4)
        ],
        axis=1,
    )
    found = RunningConv3d(weight, bias, threads=1)(maps)
    np.testing.assert_allclose(found, expected.clip(min=0), atol=1e-4)


def test_apart_is_what_the_full_convolution_gives() -> None:
    rng = np.random.default_rng(5)
    weight = np.zeros((3, 3, 5, 5, 5), np.float32)
    weight[range(3), range(3)] = rng.normal(size=(3, 5, 5, 5))
    bias, maps = np.zeros(3, np.float32), rng.random((9, 3, 8, 8)).astype(np.float32)
    apart = RunningConv3d(weight, bias)(maps)
    # A weight too small to tell makes it one convolution.
    weight[0, 1, 0, 0, 0] = 1e-30
    np.testing.assert_allclose(apart, RunningConv3d(weight, bias)(maps), atol=1e-4)
