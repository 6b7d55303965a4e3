"""The run: read the labels, let every candidate look, count up."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product

import numpy as np

from climbpose import assets, detectors, metrics, smoothers
from climbpose.errors import DatasetError, UsageError
from climbpose.evaluation.baselines import BASELINES, BIAS, REPAIRED, Offsets, biases
from climbpose.evaluation.figures import Contest, Scored, Scoring
from climbpose.evaluation.looking import (
    Keypoints,
    Observer,
    count_found,
    followed,
    looked_at,
    source_trained_on,
)
from climbpose.evaluation.options import GIVEN, UNSMOOTHED, Candidate, EvalOptions
from climbpose.evaluation.report import ClipFacts, Evaluation, FalseFinds
from climbpose.evaluation.truth import Truth, read_truths
from climbpose.metrics import Annotated, Scores

__all__ = ["Observer", "evaluate", "fetch_models"]

_MANY_FRAMES = 10_000
"""With more labelled frames, intervals are of clips alone: frames add little and take long."""

_NOTES = {
    BIAS: "raw, moved by the constant offset of each keypoint, in torso lengths, that the labels "
    "of all other videos have (leave one video out)",
    REPAIRED: "raw with exchanged limbs put right; what smoothers are given unless --no-repair",
}


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the candidates saw of a clip.

    Attributes:
        rows: Where its labelled frames are.
        whole: The labels of all rows; None where these are labelled frames only.
        xy: By candidate.
    """

    rows: np.ndarray
    whole: Annotated | None
    xy: Mapping[str, Keypoints]


def fetch_models(options: EvalOptions, say: Callable[[str], None], *, is_offline: bool) -> None:
    """Brings the model files that a run needs into the cache.

    Raises:
        ModelError: They cannot be had.
    """
    for source in options.sources:
        assets.fetch(detectors.assets_of(source.detector), say, is_offline=is_offline)


def evaluate(options: EvalOptions, observer: Observer) -> Evaluation:
    """Measures how true the candidates' keypoints are.

    Args:
        options: What is to be measured.
        observer: Sees the progress.

    Raises:
        ClimbposeError: Something that the user can mend.
    """
    truths = read_truths(options)
    warnings: list[str] = []
    options = _with_possible_bias(options, truths, warnings)
    if options.regions == GIVEN:
        truths = [_with_regions(truth, warnings) for truth in truths]
    _check_lengths(truths)
    clips = _facts(options, truths)
    seen = _unbiased(options, truths, [_seen(options, truth, observer) for truth in truths])
    contest = Contest(
        candidates=tuple(candidate.name for candidate in options.candidates),
        against=options.against,
        metrics=options.metrics,
        units={},
        keypoints=options.keypoints,
        seed=options.seed,
        is_of_frames=sum(len(truth.annotated) for truth in truths) <= _MANY_FRAMES,
    )
    scoring = Scoring(contest, [_scored(contest, *pair) for pair in zip(truths, seen, strict=True)])
    where = "regions given by the labels" if options.regions == GIVEN else "end to end"
    return Evaluation(
        setting=where,
        options=asdict(options),
        candidates=contest.candidates,
        metrics=contest.metrics,
        keypoints=",".join(options.keypoints),
        clips=clips,
        figures=list(scoring.figures()),
        differences=list(scoring.differences()),
        false_finds=_false_finds(options, observer),
        notes=list(_notes(options, contest)),
        warnings=[*warnings, *_few_clips(truths), *_seen_in_training(options, clips)],
    )


def _notes(options: EvalOptions, contest: Contest) -> Iterator[str]:
    for name, note in _NOTES.items():
        if name in options.smoothers:
            yield f"{name}: {note}"
    if not contest.is_of_frames:
        yield f"over {_MANY_FRAMES:,} labelled frames: intervals are from drawing clips alone"


def _with_possible_bias(
    options: EvalOptions, truths: Sequence[Truth], warnings: list[str]
) -> EvalOptions:
    """The options without the bias where there is no other video to take it from."""
    if BIAS not in options.smoothers or len(truths) > 1:
        return options
    others = tuple(name for name in options.smoothers if name != BIAS)
    if not others:
        raise UsageError(
            f"{BIAS} is taken from other videos, but only {truths[0].name} is given; give more"
        )
    warnings.append(f"{BIAS} is left out: it is taken from other videos, and there is only one")
    return replace(options, smoothers=others)


