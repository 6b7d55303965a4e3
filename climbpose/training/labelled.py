"""Samples of the user's own labelled pictures, and of sets that ``climbpose synth`` made."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.datasets.labelled_frames import LabelledFrames, is_labelled_frames
from climbpose.datasets.synthetic import SET_NAME, Synthetic
from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.errors import DatasetError, UsageError
from climbpose.labels import UNLABELLED, labels_path, read_info
from climbpose.poses import Frame
from climbpose.skeleton import CLIMBING_25
from climbpose.training.coco_pictures import CocoPictures
from climbpose.training.cutting import Cut, region_of
from climbpose.training.making import UNTOLD, is_large_enough, kept, key_of, sample_of
from climbpose.training.samples import Sample
from climbpose.training.teacher import EIGHT_VIEWS, ONE_VIEW, TWO_VIEWS, Teacher
from climbpose.video import VideoReader

SOURCE = "labelled"
SYNTHETIC = "synthetic"

_EVERY = 12
"""Of a synthetic clip's frames one in so many is taken; the others are too alike."""

_REACH = 4.75
"""Side of a region that outstretched hands and feet are in, over the trunk's length."""

_MIN_KEYPOINTS = 18
"""Inside the picture, of a synthetic climber."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPerson:
    """Somebody in a picture.

    Attributes:
        clip: Name of the video or folder of pictures.
        frame: Number of the picture in it.
        image: The picture, RGB.
        xy: Keypoints, pixels; NaN where unlabelled.
        visibility: COCO's; 0 where unlabelled, or outside the picture where ``xy`` is told.
        source: ``labelled`` or ``synthetic``.
    """

    clip: str
    frame: int
    image: UInt8[np.ndarray, "h w 3"]
    xy: Float32[np.ndarray, "25 2"]
    visibility: UInt8[np.ndarray, "25"]
    source: str = SOURCE


def dataset_samples(
    path: Path, teacher: Teacher, folder: Path, split: str = "train"
) -> list[Sample]:
    """The samples of a labelled data set, from a file where they were made before.

    Args:
        path: A folder that ``climbpose synth`` made, one with ``labels.json``, or a file of COCO
            keypoints.
        teacher: Says what labels do not.
        folder: Of the files of samples.
        split: Of the looks of a synthetic set.

    Raises:
        UsageError: It is none of these.
        DatasetError: It is damaged, or shows nobody large enough.
    """
    people = _people(path, split)
    files = sorted(path.glob("*.npz")) if (path / SET_NAME).is_file() else []
    files += [path] if path.is_file() else sorted(path.glob("*.json"))
    key = key_of(*files, teacher.key, split)
    found = kept(
        folder / SOURCE / f"{path.stem}-{key}.npz",
        lambda: (sample for one in people if (sample := person_sample(one, teacher)) is not None),
    )
    if not found and split == "train":
        raise DatasetError(
            f"{path}: nobody in it has labelled hips and shoulders and is large enough to learn "
            "from; leave it out"
        )
    return found


def person_sample(person: LabelledPerson, teacher: Teacher) -> Sample | None:
    """The sample of a labelled person; None for whom too little is known of."""
    region = region_of(person.xy)
    known = np.isfinite(person.xy).all(axis=1)
    if region is not None and not known.all():
        wide = replace(region, size=max(region.size, _REACH * _trunk(person.xy)))
        looked = teacher.look(person.image, wide, ONE_VIEW).points[BLAZEPOSE_OF_CLIMBING]
        region = region_of(np.where(known[:, None], person.xy, looked))
    if region is None or not is_large_enough(region):
        return None
    cut = Cut.around(person.image, region)
    return sample_of(
        cut,
        teacher.look(cut.image, cut.region, TWO_VIEWS if known.all() else EIGHT_VIEWS),
        person.source,
        person.clip,
        person.frame,
        person.xy,
        np.where(known, person.visibility, UNTOLD).astype(np.uint8),
    )


def _trunk(xy: Float32[np.ndarray, "25 2"]) -> float:
    """From the hips to the shoulders, pixels."""
    shoulders, hips = (
        xy[CLIMBING_25.indices(f"left_{name}", f"right_{name}")].mean(axis=0)
        for name in ("shoulder", "hip")
    )
    return float(np.hypot(*(shoulders - hips)))


def is_in_view(visibility: UInt8[np.ndarray, "25"]) -> bool:
    """Whether enough of a synthetic climber is inside the picture."""
    return int((visibility != UNLABELLED).sum()) >= _MIN_KEYPOINTS


def _people(path: Path, split: str) -> Iterator[LabelledPerson]:
    if (path / SET_NAME).is_file():
        return _of_synthetic(Synthetic(path, split))
    if path.is_dir() and is_labelled_frames(path):
        return _of_labelled_frames(LabelledFrames(path))
    if path.suffix.lower() == ".json" and path.is_file():
        return _of_coco(CocoPictures(path))
    raise UsageError(
        f"--labelled {path}: expected a folder that climbpose synth made, a folder with "
        "labels.json, or a .json file of COCO keypoints"
    )


def _of_synthetic(clips: Synthetic) -> Iterator[LabelledPerson]:
    for number in range(len(clips)):
        clip = clips[number]
        info = read_info(labels_path(clip.video))
        shown = [
            frame for frame in range(0, len(clip), _EVERY) if is_in_view(clip.visibility[frame])
        ]
        for frame in _frames(clip.video, shown):
            yield LabelledPerson(
                clip=f"{SYNTHETIC}:{info['seed']}:{info['index']}",
                frame=frame.index,
                image=frame.image,
                xy=clip.xy[frame.index],
                visibility=clip.visibility[frame.index],
                source=SYNTHETIC,
            )


def _of_labelled_frames(clips: LabelledFrames) -> Iterator[LabelledPerson]:
    for stem in clips.stems:
        clip = clips.clip(stem)
        rows = {int(index): row for row, index in enumerate(clip.frame_index)}
        for frame in _frames(clip.video, rows):
            row = rows[frame.index]
            yield LabelledPerson(stem, frame.index, frame.image, clip.xy[row], clip.visibility[row])


def _of_coco(pictures: CocoPictures) -> Iterator[LabelledPerson]:
    for place, entries in groupby(pictures.entries, key=lambda entry: entry.video):
        by_frame = {entry.frame: entry for entry in entries}
        shown = (
            ((entry.frame, pictures.image(entry)) for entry in by_frame.values())
            if place is None
            else ((frame.index, frame.image) for frame in _frames(place, by_frame))
        )
        for index, image in shown:
            for xy, visibility in by_frame[index].people:
                yield LabelledPerson(by_frame[index].clip, index, image, xy, visibility)


def _frames(video: Path, wanted: Collection[int]) -> Iterator[Frame]:
    """Some frames of a video, in order.

    Raises:
        DatasetError: The video has not so many.
    """
    if not wanted:
        return
    last = max(wanted)
    with VideoReader(video) as reader:
        for frame in reader:
            if frame.index in wanted:
                yield frame
            if frame.index == last:
                return
    raise DatasetError(f"{video} ends before frame {last}, which has labels; check the file")
