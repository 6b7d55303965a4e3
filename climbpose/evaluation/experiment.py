"""Thesis A's experiments: poses are noised, smoothed in windows, and compared with what they were.

Each frame lies over its own box of 56 x 56 cells, and what networks of heatmaps give is decoded by
the highest cell, so that the figures compare with the thesis's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import torch

from climbpose.checkpoint import Stored
from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.splits import BY_VIDEO, Segment, split_clips
from climbpose.evaluation.baselines import BIAS, MEANS
from climbpose.evaluation.contenders import WINDOW, judge_network, judge_tracks, smoothed
from climbpose.evaluation.experiment_options import ExperimentOptions, is_network, label
from climbpose.evaluation.figures import ALL, Contest, Scoring
from climbpose.evaluation.looking import Observer
from climbpose.evaluation.report import ClipFacts, Evaluation
from climbpose.evaluation.thesis import REFERENCE_NOTE, printed
from climbpose.evaluation.trial import (
    METRICS,
    UNITS,
    Part,
    Stretch,
    Tally,
    choose_windows,
    stretches,
)
from climbpose.noising.batches import ThesisMaker
from climbpose.noising.experiments import thesis_experiment
from climbpose.smoothers.learned import SmoothingNetwork
from climbpose.smoothers.learned.stored import read_network


class _Network(NamedTuple):
    """A learned candidate."""

    plain: SmoothingNetwork
    stored: Stored


def evaluate_experiment(options: ExperimentOptions, observer: Observer) -> Evaluation:
    """Measures what smoothers make of noised poses.

    Args:
        options: What is to be measured.
        observer: Sees the progress.

    Raises:
        ClimbposeError: Something that the user can mend.
    """
    networks = {
        name: _Network(*read_network(name)) for name in options.smoothers if is_network(name)
    }
    made = _noised(options)
    parts = choose_windows(made, WINDOW, options.windows, options.seed)
    tally = Tally()
    for name in options.smoothers:
        if name in networks:
            own = choose_windows(made, networks[name].plain.length, options.windows, options.seed)
            judge_network(label(name), networks[name].plain, made, own, tally, observer)
        else:
            judge_tracks(label(name), smoothed(name, made), made, parts, tally, observer)
    tally.fill([(one, metric) for one in options.candidates for metric in METRICS])
    return _reported(options, networks, made, parts, tally)


def _noised(options: ExperimentOptions) -> list[Stretch]:
    """The frames of the chosen split, with noise."""
    setting = thesis_experiment(options.experiment)
    is_cuda = options.device == "cuda" or (options.device == "auto" and torch.cuda.is_available())
    generator = torch.Generator("cuda" if is_cuda else "cpu").manual_seed(options.seed)
    maker = ThesisMaker(setting.noise, options.margin)
    sets = [source.read() for source in options.sources()]
    if options.split_by == BY_VIDEO:
        # As in training, videos are dealt out of all sets together.
        sets = [PoseClips.of(clip for one in sets for clip in one)]
    made = []
    for clips in sets:
        if options.split == ALL:
            segments = [Segment(number, 0, len(clip)) for number, clip in enumerate(clips)]
        else:
            segments = split_clips(clips, options.split_by, options.seed)[options.split]
        made += stretches(clips, segments, maker, setting.every, generator)
    return made


def _reported(
    options: ExperimentOptions,
    networks: Mapping[str, _Network],
    made: Sequence[Stretch],
    parts: Sequence[Part],
    tally: Tally,
) -> Evaluation:
    first, *others = options.candidates
    contest = Contest(
        candidates=options.candidates,
        against=dict.fromkeys(others, first),
        metrics=METRICS,
        units=UNITS,
        keypoints=options.keypoints,
        seed=options.seed,
        is_of_frames=False,
    )
    facts = _facts(networks, made, tally)
    scoring = Scoring(contest, tally.scored())
    windows = sum(len(part.starts) for part in parts)
    families = {
        label(name): str(one.stored.header["network"])
        for name, one in networks.items()
        if _is_as_in_thesis(one.stored, options)
    }
    is_same = options.is_with_thesis and all(fact.name.startswith("penn-action:") for fact in facts)
    return Evaluation(
        setting=(
            f"thesis A's experiment {options.experiment}, split {options.split}, {len(facts)} "
            f"videos, {windows} windows of {WINDOW} frames, torso of each frame"
        ),
        options=asdict(options),
        candidates=contest.candidates,
        metrics=contest.metrics,
        keypoints=",".join(options.keypoints),
        clips=facts,
        figures=list(scoring.figures()),
        differences=list(scoring.differences()),
        notes=list(_notes(options, networks)),
        warnings=list(_warnings(options, facts, is_same)),
        reference=printed(options.experiment, families) if is_same else {},
    )


def _is_as_in_thesis(stored: Stored, options: ExperimentOptions) -> bool:
    """Whether a network has the thesis's configuration and was trained on noise as here."""
    noise = stored.header.get("noise")
    scale = thesis_experiment(options.experiment).noise.scale
    return (
        not stored.header["config"]
        and isinstance(noise, dict)
        and (noise.get("kind"), noise.get("k")) == ("thesis", scale)
    )


def _facts(
    networks: Mapping[str, _Network], made: Sequence[Stretch], tally: Tally
) -> list[ClipFacts]:
    facts = []
    for video in tally.sums:
        of_video = [stretch for stretch in made if stretch.video == video]
        names = frozenset().union(*(stretch.names for stretch in of_video))
        torso = torch.cat([stretch.frames.torso for stretch in of_video])
        facts.append(
            ClipFacts(
                name=video,
                frames=sum(map(len, of_video)),
                torso_px=float(torso.nanmean()),
                seen_by=tuple(
                    label(name) for name, one in networks.items() if names & one.stored.trained_on
                ),
            )
        )
    return facts


def _notes(options: ExperimentOptions, networks: Mapping[str, _Network]) -> Iterator[str]:
    if BIAS in options.smoothers:
        yield (
            f"{label(BIAS)}: moved by the constant offset of each keypoint, in torso lengths, that "
            "the labels of all other videos have (leave one video out)"
        )
    if any(name in MEANS for name in options.smoothers):
        yield "mean_5: of the window's frames; mean_9: of 9 frames of the clip, centred"
    for name, one in networks.items():
        if one.plain.length != WINDOW:
            yield f"{label(name)} is judged on windows of its own, of {one.plain.length} frames"
    if options.is_with_thesis:
        yield REFERENCE_NOTE


def _warnings(
    options: ExperimentOptions, facts: Sequence[ClipFacts], is_same: bool
) -> Iterator[str]:
    if options.is_with_thesis and not is_same:
        yield "thesis A's figures are of Penn Action and left out for other data"
    if len(facts) == 1:
        yield "of one video there are no intervals, and nothing to take a bias from"
    for candidate in options.candidates:
        seen = sum(candidate in fact.seen_by for fact in facts)
        if seen:
            yield (
                f"{candidate} was trained on {seen} of the {len(facts)} videos: its figures are no "
                "test; split as it was trained, with the same seed"
            )
