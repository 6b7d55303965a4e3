"""What is true of the clips that a run is measured on, from whichever data set they are."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from climbpose.datasets import Clip
from climbpose.datasets.climbing import LabelledVideo, read_climbing
from climbpose.datasets.labelled_frames import LabelledFrames, is_labelled_frames
from climbpose.datasets.pose_sources import kind_of
from climbpose.datasets.synthetic import Synthetic
from climbpose.datasets.video_files import find_video
from climbpose.detectors.following.regions import Region
from climbpose.errors import DatasetError, UsageError
from climbpose.evaluation.figures import ALL
from climbpose.evaluation.options import EvalOptions
from climbpose.labels import labels_path, read_info
from climbpose.metrics import Annotated

_SHA256 = 64
"""Digits of a hash."""


@dataclass(frozen=True, eq=False)
class Truth:
    """A clip and what is labelled in it.

    Attributes:
        name: Of the clip, in tables and options.
        video: The file.
        frame_index: Of the labelled frames, ascending.
        annotated: Their labels.
        identities: What a checkpoint's header calls the clip if it was trained on it.
        has_all_frames: Whether the labels are of every frame of the video.
        size: Width and height of the pictures that were labelled, None where nothing tells.
    """

    name: str
    video: Path
    frame_index: Int64[np.ndarray, " frames"]
    annotated: Annotated
    identities: frozenset[str] = field(repr=False)
    has_all_frames: bool = False
    size: tuple[int, int] | None = None

    def is_among(self, trained_on: frozenset[str]) -> bool:
        """Whether a model that was trained on these clips, by name or sha256, saw this one."""
        if self.identities & trained_on:
            return True
        if not any(len(entry) == _SHA256 for entry in trained_on):
            return False
        return hashlib.sha256(self.video.read_bytes()).hexdigest() in trained_on

    def only(self, rows: Sequence[int]) -> "Truth":
        """The clip with some of its labelled frames."""
        annotated = replace(
            self.annotated,
            xy=self.annotated.xy[rows],
            visibility=self.annotated.visibility[rows],
        )
        return replace(self, frame_index=self.frame_index[rows], annotated=annotated)

    def spread(self, frames: int, fps: float) -> Annotated:
        """The labels as those of a whole video, whose other frames are unlabelled.

        Args:
            frames: Of the video.
            fps: Its frames a second.
        """
        given = self.annotated
        xy = np.full((frames, *given.xy.shape[1:]), np.nan, np.float32)
        visibility = np.zeros((frames, given.visibility.shape[1]), np.uint8)
        xy[self.frame_index], visibility[self.frame_index] = given.xy, given.visibility
        return replace(given, xy=xy, visibility=visibility, fps=fps)

    def region(self, row: int) -> Region | None:
        """Where the climber is in a labelled frame, turned upright along the trunk.

        None where neither hip or neither shoulder is labelled.
        """
        index = self.annotated.skeleton.indices
        points = self.annotated.xy[row].astype(np.float64)
        known = np.isfinite(points).all(axis=1)
        ends = []
        for part in ("hip", "shoulder"):
            pair = [i for i in index(f"left_{part}", f"right_{part}") if known[i]]
            if not pair:
                return None
            ends.append(points[pair].mean(axis=0))
        hips, shoulders = ends
        return Region.around(hips, shoulders, float(np.hypot(*(points[known] - hips).T).max()))


def read_truths(options: EvalOptions) -> list[Truth]:
    """The clips that a run is measured on.

    Raises:
        UsageError: A clip that is named does not exist, or a data set is given twice.
        DatasetError: A data set is absent or damaged, or has no clip of the split.
    """
    if len({path.resolve() for path in options.datasets}) < len(options.datasets):
        raise UsageError("a data set is given twice; give each once")
    found: dict[str, Callable[[], Truth]] = {}
    for path in options.datasets:
        prefix = f"{path}/" if len(options.datasets) > 1 else ""
        for stem, read in _clips(path, options.split, options.videos):
            name = f"{prefix}{stem}"
            if name in found:
                raise DatasetError(f"{path} has two videos named {stem}; rename one")
            found[name] = partial(read, name)
    for name in (*options.clips, *options.people):
        if name not in found:
            raise UsageError(f"no clip is named {name!r}; choose of: {', '.join(found)}")
    return [read() for name, read in found.items() if not options.clips or name in options.clips]


def _clips(
    folder: Path, split: str, videos: Path | None
) -> Iterator[tuple[str, Callable[[str], Truth]]]:
    """The names of a data set's clips, and what reads them."""
    if is_labelled_frames(folder):
        labelled = LabelledFrames(folder)
        for stem in labelled.stems:
            yield stem, partial(_of_labelled_frames, labelled, stem)
        return
    kind = kind_of(folder) if folder.exists() else None
    if kind == "climbing":
        place = videos or (folder if folder.is_dir() else folder.parent)
        for video in read_climbing(folder):
            yield Path(video.video).stem, partial(_of_climbing, video, place)
        return
    if kind not in (None, "synthetic"):
        raise UsageError(
            f"{folder} has poses without videos ({kind}); add --experiment 1.1 to have them noised"
        )
    synthetic = Synthetic(folder, None if split == ALL else split)
    if not len(synthetic):
        raise DatasetError(
            f"{folder} has no clip of the split {split}; choose another one with --split, or {ALL}"
        )
    for number in range(len(synthetic)):
        clip = synthetic[number]
        yield clip.video.stem, partial(_of_synthetic, clip)


def _of_labelled_frames(data: LabelledFrames, stem: str, name: str) -> Truth:
    clip = data.clip(stem)
    return Truth(
        name=name,
        video=clip.video,
        frame_index=clip.frame_index,
        annotated=Annotated.of_labels(clip.xy, clip.visibility),
        identities=frozenset({stem}),
    )


def _of_synthetic(clip: Clip, name: str) -> Truth:
    info = read_info(labels_path(clip.video))
    return Truth(
        name=name,
        video=clip.video,
        frame_index=np.arange(len(clip), dtype=np.int64),
        annotated=Annotated.of_labels(clip.xy, clip.visibility),
        # Every set has a clip of the same file name.
        identities=frozenset({f"synthetic:{info['seed']}:{info['index']}"}),
        has_all_frames=True,
    )


def _of_climbing(labelled: LabelledVideo, folder: Path, name: str) -> Truth:
    return Truth(
        name=name,
        video=find_video(folder, labelled.video),
        frame_index=labelled.frame_index,
        annotated=Annotated.of_labels(labelled.xy, labelled.visibility),
        identities=frozenset({labelled.video, Path(labelled.video).stem}),
        size=labelled.size,
    )
