"""From scores to figures with intervals: by clip, together, by group, by keypoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from climbpose import metrics
from climbpose.metrics import Scores
from climbpose.metrics.bootstrap import intervals, resampled_shares
from climbpose.metrics.groups import GROUPS, keypoints_of
from climbpose.skeleton import CLIMBING_25

ALL = "all"
"""All clips of a run taken together."""

_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and its 95 % interval; NaN where nothing was there to be judged.

    Attributes:
        clip: Name, or ``all``.
        keypoints: What it is of: the chosen keypoints, a group or a keypoint.
        candidate: Whose it is.
        metric: Name.
        unit: Of the figure; ``%`` for a share.
        value: The figure.
        low: Lower end of its interval.
        high: Upper end of its interval.
        count: What was judged: keypoints, frames or pairs.
    """

    clip: str
    keypoints: str
    candidate: str
    metric: str
    unit: str
    value: float
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
        points: The difference of the two figures, in their unit: percentage points of shares.
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


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A clip's scores.

    Attributes:
        name: Of the clip.
        scores: By candidate and metric.
    """

    name: str
    scores: Mapping[tuple[str, str], Scores]


@dataclass(frozen=True)
class Contest:
    """Who is compared, in what.

    Attributes:
        candidates: Names.
        against: With whom each is compared; nobody else has differences.
        metrics: Names.
        units: Of metrics, where they are not those of the metric itself.
        keypoints: Groups and keypoints that the main figures are of.
        seed: Of the intervals.
        is_of_frames: Intervals are of frames drawn within drawn clips, else of drawn clips alone,
            which is enough where a clip has many frames. Motion's are of clips always.
    """

    candidates: tuple[str, ...]
    against: Mapping[str, str]
    metrics: tuple[str, ...]
    units: Mapping[str, str]
    keypoints: tuple[str, ...]
    seed: int
    is_of_frames: bool

    def unit(self, metric: str) -> str:
        """The unit of a metric's figures."""
        return self.units.get(metric) or metrics.create(metric).unit

    def factor(self, metric: str) -> float:
        """What a ratio is multiplied by to be in the metric's unit."""
        return _PERCENT if self.unit(metric).startswith("%") else 1.0


class _Series(NamedTuple):
    """What one figure is of."""

    keypoints: str
    candidate: str
    metric: str


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A figure, as a ratio, and what it is in each draw; how much was judged."""

    ratio: float
    samples: Float64[np.ndarray, " draws"]
    low: float
    high: float
    count: float


class Scoring:
    """Scores of all clips, to be counted up in several ways.

    Args:
        contest: Who is compared, in what.
        clips: The scores.
    """

    def __init__(self, contest: Contest, clips: Sequence[Scored]) -> None:
        self._contest = contest
        self._clips = clips
        self._metrics = {name: metrics.create(name) for name in contest.metrics}

    def figures(self) -> Iterator[Figure]:
        """Of each clip and of all, then of all by group and by keypoint."""
        for clip in self._clips:
            yield from self._figures(clip.name, [clip], self._main())
        yield from self._figures(ALL, self._clips, self._main())
        of_keypoints = [name for name, one in self._metrics.items() if one.is_of_keypoints]
        sets = (*GROUPS, *CLIMBING_25.keypoints)
        singly = [
            _Series(*names) for names in product(sets, self._contest.candidates, of_keypoints)
        ]
        yield from self._figures(ALL, self._clips, singly)

    def differences(self) -> Iterator[Difference]:
        """What each candidate has more than the one it is compared with, of all clips."""
        drawn = self._drawn(self._clips, self._main())
        for (candidate, against), metric in product(self._contest.against.items(), self._metrics):
            one, base = (
                drawn[_Series(self._chosen, name, metric)] for name in (candidate, against)
            )
            low, high = intervals((one.samples - base.samples)[:, None])[:, 0]
            factor = self._contest.factor(metric)
            yield Difference(
                keypoints=self._chosen,
                metric=metric,
                candidate=candidate,
                against=against,
                points=factor * (one.ratio - base.ratio),
                low=factor * float(low),
                high=factor * float(high),
            )

    @property
    def _chosen(self) -> str:
        return ",".join(self._contest.keypoints)

    def _main(self) -> list[_Series]:
        """Of the chosen keypoints."""
        return [
            _Series(*names)
            for names in product([self._chosen], self._contest.candidates, self._metrics)
        ]

    def _figures(
        self, clip: str, clips: Sequence[Scored], series: Sequence[_Series]
    ) -> Iterator[Figure]:
        for one, drawn in self._drawn(clips, series).items():
            factor = self._contest.factor(one.metric)
            yield Figure(
                clip=clip,
                keypoints=one.keypoints,
                candidate=one.candidate,
                metric=one.metric,
                unit=self._contest.unit(one.metric),
                value=factor * drawn.ratio,
                low=factor * drawn.low,
                high=factor * drawn.high,
                count=drawn.count,
            )

    def _drawn(self, clips: Sequence[Scored], series: Sequence[_Series]) -> dict[_Series, _Drawn]:
        """The figures, in order, each group of them drawn as it is to be."""
        drawn: dict[_Series, _Drawn] = {}
        for is_of_frames in (True, False):
            group = [one for one in series if self._is_of_frames(one.metric) == is_of_frames]
            if group:
                drawn |= self._drawn_alike(clips, group, is_of_frames)
        return {one: drawn[one] for one in series}

    def _is_of_frames(self, metric: str) -> bool:
        return self._contest.is_of_frames and not self._metrics[metric].is_of_motion

    def _drawn_alike(
        self, clips: Sequence[Scored], series: Sequence[_Series], is_of_frames: bool
    ) -> Iterator[tuple[_Series, _Drawn]]:
        earned, possible, rows = self._columns(clips, series, is_of_frames)
        total = possible.sum(axis=0)
        ratios = np.full_like(total, np.nan)
        np.divide(earned.sum(axis=0), total, out=ratios, where=total > 0)
        samples = resampled_shares(earned, possible, rows, self._contest.seed)
        if len(rows) == 1 and not is_of_frames:
            # The same clip in every draw tells nothing of other clips.
            samples = np.full_like(samples, np.nan)
        low, high = intervals(samples)
        for column, one in enumerate(series):
            yield (
                one,
                _Drawn(
                    ratio=float(ratios[column]),
                    samples=samples[:, column],
                    low=float(low[column]),
                    high=float(high[column]),
                    count=float(total[column]),
                ),
            )

    def _columns(
        self, clips: Sequence[Scored], series: Sequence[_Series], is_of_frames: bool
    ) -> tuple[Float64[np.ndarray, "rows figures"], Float64[np.ndarray, "rows figures"], list[int]]:
        """What clips or their frames earned and could have earned, and how many rows each has."""
        positions = {
            one.keypoints: keypoints_of(one.keypoints.split(",")) for one in dict.fromkeys(series)
        }
        earned, possible, rows = [], [], []
        for clip in clips:
            sums = [
                clip.scores[one.candidate, one.metric].over(positions[one.keypoints])
                for one in series
            ]
            if is_of_frames:
                earned.append(np.stack([got for got, _ in sums], axis=1))
                possible.append(np.stack([had for _, had in sums], axis=1))
            else:
                earned.append(np.array([[got.sum() for got, _ in sums]]))
                possible.append(np.array([[had.sum() for _, had in sums]]))
            rows.append(len(earned[-1]))
        return np.concatenate(earned), np.concatenate(possible), rows
