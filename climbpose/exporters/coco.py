"""Keypoints as COCO's JSON, which CVAT and pycocotools read.

One image for every decoded frame, named as CVAT names the frames of a video (``frame_000000.jpg``),
with ``video`` and ``frame`` beside it; one annotation for every frame with the climber, whose
attributes let CVAT make one track of all of them. In a CVAT task the label ``person`` must be a
skeleton with the points of the category. A keypoint below the confidence at which it is a guess is
"occluded" (1), one that is missing or outside the picture is unlabelled (0).
The area is the box's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from climbpose.datasets.coco_writing import annotation, write_document
from climbpose.exporters.base import register
from climbpose.files import part_file
from climbpose.labels import OCCLUDED, UNLABELLED, VISIBLE
from climbpose.poses import LOW_CONFIDENCE, Analysis, Pose, Status, VideoInfo, widened_box
from climbpose.skeleton import CLIMBING_25, COCO_17, Skeleton

_TRACK = 1


@register("coco")
class Coco:
    """Writes all 25 keypoints."""

    suffix: ClassVar[str] = "_coco.json"
    skeleton: ClassVar[Skeleton] = CLIMBING_25

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        description = f"a climber in {analysis.video.path.name}, by climbpose"
        with part_file(path) as part:
            write_document(
                part, description, self.skeleton, _images(analysis), self._annotations(analysis)
            )

    def _annotations(self, analysis: Analysis) -> Iterator[dict[str, Any]]:
        ours = analysis.poses.skeleton
        columns = [ours.index(n) if n in ours.keypoints else -1 for n in self.skeleton.keypoints]
        for pose in analysis.poses:
            entry = _annotation(pose, columns, analysis.video)
            if entry is not None:
                yield entry


@register("coco-17")
class Coco17(Coco):
    """Writes the 17 keypoints of COCO's people; the eyes are unlabelled."""

    suffix: ClassVar[str] = "_coco17.json"
    skeleton: ClassVar[Skeleton] = COCO_17


def _images(analysis: Analysis) -> Iterator[dict[str, Any]]:
    for frame in analysis.poses.frame_index.tolist():
        yield {
            "id": frame + 1,
            "file_name": f"frame_{frame:06d}.jpg",
            "width": analysis.video.width,
            "height": analysis.video.height,
            "video": analysis.video.path.name,
            "frame": frame,
        }


def _annotation(pose: Pose, columns: list[int], video: VideoInfo) -> dict[str, Any] | None:
    """The annotation of a pose, None where nothing of it is in the picture.

    Args:
        pose: The climber.
        columns: For each keypoint to be written, its place in the pose; -1 for one it lacks.
        video: The picture.
    """
    # The last row stands for keypoints that the pose lacks.
    xy = np.vstack([pose.xy, np.full((1, 2), np.nan, np.float32)])[columns]
    confidence = np.append(pose.confidence, 0)[columns]
    status = np.append(pose.status, Status.MISSING.value)[columns]
    with np.errstate(invalid="ignore"):
        is_inside = ((xy >= 0) & (xy <= (video.width, video.height))).all(axis=1)
    is_there = is_inside & (status != Status.MISSING.value)
    if not is_there.any():
        return None
    seen = np.where(confidence >= LOW_CONFIDENCE, VISIBLE, OCCLUDED)
    visibility = np.where(is_there, seen, UNLABELLED).astype(np.uint8)
    corner = (video.width, video.height) * 2
    box = np.clip(widened_box(xy[is_there]), 0, np.array(corner, np.float32))
    width, height = (box[2:] - box[:2]).tolist()
    entry = annotation(pose.frame_index + 1, box, width * height, xy, visibility)
    if entry is not None:
        # CVAT asks for an outline, even an empty one.
        entry["segmentation"] = []
        entry["attributes"] = {"track_id": _TRACK, "keyframe": True, "occluded": False}
    return entry
