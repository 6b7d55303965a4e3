"""Samples of synthetic climbing, made while the training goes on, so that hardly any is seen twice.

The frames that are trained on are a window over an endless row of clips, each of which depends on
the seed and its number alone: after so many draws the window has moved by so many frames. So the
training sees the same frames however fast they were made, and whether or not it was interrupted.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import sleep
from types import TracebackType

import numpy as np

from climbpose.datasets.synthetic import split_of
from climbpose.files import PART_SUFFIX
from climbpose.synth.scene import Scene
from climbpose.synth.variation import Config
from climbpose.training import samples as sample_files
from climbpose.training.labelled import SYNTHETIC, LabelledPerson, is_in_view, person_sample
from climbpose.training.making import keep
from climbpose.training.producers import Producers
from climbpose.training.samples import Sample
from climbpose.training.start import load_landmarks
from climbpose.training.teacher import Teacher
from climbpose.video import Colour

_SIZES = ((480, 854), (480, 854), (720, 1280), (360, 640), (854, 480), (640, 640))
"""Widths and heights of the clips' pictures, pixels."""

_POLL_S = 0.1


@dataclass(frozen=True)
class SyntheticOptions:
    """Which clips are made.

    Attributes:
        seed: The same seed makes the same clips.
        seconds: How long each lasts.
        every: One of so many frames is drawn.
        window: Samples to draw from at any time.
        uses: How often a sample is drawn, on average.
    """

    seed: int = 0
    seconds: float = 7.0
    every: int = 12
    window: int = 160
    uses: float = 4.0


def configs(options: SyntheticOptions, split: str = "train") -> Iterator[Config]:
    """The endless row of clips whose look belongs to a split."""
    for index in count():
        rng = np.random.default_rng([options.seed, index])
        width, height = _SIZES[int(rng.integers(len(_SIZES)))]
        config = Config.sample(
            options.seed, index, seconds=options.seconds, width=width, height=height
        )
        if split_of(config.look) == split:
            yield config


def clip_samples(config: Config, every: int, teacher: Teacher) -> Iterator[Sample]:
    """The samples of one clip, one of so many frames."""
    scene = Scene.of(config, lambda frames: None)
    first = config.index % every
    for picture, seen in scene.pictures(Colour(), range(first, len(scene.path), every)):
        shot = scene.path.shot(float(picture.index))
        xy = shot.project(scene.xyz[picture.index].astype(np.float64))[0].astype(np.float32)
        visibility = seen.visibility.astype(np.uint8)
        # Behind the camera there are no pixels.
        if not (is_in_view(visibility) and np.isfinite(xy).all()):
            continue
        image = picture.frame.to_ndarray(format="rgb24")[: picture.height, : picture.width]
        clip = f"{SYNTHETIC}:{config.seed}:{config.index}"
        person = LabelledPerson(clip, picture.index, image, xy, visibility, SYNTHETIC)
        sample = person_sample(person, teacher)
        if sample is not None:
            yield sample


def held_out_samples(options: SyntheticOptions, teacher: Teacher, wanted: int) -> list[Sample]:
    """So many samples of looks that are kept for validation."""
    found: list[Sample] = []
    for config in configs(options, "val"):
        found += clip_samples(config, options.every * 2, teacher)
        if len(found) >= wanted:
            break
    return found[:wanted]


def produce(
    folder: Path, options: SyntheticOptions, teacher: str, number: int, jobs: int
) -> Iterator[int]:
    """Makes every so-manyth clip's file, one each time it is asked; for a process of its own.

    Args:
        folder: Where to.
        options: Which clips.
        teacher: As `load_landmarks` takes it.
        number: Of the first clip.
        jobs: Distance from one clip to the next.

    Yields:
        The number of the clip that is made next.
    """
    judge = Teacher.of(load_landmarks(teacher).graph)
    for place, config in enumerate(configs(options)):
        if place >= number and (place - number) % jobs == 0:
            yield place
            path = clip_path(folder, place)
            if not path.exists():
                keep(list(clip_samples(config, options.every, judge)), path)


def clip_path(folder: Path, place: int) -> Path:
    """The file of the samples of a clip, by its place in the row."""
    return folder / f"clip_{place:06d}.npz"


@dataclass(frozen=True)
class Place:
    """Where a window over the row of clips stands.

    Attributes:
        drawn: Samples drawn so far.
        clip: The first clip of which samples are kept.
        before: Samples of all clips before that.
    """

    drawn: int = 0
    clip: int = 0
    before: int = 0


class FreshSamples:
    """A pool that is refilled by processes which make clips; a context manager.

    Args:
        folder: Of the clips' files.
        options: Which clips.
        teacher: As `load_landmarks` takes it.
        jobs: Processes.
        place: Where to go on.
    """

    def __init__(
        self,
        folder: Path,
        options: SyntheticOptions,
        teacher: str,
        jobs: int,
        place: Place = Place(),
    ) -> None:
        self._folder, self._options = folder, options
        self._drawn, self._first, self._before = place.drawn, place.clip, place.before
        self._next = place.clip
        self._clips: deque[list[Sample]] = deque()
        self._settled = place.clip
        self._producers = Producers(
            jobs, produce, lambda number: (folder, options, teacher, place.clip + number, jobs)
        )

    def __enter__(self) -> "FreshSamples":
        for half_made in self._folder.glob(f"*{PART_SUFFIX}"):
            half_made.unlink()
        self._producers.start(self._next)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._producers.stop()

    def draw(self, rng: np.random.Generator) -> Sample:
        """Any sample of the window; waits where it has not been made yet."""
        start = int(self._drawn / self._options.uses)
        self._fill(start + self._options.window)
        while self._before + len(self._clips[0]) <= start:
            self._before += len(self._clips.popleft())
            self._first += 1
        self._drawn += 1
        return self._at(start + int(rng.integers(self._options.window)))

    def window(self) -> list[Sample]:
        """The samples that the next draw is one of."""
        start = int(self._drawn / self._options.uses)
        self._fill(start + self._options.window)
        return [self._at(start + number) for number in range(self._options.window)]

    def place(self) -> Place:
        """Where the window stands."""
        return Place(self._drawn, self._first, self._before)

    def forget(self, place: Place) -> None:
        """Removes the files of clips that nothing which goes on from ``place`` needs."""
        for number in range(self._settled, place.clip):
            clip_path(self._folder, number).unlink(missing_ok=True)
        self._settled = max(self._settled, place.clip)

    def _fill(self, end: int) -> None:
        """Reads clips until the row is known so far."""
        while self._before + sum(map(len, self._clips)) < end:
            path = clip_path(self._folder, self._next)
            while not path.exists():
                self._producers.check()
                sleep(_POLL_S)
            self._clips.append(list(sample_files.read([path])))
            self._next += 1
            self._producers.allow(self._next)

    def _at(self, number: int) -> Sample:
        number -= self._before
        for clip in self._clips:
            if number < len(clip):
                return clip[number]
            number -= len(clip)
        raise AssertionError("beyond the clips that were read")
