"""Own climbing footage that somebody labelled with CVAT or with another tool that writes COCO.

Read are CVAT's XML (see `cvat`) and COCO's keypoints JSON (see `coco_keypoints`), a zip archive as
CVAT exports it with one of these, or a folder with any number of all three. Any of our 25 keypoints
may be labelled, in any frames.
"""

import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from climbpose.archives import DAMAGE, read_text
from climbpose.datasets.coco_keypoints import is_coco, read_coco
from climbpose.datasets.cvat import read_cvat
from climbpose.datasets.person_labels import PersonLabels
from climbpose.datasets.pose_clips import PoseClip, PoseClips, runs
from climbpose.errors import DatasetError, UsageError
from climbpose.skeleton import CLIMBING_25

_SUFFIXES = (".xml", ".json", ".zip")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVideo:
    """A video and those of its frames in which a climber is labelled: one row for each of them.

    Attributes:
        video: What the annotations call it, mostly the name of its file.
        size: Width and height of its picture, None where the annotations do not tell.
        frame_index: In decoding order, ascending.
        xy: Keypoints, pixels; NaN where unlabelled.
        visibility: COCO's: 0 unlabelled, 1 occluded, 2 visible.
        person: Which climber a row is of, where they take turns.
    """

    video: str
    size: tuple[int, int] | None
    frame_index: Int64[np.ndarray, " frames"]
    xy: Float32[np.ndarray, "frames keypoints 2"]
    visibility: UInt8[np.ndarray, "frames keypoints"]
    person: Int64[np.ndarray, " frames"]

    def __len__(self) -> int:
        return len(self.frame_index)

    def clips(self, fps: float = math.nan) -> Iterator[PoseClip]:
        """The stretches in which every frame is labelled, of one climber each.

        Args:
            fps: Frames a second of the video, which annotations do not tell.
        """
        # A step of more than one at each change of the climber makes that a gap, too.
        apart = self.frame_index + np.cumsum(np.diff(self.person, prepend=self.person[:1]) != 0)
        for rows in runs(apart.astype(np.int64)):
            yield PoseClip(
                xy=self.xy[rows],
                visibility=self.visibility[rows],
                fps=fps,
                name=f"{self.video}:{self.frame_index[rows.start]}",
                video=self.video,
            )


def is_climbing(path: Path) -> bool:
    """Whether a file or folder seems to hold such annotations."""
    return path.suffix.lower() in _SUFFIXES if path.is_file() else bool(_files(path))


def read_climbing(path: Path, track: str | None = None) -> list[LabelledVideo]:
    """The videos that are labelled.

    Args:
        path: An annotation file, an archive with it, or a folder.
        track: Which climber, by the track's number or label, where several are labelled at once.

    Raises:
        DatasetError: There are no annotations, they are damaged, or several people are labelled at
            once and none is chosen; the message lists them.
        UsageError: There is no such track.
    """
    found: dict[str, Path] = {}
    videos = []
    for file in _files(path) if path.is_dir() else [path]:
        labels = [label for label in _read(file, is_alone=file == path) if label.points]
        by_video: dict[str, list[PersonLabels]] = {}
        for label in labels:
            by_video.setdefault(label.video, []).append(label)
        for video, its in by_video.items():
            if video in found:
                raise DatasetError(
                    f"{video} is labelled in {found[video]} and in {file}; keep one, or put them "
                    "together"
                )
            found[video] = file
            videos.append(_labelled(its, track, f"{file}: {video}"))
    if not videos:
        raise DatasetError(
            f"{path} holds no labelled climber; expected CVAT's XML (CVAT for video 1.1), COCO "
            "keypoints JSON, or a folder of these"
        )
    return videos


def read_climbing_clips(path: Path, track: str | None = None, fps: float = math.nan) -> PoseClips:
    """The stretches of the videos in which every frame is labelled.

    Args:
        path: See `read_climbing`.
        track: See there.
        fps: Frames a second of the videos; NaN where unknown.

    Raises:
        DatasetError: See there.
        UsageError: See there; or the rate is none.
    """
    if fps <= 0 or math.isinf(fps):
        raise UsageError(f"expected frames a second above 0, found {fps}")
    return PoseClips.of(clip for video in read_climbing(path, track) for clip in video.clips(fps))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)


def _read(file: Path, is_alone: bool) -> Iterator[PersonLabels]:
    """The labels in a file; among others in a folder, JSON of other things is passed over."""
    try:
        texts = list(_texts(file))
    except OSError as error:
        raise DatasetError(
            f"annotations {file} cannot be read ({error.strerror or error})"
        ) from error
    except DAMAGE as error:
        raise DatasetError(f"{file} is no whole archive ({error}); export it again") from error
    for where, text, suffix in texts:
        if suffix == ".xml":
            yield from read_cvat(text, where, file.stem)
            continue
        try:
            is_passed_over = not is_alone and not is_coco(text)
        except (ValueError, RecursionError):
            # What is wrong with it is told by who reads it.
            is_passed_over = False
        if not is_passed_over:
            yield from read_coco(text, where, file.stem)


def _texts(file: Path) -> Iterator[tuple[str, bytes, str]]:
    """What to call each annotation file, its text and its ending."""
    suffix = file.suffix.lower()
    if suffix != ".zip":
        yield str(file), file.read_bytes(), suffix
        return
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            ending = PurePosixPath(name).suffix.lower()
            if ending in (".xml", ".json"):
                yield f"{file}/{name}", read_text(archive, name), ending


def _labelled(labels: Sequence[PersonLabels], track: str | None, where: str) -> LabelledVideo:
    labels = sorted(_of_track(labels, track, where), key=lambda label: label.frame)
    people = list(dict.fromkeys(label.track for label in labels))
    frames = [label.frame for label in labels]
    xy = np.full((len(labels), len(CLIMBING_25), 2), np.nan, np.float32)
    visibility = np.zeros((len(labels), len(CLIMBING_25)), np.uint8)
    for row, label in enumerate(labels):
        for name, point in label.points.items():
            keypoint = CLIMBING_25.index(name)
            xy[row, keypoint] = point.x, point.y
            visibility[row, keypoint] = point.visibility
    return LabelledVideo(
        video=labels[0].video,
        size=labels[0].size,
        frame_index=np.array(frames, np.int64),
        xy=xy,
        visibility=visibility,
        person=np.array([people.index(label.track) for label in labels], np.int64),
    )


def _of_track(
    labels: Sequence[PersonLabels], track: str | None, where: str
) -> Sequence[PersonLabels]:
    """The labels of one climber a frame.

    Tracks that do not overlap are one climber, lost and found again, or several in turn.
    """
    tracks: dict[str, list[PersonLabels]] = {}
    for label in labels:
        tracks.setdefault(label.track, []).append(label)
    listed = ", ".join(
        f"{name} {its[0].label}".strip() + f" ({len(its)} frames)"
        for name, its in sorted(tracks.items(), key=lambda entry: -len(entry[1]))
    )
    if track is not None:
        labels = [label for label in labels if track in (label.track, label.label)]
        if not labels:
            raise UsageError(f"{where} has no track {track!r}; choose of {listed}")
    frame, times = Counter(label.frame for label in labels).most_common(1)[0]
    if times > 1:
        choice = (
            f"choose one track of {listed}"
            if len(tracks) > 1
            else "give each one's labels a track_id"
        )
        raise DatasetError(f"{where}, frame {frame}: several people are labelled at once; {choice}")
    return labels
