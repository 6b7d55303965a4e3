"""Pairs for finetuning: what a detector saw in labelled videos, and what is true (thesis A, 6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from climbpose.datasets.climbing import LabelledVideo, read_climbing
from climbpose.datasets.named_sources import DataSource
from climbpose.datasets.pose_clips import PoseClip, PoseClips
from climbpose.datasets.pose_sources import kind_of
from climbpose.datasets.synthetic import Synthetic
from climbpose.datasets.video_files import find_video
from climbpose.errors import DatasetError
from climbpose.heatmaps import GaussianMaps
from climbpose.labels import UNLABELLED
from climbpose.poses import HEATMAP_SIZE, Detection
from climbpose.repair import repair
from climbpose.skeleton import CLIMBING_25
from climbpose.tracks import fill, link
from climbpose.training.smoothing.detecting import Seen, look
from climbpose.training.smoothing.material import Sightings

_MAX_OFF = 0.5
"""Whose keypoints are off by more than this share of their box's side is somebody else."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A video file and those of its frames that are labelled.

    Attributes:
        video: The file.
        name: What it is called in checkpoints.
        size: Width and height of the picture that was labelled; None where labels do not tell.
        frames: How many frames the video must have; None where only so many as are labelled.
        frame_index: In decoding order, ascending.
        xy: Pixels; NaN where unlabelled.
        visibility: COCO's.
    """

    video: Path
    name: str
    size: tuple[int, int] | None
    frames: int | None
    frame_index: Int64[np.ndarray, " rows"]
    xy: Float32[np.ndarray, "rows keypoints 2"]
    visibility: UInt8[np.ndarray, "rows keypoints"]


def labelled_videos(source: DataSource, videos: Path | None) -> list[Labelled]:
    """The labelled videos of a source.

    Args:
        source: CVAT's XML, COCO keypoints, or a folder that ``climbpose synth`` made.
        videos: Folder of the videos; None where they lie beside the labels.

    Raises:
        DatasetError: It is something else, it is damaged, or a video is not there.
    """
    kind = source.kind or kind_of(source.path)
    if kind == "synthetic":
        return list(_synthetic(source))
    if kind != "climbing":
        raise DatasetError(
            f"{source.path}: expected videos with labels (CVAT's XML, COCO keypoints JSON, or what "
            f"climbpose synth makes), found {kind or 'nothing known'}; use it for climbpose train "
            "pretrain"
        )
    beside = source.path if source.path.is_dir() else source.path.parent
    return [_own(one, videos or beside) for one in read_climbing(source.path, **source.options)]


def _own(labels: LabelledVideo, folder: Path) -> Labelled:
    return Labelled(
        video=find_video(folder, labels.video),
        name=labels.video,
        size=labels.size,
        frames=None,
        frame_index=labels.frame_index,
        xy=labels.xy,
        visibility=labels.visibility,
    )


def _synthetic(source: DataSource) -> Iterator[Labelled]:
    clips = Synthetic(source.path, source.options.get("split"))
    for number in range(len(clips)):
        labels, clip = clips.labels(number), clips[number]
        hidden = clip.visibility == UNLABELLED
        yield Labelled(
            video=clip.video,
            name=f"synthetic:{labels.seed}:{labels.index}",
            size=(labels.width, labels.height),
            frames=len(clip),
            frame_index=np.arange(len(clip)),
            xy=np.where(hidden[:, :, None], np.float32(np.nan), clip.xy),
            visibility=clip.visibility,
        )


def pair(
    videos: Sequence[Labelled],
    detector: str,
    folder: Path,
    say: Callable[[str], None],
    weights: Path | None = None,
) -> tuple[PoseClips, Sightings]:
    """The labels of videos and what a detector saw there, row by row.

    The rows of a video are all its frames from the first label to the last; frames between, that
    nobody labelled, are seen all the same.

    Args:
        videos: With labels.
        detector: As `look` takes it.
        folder: Of the files of what was seen.
        say: Takes a line of news.
        weights: A trained network instead of the detector's own.

    Raises:
        DatasetError: A video does not fit its labels, or the detector does not see the climber.
        ClimbposeError: A video cannot be read, or the detector lacks something.
    """
    clips, parts = [], []
    for labelled in videos:
        seen = look(labelled.video, detector, folder, say, weights)
        _check(labelled, seen)
        clip, sightings = _paired(labelled, seen)
        clips.append(clip)
        parts.append(sightings)
    return PoseClips.of(clips), Sightings.joined(parts)


def _check(labelled: Labelled, seen: Seen) -> None:
    frames, last = len(seen.times), int(labelled.frame_index[-1])
    if labelled.frames not in (None, frames) or last >= frames:
        expected = labelled.frames or f"at least {last + 1}"
        raise DatasetError(
            f"{labelled.video}: expected {expected} frames as its labels say, found {frames}; give "
            "the video that was labelled"
        )
    width, height = seen.size.tolist()
    if labelled.size is not None and labelled.size != (width, height):
        raise DatasetError(
            f"{labelled.video} has pictures of {width} x {height}, but its labels are of "
            f"{labelled.size[0]} x {labelled.size[1]}; give the video that was labelled"
        )


def _paired(labelled: Labelled, seen: Seen) -> tuple[PoseClip, Sightings]:
    first, last = int(labelled.frame_index[0]), int(labelled.frame_index[-1])
    count, keypoints = last + 1 - first, len(CLIMBING_25)
    xy = np.full((count, keypoints, 2), np.nan, np.float32)
    visibility = np.zeros((count, keypoints), np.uint8)
    xy[labelled.frame_index - first] = labelled.xy
    visibility[labelled.frame_index - first] = labelled.visibility
    sightings = Sightings(
        xy=np.full((count, keypoints, 2), np.nan, np.float32),
        sigma=np.ones((count, keypoints, 2), np.float32),
        height=np.zeros((count, keypoints), np.float32),
    )
    climber = _climber(labelled, seen)
    for detection in climber:
        row = detection.frame_index - first
        if 0 <= row < count:
            maps = detection.maps
            assert isinstance(maps, GaussianMaps)
            cell = (detection.box[2:] - detection.box[:2]) / np.float32(HEATMAP_SIZE)
            sigma = maps.sigma[:, None] if maps.sigma.ndim == 1 else maps.sigma
            sightings.xy[row], sightings.height[row] = detection.keypoints()
            sightings.sigma[row] = np.maximum(np.nan_to_num(sigma, nan=1.0), 1e-3) * cell
    if not np.isfinite(sightings.xy).any():
        raise DatasetError(
            f"{labelled.video}: the detector sees nobody where the labels are; check that they "
            "belong together, or choose another --detector"
        )
    clip = PoseClip(xy, visibility, float(seen.fps), labelled.name, labelled.name)
    return clip, sightings


def _climber(labelled: Labelled, seen: Seen) -> list[Detection]:
    """Of the people in a video the one who is labelled, with gaps filled as in annotating."""
    rows = {int(frame): row for row, frame in enumerate(labelled.frame_index)}

    def off(detection: Detection) -> float:
        """How far from the labels, in sides of the detected box; NaN where there are none."""
        row = rows.get(detection.frame_index)
        if row is None:
            return float("nan")
        truth, found = labelled.xy[row], detection.keypoints()[0]
        both = np.isfinite(truth).all(axis=1) & np.isfinite(found).all(axis=1)
        if not both.any():
            return float("nan")
        side = float((detection.box[2:] - detection.box[:2]).max())
        return float(np.median(np.linalg.norm(found[both] - truth[both], axis=1))) / side

    chosen: dict[int, tuple[float, Detection]] = {}
    for person in link(seen.detections()):
        distances = np.array([off(detection) for detection in person])
        judged = distances[np.isfinite(distances)]
        usual = float(np.median(judged)) if len(judged) else np.inf
        if usual > _MAX_OFF:
            continue
        for detection, distance in zip(person, distances.tolist(), strict=True):
            mine = distance if np.isfinite(distance) else usual
            if mine < chosen.get(detection.frame_index, (np.inf, detection))[0]:
                chosen[detection.frame_index] = (mine, detection)
    times = {frame: float(time) for frame, time in enumerate(seen.times)}
    seen_once = (chosen[frame][1] for frame in sorted(chosen))
    return list(repair(list(fill(seen_once, times))).detections)
