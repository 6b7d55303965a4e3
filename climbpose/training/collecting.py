"""All samples of a run but those that are made meanwhile, and which of them are held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from climbpose import detectors
from climbpose.datasets.synthetic import SET_NAME
from climbpose.errors import DatasetError
from climbpose.training import labelled, unlabelled
from climbpose.training.labelled import dataset_samples
from climbpose.training.samples import Sample
from climbpose.training.teacher import Teacher
from climbpose.training.unlabelled import video_samples

_HELD_OUT_CLIPS = 5
"""One clip of so many is held out, where there are three at least."""

_MIN_CLIPS = 3
_HELD_OUT_SHARE = 0.15
"""Of each clip's frames, the last ones, where there are fewer clips."""

_MAX_HELD_OUT = 96
"""Of a source; more would only take time."""


@dataclass(frozen=True, eq=False)
class Collected:
    """Samples by source.

    Attributes:
        trained: To learn from.
        held_out: To choose the best weights by.
    """

    trained: dict[str, list[Sample]]
    held_out: dict[str, list[Sample]]


def collect(
    unlabelled_videos: Sequence[Path],
    labelled_sets: Sequence[Path],
    teacher: Teacher,
    folder: Path,
    detector: str = detectors.DEFAULT,
    say: Callable[[str], None] = lambda line: None,
) -> Collected:
    """The samples of the user's own videos and labels; those made before are not made again.

    Args:
        unlabelled_videos: To learn from what the teacher's views agree on.
        labelled_sets: As `dataset_samples` takes them.
        teacher: Says what labels do not.
        folder: Of the files of samples.
        detector: Finds people.
        say: Takes one line of news.

    Raises:
        ClimbposeError: A video or data set cannot be used.
    """
    trained: dict[str, list[Sample]] = {}
    held_out: dict[str, list[Sample]] = {}
    clips = []
    for video in unlabelled_videos:
        found = video_samples(video, teacher, folder, detector)
        say(f"{video}: {len(found)} samples" if found else f"{video}: nobody found, left out")
        clips += [found] if found else []
    if unlabelled_videos and not clips:
        raise DatasetError(
            f"nobody is found in {unlabelled_videos[0]}"
            f"{' and all other videos' * (len(unlabelled_videos) > 1)}, or too small or too "
            "uncertainly; film from nearer, or give other videos"
        )
    if clips:
        trained[unlabelled.SOURCE], held_out[unlabelled.SOURCE] = hold_out(clips)
    sets = []
    for path in labelled_sets:
        found = dataset_samples(path, teacher, folder)
        say(f"{path}: {len(found)} samples")
        if (path / SET_NAME).is_file():
            trained.setdefault(labelled.SOURCE, []).extend(found)
            looks = dataset_samples(path, teacher, folder, "val")
            held_out.setdefault(labelled.SOURCE, []).extend(looks)
        else:
            sets += by_clip(found)
    if sets:
        kept, left = hold_out(sets)
        trained.setdefault(labelled.SOURCE, []).extend(kept)
        held_out.setdefault(labelled.SOURCE, []).extend(left)
    return Collected(trained, {name: thinned(left) for name, left in held_out.items() if left})


def by_clip(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The samples of each clip."""
    clips: dict[str, list[Sample]] = {}
    for sample in samples:
        clips.setdefault(sample.clip, []).append(sample)
    return list(clips.values())


def hold_out(clips: Sequence[Sequence[Sample]]) -> tuple[list[Sample], list[Sample]]:
    """Samples to learn from and others: whole clips, or of few clips the last frames."""
    trained: list[Sample] = []
    held_out: list[Sample] = []
    for number, clip in enumerate(clips):
        if len(clips) >= _MIN_CLIPS:
            (held_out if number % _HELD_OUT_CLIPS == 1 else trained).extend(clip)
        else:
            ordered = sorted(clip, key=lambda sample: sample.frame)
            first = len(ordered) - int(len(ordered) * _HELD_OUT_SHARE)
            trained += ordered[:first]
            held_out += ordered[first:]
    return trained, held_out


def thinned(samples: Sequence[Sample], at_most: int = _MAX_HELD_OUT) -> list[Sample]:
    """So many of the samples, evenly."""
    if len(samples) <= at_most:
        return list(samples)
    return [samples[number * len(samples) // at_most] for number in range(at_most)]
