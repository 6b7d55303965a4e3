"""The run: read the labels, let every candidate look, count up."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from climbpose import assets, detectors
from climbpose.errors import DatasetError
from climbpose.evaluation.figures import Scoring, Seen
from climbpose.evaluation.looking import (
    Observer,
    count_found,
    followed,
    looked_at,
    trained_on,
)
from climbpose.evaluation.options import GIVEN, Candidate, EvalOptions
from climbpose.evaluation.report import ClipFacts, Evaluation, FalseFinds
from climbpose.evaluation.truth import Truth, read_truths

__all__ = ["Observer", "evaluate", "fetch_models"]


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
    if options.regions == GIVEN:
        truths = [_with_regions(truth, warnings) for truth in truths]
    _check_lengths(truths)
    trained = {source: trained_on(source) for source in options.sources}
    clips = [
        ClipFacts(
            name=truth.name,
            frames=len(truth.annotated),
            torso_px=truth.annotated.torso_px,
            seen_by=tuple(
                candidate.name
                for candidate in options.candidates
                if truth.is_among(trained[candidate.source])
            ),
        )
        for truth in truths
    ]
    scoring = Scoring(options, truths, [_seen(options, truth, observer) for truth in truths])
    return Evaluation(
        options=options,
        clips=clips,
        figures=list(scoring.figures()),
        differences=list(scoring.differences()),
        false_finds=_false_finds(options, observer),
        warnings=[*warnings, *_few_clips(truths), *_seen_in_training(clips)],
    )


def _seen(options: EvalOptions, truth: Truth, observer: Observer) -> Seen:
    """What each candidate sees in a clip."""
    seen: dict[str, np.ndarray] = {}
    for source in options.sources:
        by_smoother: Mapping[str, np.ndarray]
        if options.regions == GIVEN:
            by_smoother = dict.fromkeys(options.smoothers, looked_at(source, truth, observer))
        else:
            person = options.people.get(truth.name, "auto")
            by_smoother = followed(source, truth, options.smoothers, person, observer)
        seen |= {Candidate(source, name).name: xy for name, xy in by_smoother.items()}
    return seen


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


def _seen_in_training(clips: Sequence[ClipFacts]) -> list[str]:
    return [
        f"{name} was trained on {clip.name}: its figures there (*) are no test"
        for clip in clips
        for name in clip.seen_by
    ]
