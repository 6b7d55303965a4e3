"""Tiny labelled footage: clips, COCO keypoints, and what a detector is to have seen there."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from climbpose.poses import HEATMAP_SIZE
from climbpose.skeleton import CLIMBING_25
from tests.clips import make_clip, pictures

FRAMES, WIDTH, HEIGHT = 12, 96, 128

SPOTS = 8 + 40 * np.random.default_rng(0).random((len(CLIMBING_25), 2))
"""Where the keypoints are in their box, cells."""


def box(frame: int) -> np.ndarray:
    """Of the climber, who goes up by two pixels a frame."""
    return np.array([20, 50 - 2 * frame, 60, 110 - 2 * frame], np.float32)


def keypoints(frame: int) -> np.ndarray:
    """Where the detector sees them, pixels."""
    corners = box(frame)
    return np.asarray(corners[:2] + SPOTS / HEATMAP_SIZE * (corners[2:] - corners[:2]))


def make_detections(path: Path, frames: Sequence[int], aside: float = 0.0) -> Path:
    """Heatmaps, two cells wide, of the climber, moved aside by so many pixels."""
    cells = np.arange(HEATMAP_SIZE) + 0.5
    x, y = (np.exp(-((cells - SPOTS[:, axis, None]) ** 2) / 8) for axis in (0, 1))
    maps = np.round(230 * y[:, :, None] * x[:, None, :]).astype(np.uint8)
    np.savez_compressed(
        path,
        frame=np.array(frames, np.int64),
        box=np.array([box(n) + np.array([aside, 0, aside, 0]) for n in frames], np.float32),
        heatmaps=np.broadcast_to(maps, (len(frames), *maps.shape)),
    )
    return path


def make_footage(
    folder: Path,
    videos: int = 4,
    frames: int = FRAMES,
    labelled: range | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    aside: float = 0.0,
) -> Path:
    """Clips with labels a pixel right of what the detector sees; gives the file of labels."""
    images, annotations = [], []
    for number in range(videos):
        stem = f"climb{number}"
        make_clip(folder / f"{stem}.mp4", pictures(frames, WIDTH, HEIGHT))
        seen = folder / "seen"
        seen.mkdir(exist_ok=True)
        make_detections(seen / f"{stem}.npz", range(frames), aside)
        for frame in labelled or range(frames):
            image = 1000 * number + frame
            images.append(
                {
                    "id": image,
                    "file_name": f"{stem}/{frame:06d}.jpg",
                    "video": f"{stem}.mp4",
                    "frame": frame,
                    "width": size[0],
                    "height": size[1],
                }
            )
            points = [[x + 0.5, y - 0.5, 2] for x, y in keypoints(frame).tolist()]
            annotations.append(
                {
                    "id": image + 1,
                    "image_id": image,
                    "category_id": 1,
                    "keypoints": [value for point in points for value in point],
                }
            )
    category = {"id": 1, "name": "person", "keypoints": list(CLIMBING_25.keypoints)}
    path = folder / "labels.json"
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": [category]})
    )
    return path
