"""A random frame of each of 24 synthetic clips in which everything varies, on one picture.

    python tests/bench/contact_sheet.py SHEET.jpg [--seed K] [--real CLIPS]

Numbers have fooled many: look at it, beside the frames of the real clips that ``--real`` adds.
"""

import argparse
import tempfile
from pathlib import Path

import cv2
import numpy as np

from climbpose.synth.generation import SetOptions, generate
from climbpose.video import VideoReader

COLUMNS, ROWS, WIDTH, HEIGHT = 8, 3, 180, 320


def a_frame(video: Path, rng: np.random.Generator) -> np.ndarray:
    """A random frame's middle, RGB, in the size of a tile."""
    with VideoReader(video) as reader:
        images = [frame.image for frame in reader]
    image = images[int(rng.integers(len(images)))]
    height, width = image.shape[:2]
    wanted = min(width, height * WIDTH // HEIGHT)
    left = (width - wanted) // 2
    tile: np.ndarray = cv2.resize(
        image[:, left : left + wanted], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA
    )
    return tile


def main() -> None:
    parser = argparse.ArgumentParser(description="Random frames of synthetic clips.")
    parser.add_argument("sheet", type=Path, help="the picture to write")
    parser.add_argument("--seed", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--real", type=Path, help="folder of real clips, for a row below")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        options = SetOptions(clips=COLUMNS * ROWS, seconds=arguments.seconds, seed=arguments.seed)
        made = generate(folder, options, jobs=arguments.jobs)
        tiles = [a_frame(clip.video, rng) for clip in made]
    if arguments.real:
        videos = sorted(arguments.real.glob("*.mp4"))[:COLUMNS]
        tiles += [a_frame(video, rng) for video in videos]
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[n : n + COLUMNS]) for n in range(0, len(tiles), COLUMNS)]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(arguments.sheet), sheet, [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