def _facts(options: EvalOptions, truths: Sequence[Truth]) -> list[ClipFacts]:
    """What is known of the clips, and who was trained on them."""
    trained = {source: source_trained_on(source) for source in options.sources}
    smooth: dict[str, frozenset[str]] = {}
    for name in options.smoothers:
        smoother = None if name in BASELINES else smoothers.create(name)
        smooth[name] = frozenset(getattr(smoother, "trained_on", ()))
    return [
        ClipFacts(
            name=truth.name,
            frames=len(truth.annotated),
            torso_px=truth.annotated.torso_px,
            seen_by=tuple(
                candidate.name
                for candidate in options.candidates
                if truth.is_among(trained[candidate.source] | smooth[candidate.smoother])
            ),
        )
        for truth in truths
    ]


def _seen(options: EvalOptions, truth: Truth, observer: Observer) -> _Seen:
    """What each candidate sees in a clip."""
    seen: dict[str, Keypoints] = {}
    rows, whole = np.arange(len(truth.annotated)), None
    for source in options.sources:
        by_smoother: Mapping[str, Keypoints]
        if options.regions == GIVEN:
            by_smoother = {UNSMOOTHED: looked_at(source, truth, observer)}
        else:
            tracks = followed(
                source,
                truth,
                options.smoothers,
                options.people.get(truth.name, "auto"),
                is_repaired=options.repair,
                observer=observer,
            )
            by_smoother = tracks.xy
            rows, whole = truth.frame_index, truth.spread(len(tracks.xy[UNSMOOTHED]), tracks.fps)
        seen |= {Candidate(source, name).name: xy for name, xy in by_smoother.items()}
    return _Seen(rows, whole, seen)


def _unbiased(
    options: EvalOptions, truths: Sequence[Truth], seen: Sequence[_Seen]
) -> Sequence[_Seen]:
    """The same with the raw keypoints less their bias."""
    if BIAS not in options.smoothers:
        return seen
    for source in options.sources:
        raw, name = (Candidate(source, smoother).name for smoother in (UNSMOOTHED, BIAS))
        offsets = [
            Offsets.of(
                (truth.annotated.xy - one.xy[raw][one.rows]) / truth.annotated.torso_px,
                truth.annotated.is_visible,
            )
            for truth, one in zip(truths, seen, strict=True)
        ]
        seen = [
            replace(
                one,
                xy={
                    **one.xy,
                    name: (one.xy[raw] + bias * truth.annotated.torso_px).astype(np.float32),
                },
            )
            for truth, one, bias in zip(truths, seen, biases(offsets), strict=True)
        ]
    return seen


def _scored(contest: Contest, truth: Truth, seen: _Seen) -> Scored:
    scores: dict[tuple[str, str], Scores] = {}
    for candidate, name in product(contest.candidates, contest.metrics):
        metric, xy = metrics.create(name), seen.xy[candidate]
        if not metric.is_of_motion:
            scores[candidate, name] = metric(xy[seen.rows], truth.annotated)
        elif seen.whole is not None:
            scores[candidate, name] = metric(xy, seen.whole)
    return Scored(truth.name, scores)


def _false_finds(options: EvalOptions, observer: Observer) -> list[FalseFinds]:
    finds = []
    for video in options.empty:
        for source in options.sources:
            found, frames = count_found(source, video, observer)
            finds.append(FalseFinds(str(video), source.name, found, frames))
    return finds


def _with_regions(truth: Truth, warnings: list[str]) -> Truth:
    """The clip without the frames whose labels do not tell where the climber is."""
    kept = [row for row in range(len(truth.annotated)) if truth.region(row) is not None]
    lost = len(truth.annotated) - len(kept)
    if not kept:
        raise DatasetError(
            f"no frame of {truth.name} has labels of a hip and a shoulder, which give the region; "
            "leave the clip out with --clips"
        )
    if lost:
        warnings.append(
            f"{lost} frames of {truth.name} are left out: without labels of a hip and a shoulder "
            "there is no region"
        )
    return truth.only(kept)


def _check_lengths(truths: Sequence[Truth]) -> None:
    """Refuses, before the long work, clips whose torso is not known."""
    for truth in truths:
        if math.isnan(truth.annotated.torso_px):
            raise DatasetError(
                f"no frame of {truth.name} has labels of a shoulder and a hip of the same side, "
                "which give the torso's length; leave the clip out with --clips"
            )


def _few_clips(truths: Sequence[Truth]) -> list[str]:
    if len(truths) > 1:
        return []
    return ["of one clip, the intervals tell of its frames only, not of other climbs"]


def _seen_in_training(options: EvalOptions, clips: Iterable[ClipFacts]) -> list[str]:
    """A line for each clip and source that was trained on it, or else what smooths it."""
    lines = []
    for clip in clips:
        for source in options.sources:
            names = [Candidate(source, name).name for name in options.smoothers]
            seen = [name for name in names if name in clip.seen_by]
            for name in [source.name] if seen == names else seen:
                lines.append(
                    f"{name} was trained on {clip.name}: its figures there (*) are no test"
                )
    return lines
