"""Bootstrap: how far a figure might have come out otherwise, with other clips and frames.

Clips are drawn with replacement, then frames within each drawn clip: frames of one clip resemble
each other, so drawing frames alone would promise too much. Few clips give wide and rough intervals.
All figures are recomputed from the same draws, so the difference of two of them is paired.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float64

DRAWS = 2000
PERCENTILES = (2.5, 97.5)
"""Of the interval: 95 %."""

_CHUNK = 100


def resampled_shares(
    earned: Float64[np.ndarray, "frames figures"],
    possible: Float64[np.ndarray, "frames figures"],
    clips: Sequence[int],
    seed: int,
) -> Float64[np.ndarray, "draws figures"]:
    """Each figure in each draw; NaN where nothing was possible in it.

    Args:
        earned: By frame, clip after clip.
        possible: By frame, clip after clip.
        clips: How many frames each clip has.
        seed: The same seed draws the same.
    """
    with np.errstate(invalid="ignore"):
        return np.concatenate(
            [(counts @ earned) / (counts @ possible) for counts in _draws(clips, seed)]
        )


def _draws(clips: Sequence[int], seed: int) -> Iterator[Float64[np.ndarray, "chunk frames"]]:
    """How often each frame is drawn, some draws at a time."""
    rng = np.random.default_rng(seed)
    for _ in range(0, DRAWS, _CHUNK):
        times = rng.multinomial(len(clips), np.full(len(clips), 1 / len(clips)), size=_CHUNK)
        # A clip that is drawn twice has its frames drawn twice.
        yield np.concatenate(
            [
                rng.multinomial(times[:, clip] * frames, np.full(frames, 1 / frames))
                for clip, frames in enumerate(clips)
            ],
            axis=1,
        ).astype(np.float64)


def intervals(
    samples: Float64[np.ndarray, "draws figures"],
) -> Float64[np.ndarray, "2 figures"]:
    """Lower and upper end of each figure's 95 % interval; NaN where no draw has the figure."""
    result = np.full((2, samples.shape[1]), np.nan)
    is_known = np.isfinite(samples).any(axis=0)
    if is_known.any():
        result[:, is_known] = np.nanpercentile(samples[:, is_known], PERCENTILES, axis=0)
    return result
