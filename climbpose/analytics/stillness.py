"""When a hand or foot stands still before the wall: a hidden Markov model of its speed."""

import numpy as np
from jaxtyping import Bool, Float64

_SLOWEST = 0.01
"""Speeds below count as this one, body lengths a second."""

_SWITCH = 2.0
"""What a change between still and moving costs, in log likelihood."""

_STILL_SPREAD, _MOVING_SPREAD = 0.5, 0.8
"""Spreads of the logarithm of the speed."""

_MOVING = 1.2
"""From this speed on nobody stands still, body lengths a second."""


def still_rows(
    speed: Float64[np.ndarray, " frames"], tremble: float
) -> Bool[np.ndarray, " frames"]:
    """For each row, whether a limb stands still.

    The logarithm of the speed is normal about that of trembling while the limb is still and about
    that of movement else, both level beyond their middles; the likeliest sequence of the two is
    found by the algorithm of Viterbi 1967.

    Args:
        speed: Body lengths a second, NaN where not known; such a row says nothing and goes with
            its neighbours.
        tremble: Up to this speed the detector's trembling cannot be told from standing still, body
            lengths a second.
    """
    log = np.log(np.maximum(np.where(np.isfinite(speed), speed, 1.0), _SLOWEST))
    beyond_still = np.maximum(log - np.log(tremble), 0) / _STILL_SPREAD
    below_moving = np.maximum(np.log(_MOVING) - log, 0) / _MOVING_SPREAD
    still = -0.5 * beyond_still**2 - np.log(_STILL_SPREAD)
    moving = -0.5 * below_moving**2 - np.log(_MOVING_SPREAD)
    evidence = np.where(np.isfinite(speed), still - moving, 0.0)
    return _likeliest(evidence)


def _likeliest(evidence: Float64[np.ndarray, " frames"]) -> Bool[np.ndarray, " frames"]:
    """The likeliest sequence, from each row's log likelihood ratio of still to moving.

    Of both sequences that end in a row only the difference matters, and it never exceeds the cost
    of a change.
    """
    lead = np.empty(len(evidence))
    ahead = 0.0
    for row, ratio in enumerate(evidence.tolist()):
        ahead = min(max(ahead, -_SWITCH), _SWITCH) + ratio
        lead[row] = ahead
    path = np.empty(len(evidence), bool)
    is_still = bool(len(lead) and lead[-1] > 0)
    for row in range(len(lead) - 1, -1, -1):
        path[row] = is_still
        before = lead[row - 1] if row else 0.0
        # Staying is better than changing unless the other one leads by more than a change costs.
        if is_still and before < -_SWITCH:
            is_still = False
        elif not is_still and before > _SWITCH:
            is_still = True
    return path
