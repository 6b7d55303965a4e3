"""Tracks as SLEAP's analysis HDF5, which SLEAP, sleap-io, movement and MATLAB scripts read.

``tracks`` is [track, xy, node, frame] with NaN for what is missing, one track, and a column for
each frame of the video from the first on; ``point_scores`` [track, node, frame] are the
confidences. SLEAP counts from the first pixel's centre: coordinates are ours less half a pixel.
"""

import io
from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.exporters.base import FIRST_PIXEL_CENTRE, check_rows, register
from climbpose.exporters.needs import check_installed
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack
from climbpose.skeleton import Skeleton

_TRACK = "climber"


@register("sleap")
class Sleap:
    """Writes the file.

    Raises:
        UsageError: h5py is not installed.
    """

    suffix: ClassVar[str] = "_sleap.h5"

    def __init__(self) -> None:
        check_installed("exporter sleap", "h5py")

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file, made in memory, since HDF5 would lock a part that we have locked.

        Raises:
            TracksError: A frame's number is that of no video.
        """
        import h5py

        check_rows(int(analysis.poses.frame_index[-1]) + 1, path)
        image = io.BytesIO()
        with h5py.File(image, "w") as file:
            for name, array in _tracks(analysis.poses).items():
                file.create_dataset(name, data=array, compression="gzip", compression_opts=4)
            for name, array in _names(analysis.poses.skeleton).items():
                file.create_dataset(name, data=array)
            for name, text in {
                "labels_path": "",
                "video_path": str(analysis.video.path),
                "provenance": "{}",
            }.items():
                file.create_dataset(name, data=text.encode("utf-8", "replace"))
            file.create_dataset("video_ind", data=0)
        with part_file(path) as part:
            part.write_bytes(image.getbuffer())


def _tracks(poses: PoseTrack) -> dict[str, np.ndarray]:
    frames = int(poses.frame_index[-1]) + 1
    keypoints = len(poses.skeleton)
    xy = np.full((1, 2, keypoints, frames), np.nan)
    scores = np.full((1, keypoints, frames), np.nan)
    occupancy = np.zeros((frames, 1), np.uint8)
    xy[0][:, :, poses.frame_index] = (poses.xy.astype(float) - FIRST_PIXEL_CENTRE).transpose(
        2, 1, 0
    )
    is_there = np.isfinite(poses.xy).all(axis=2)
    scores[0][:, poses.frame_index] = np.where(is_there, poses.confidence, np.nan).T
    occupancy[poses.frame_index, 0] = is_there.any(axis=1)
    means = np.full((1, frames), np.nan)
    has_climber = occupancy[:, 0] > 0
    means[0, has_climber] = np.nanmean(scores[0][:, has_climber], axis=0)
    return {
        "tracks": xy,
        "track_occupancy": occupancy,
        "point_scores": scores,
        "instance_scores": means,
        "tracking_scores": np.where(np.isnan(means), np.nan, 1.0),
    }


def _names(skeleton: Skeleton) -> dict[str, np.ndarray]:
    return {
        "node_names": np.array(skeleton.keypoints, "S"),
        "track_names": np.array([_TRACK], "S"),
        "edge_names": np.array(skeleton.bones, "S"),
        "edge_inds": np.array(skeleton.bone_indices, np.int64),
    }
