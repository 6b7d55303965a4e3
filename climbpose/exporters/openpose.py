"""Keypoints as OpenPose's JSON, model BODY_25, one file for each frame, all in one ``.zip``.

Unpacked, the archive is a folder ``<stem>_json`` of ``<stem>_000000000000_keypoints.json`` and so
on: what OpenPose writes, and Pose2Sim looks for in a project's ``pose`` folder. A frame without the
climber has no people. Neck and mid-hip are halfway between the shoulders and the hips, as confident
as the worse of the two; eyes and small toes, which we do not have, and keypoints that are missing
are zeros. OpenPose counts from the first pixel's centre: coordinates are ours less half a pixel.
"""

import json
import re
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Float32

from climbpose.exporters.base import FIRST_PIXEL_CENTRE, register
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack

BODY_25 = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist", "mid_hip"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
    *("left_toes", "left_small_toe", "left_heel", "right_toes", "right_small_toe", "right_heel"),
)
"""OpenPose's keypoints in its order, by our names where we have them."""

_HALFWAY = {"neck": ("left_shoulder", "right_shoulder"), "mid_hip": ("left_hip", "right_hip")}
_VERSION = 1.3
_OTHER_PARTS = (
    *("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d"),
    *("pose_keypoints_3d", "face_keypoints_3d", "hand_left_keypoints_3d"),
    "hand_right_keypoints_3d",
)
_NOT_IN_NAMES = re.compile(r"[^\w .()+-]")
"""What some systems have no place for in the names of files."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that the same tracks make the same archive."""


@register("openpose")
class OpenPose:
    """Writes the archive."""

    suffix: ClassVar[str] = "_openpose.zip"

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        stem = _NOT_IN_NAMES.sub("_", analysis.video.path.stem)
        numbers = _body_25(analysis.poses)
        with part_file(path) as part, zipfile.ZipFile(part, "w") as archive:
            for frame, keypoints in zip(analysis.poses.frame_index, numbers, strict=True):
                name = f"{stem}_json/{stem}_{frame:012d}_keypoints.json"
                member = zipfile.ZipInfo(name, _EPOCH)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, _text(keypoints))


def _text(keypoints: Float[np.ndarray, "keypoints 3"]) -> str:
    people = []
    if keypoints.any():
        flat = keypoints.round(3).reshape(-1).tolist()
        empty: dict[str, list[float]] = {name: [] for name in _OTHER_PARTS}
        people.append({"person_id": [-1], "pose_keypoints_2d": flat, **empty})
    return json.dumps({"version": _VERSION, "people": people}, separators=(",", ":"))


def _body_25(poses: PoseTrack) -> Float[np.ndarray, "frames 25 3"]:
    """x, y and confidence; zeros where missing."""
    named = {name: _numbers(poses, name) for name in poses.skeleton.keypoints}
    for name, (left, right) in _HALFWAY.items():
        halfway = (named[left] + named[right]) / 2
        halfway[:, 2] = np.minimum(named[left][:, 2], named[right][:, 2])
        named[name] = halfway
    absent = np.full((len(poses), 3), np.nan)
    found = np.stack([named.get(name, absent) for name in BODY_25], axis=1)
    found[np.isnan(found).any(axis=2)] = 0
    return found


def _numbers(poses: PoseTrack, name: str) -> Float[np.ndarray, "frames 3"]:
    row = poses.skeleton.index(name)
    xy: Float32[np.ndarray, "frames 2"] = poses.xy[:, row] - np.float32(FIRST_PIXEL_CENTRE)
    return np.concatenate([xy, poses.confidence[:, row, None]], axis=1).astype(float)
