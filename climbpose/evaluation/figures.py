"""From seen keypoints to figures with intervals: by clip, together, by group, by keypoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from climbpose import metrics
from climbpose.evaluation.options import ALL, Candidate, EvalOptions
from climbpose.evaluation.truth import Truth
from climbpose.metrics import Scores
from climbpose.metrics.bootstrap import intervals, resampled_shares
from climbpose.metrics.groups import GROUPS, keypoints_of
from climbpose.skeleton import CLIMBING_25

_PERCENT = 100.0

Seen = Mapping[str, np.ndarray]
"""Keypoints of a clip's labelled frames (frames, keypoints, 2), pixels, by candidate."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and its 95 % interval; NaN where nothing was there to be judged.

    Attributes:
        clip: Name, or ``all``.
        keypoints: What it is of: the chosen keypoints, a group or a keypoint.
        candidate: Whose it is.
        metric: Name.
        percent: The figure.
        low: Lower end of its interval.
        high: Upper end of its interval.
        count: What was judged: keypoints, frames or pairs.
    """

    clip: str
    keypoints: str
    candidate: str
    metric: str
    percent: float
    low: float
    high: float
    count: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one candidate has than another, on the same draws of clips and frames.

    Attributes:
        keypoints: What it is of.
        metric: Name.
        candidate: Who has more, if it is above 0.
        against: With whom it is compared.
        points: The difference of the two figures, percentage points.
        low: Lower end of its interval.
        high: Upper end of its interval.
    """

    keypoints: str
    metric: str
    candidate: str
    against: str
    points: float
    low: float
    high: float


class _Series(NamedTuple):
    """What one figure is of."""

    keypoints: str
    candidate: str
    metric: str


class Scoring:
    """Scores of all clips, to be counted up in several ways.

    Args:
        options: What is to be measured.
        truths: The clips.
        seen: What each candidate saw in each of them.
    """

    def __init__(self, options: EvalOptions, truths: Sequence[Truth], seen: Sequence[Seen]) -> None:
        self._options = options
        self._truths = truths
        self._metrics = {name: metrics.create(name) for name in options.metrics}
        self._candidates = [candidate.name for candidate in options.candidates]
        self._scores: list[Mapping[tuple[str, str], Scores]] = [
            {
                (candidate, name): metric(by_candidate[candidate], truth.annotated)
                for candidate, (name, metric) in product(self._candidates, self._metrics.items())
            }
            for truth, by_candidate in zip(truths, seen, strict=True)
        ]

    def figures(self) -> Iterator[Figure]:
        """Of each clip and of all, then of all by group and by keypoint."""
        for number, truth in enumerate(self._truths):
            yield from self._figures(truth.name, [number], self._main())
        everything = range(len(self._truths))
        yield from self._figures(ALL, everything, self._main())
        of_keypoints = [name for name, one in self._metrics.items() if one.is_of_keypoints]
        sets = (*GROUPS, *CLIMBING_25.keypoints)
        singly = [_Series(*names) for names in product(sets, self._candidates, of_keypoints)]
        yield from self._figures(ALL, everything, singly)

    def differences(self) -> Iterator[Difference]:
        """What each candidate has more than the first one, of all clips.

        Candidates of another source are compared with the first source under the same smoother.
        """
        series = self._main()
        earned, possible, clips = self._columns(range(len(self._truths)), series)
        shares = _shares(earned, possible)
        samples = resampled_shares(earned, possible, clips, self._options.seed)
        first, *others = self._options.candidates
        for candidate, metric in product(others, self._metrics):
            is_rival = candidate.source != first.source
            against = Candidate(first.source, candidate.smoother) if is_rival else first
            column, base = (
                series.index(_Series(self._chosen, one.name, metric))
                for one in (candidate, against)
            )
            low, high = intervals((samples[:, column] - samples[:, base])[:, None])[:, 0]
            yield Difference(
                keypoints=self._chosen,
                metric=metric,
                candidate=candidate.name,
                against=against.name,
                points=_PERCENT * float(shares[column] - shares[base]),
                low=_PERCENT * float(low),
                high=_PERCENT * float(high),
            )

    @property
    def _chosen(self) -> str:
        return ",".join(self._options.keypoints)

    def _main(self) -> list[_Series]:
        """Of the chosen keypoints."""
        return [
            _Series(*names) for names in product([self._chosen], self._candidates, self._metrics)
        ]

    def _figures(
        self, clip: str, clips: Sequence[int], series: Sequence[_Series]
    ) -> Iterator[Figure]:
        if not series:
            return
        earned, possible, frames = self._columns(clips, series)
        shares = _shares(earned, possible)
        ends = intervals(resampled_shares(earned, possible, frames, self._options.seed))
        for column, one in enumerate(series):
            yield Figure(
                clip=clip,
                keypoints=one.keypoints,
                candidate=one.candidate,
                metric=one.metric,
                percent=_PERCENT * float(shares[column]),
                low=_PERCENT * float(ends[0, column]),
                high=_PERCENT * float(ends[1, column]),
                count=float(possible[:, column].sum()),
            )

    def _columns(
        self, clips: Sequence[int], series: Sequence[_Series]
    ) -> tuple[
        Float64[np.ndarray, "frames figures"], Float64[np.ndarray, "frames figures"], list[int]
    ]:
        """What the frames of some clips earned and could have earned, and how many each has."""
        positions = {
            one.keypoints: keypoints_of(one.keypoints.split(",")) for one in dict.fromkeys(series)
        }
        parts = [
            [
                self._scores[clip][one.candidate, one.metric].over(positions[one.keypoints])
                for one in series
            ]
            for clip in clips
        ]
        earned, possible = (
            np.concatenate(
                [np.stack([sums[which] for sums in of_clip], axis=1) for of_clip in parts]
            )
            for which in (0, 1)
        )
        return earned, possible, [len(self._truths[clip].annotated) for clip in clips]


def _shares(
    earned: Float64[np.ndarray, "frames figures"], possible: Float64[np.ndarray, "frames figures"]
) -> Float64[np.ndarray, " figures"]:
    """The figures of all frames together; NaN where nothing was possible."""
    total = possible.sum(axis=0)
    shares: np.ndarray = np.full_like(total, np.nan)
    np.divide(earned.sum(axis=0), total, out=shares, where=total > 0)
    return shares
