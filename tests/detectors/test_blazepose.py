import json
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from climbpose import detectors
from climbpose.assets import load
from climbpose.detectors.blazepose import (
    LANDMARK_ASSET,
    PERSON_ASSET,
)
from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.detectors.following.running import (
    RunningLandmarkNetwork,
    RunningPersonNetwork,
)
from climbpose.detectors.following.search import tiles
from climbpose.heatmaps import decode
from climbpose.networks.tflite import read_landmarks, read_person
from climbpose.pixels import RgbPixels
from climbpose.poses import BOX_MARGIN, HEATMAP_SIZE, Detection, Frame
from climbpose.skeleton import CLIMBING_25
from climbpose.tracks import follow
from climbpose.video import VideoReader

pytestmark = [pytest.mark.weights, pytest.mark.clips, pytest.mark.usefixtures("models")]

REFERENCE = Path(__file__).with_name("reference_landmarks.json")


def frame_at(path: Path, index: int) -> Frame:
    with VideoReader(path) as reader:
        return next(islice(reader, index, None))


def detect(path: Path, count: int, rotate: int | None = None) -> Sequence[Detection]:
    """The climber in the first frames of a clip."""
    times = {}

    def noted(reader: VideoReader) -> Iterator[Frame]:
        for frame in islice(reader, count):
            times[frame.index] = float(frame.time)
            yield frame

    with VideoReader(path, rotate=rotate) as reader:
        return follow(detectors.create("blazepose")(noted(reader)), times)


def eyes() -> Eyes:
    return Eyes(
        RunningPersonNetwork(read_person(load(PERSON_ASSET))),
        RunningLandmarkNetwork(read_landmarks(load(LANDMARK_ASSET))),
    )


def test_agrees_with_the_reference_implementation(climbing_clips: Path) -> None:
    networks = eyes()
    distances, visibility_errors = [], []
    for clip, frames in json.loads(REFERENCE.read_text())["frames"].items():
        for index, landmarks in frames.items():
            image = frame_at(climbing_clips / f"{clip}.mp4", int(index)).image
            whole = next(tiles(image.shape[1], image.shape[0]))
            pixels = RgbPixels(image)
            body = networks.body(pixels, networks.people_in(pixels, [whole])[0].region)
            expected = np.array(landmarks)[BLAZEPOSE_OF_CLIMBING]
            distances.append(np.linalg.norm(body.xy - expected[:, :2], axis=1).mean())
            visibility_errors.append(np.abs(body.visibility - expected[:, 2]).max())
    assert len(distances) == 12
    assert np.mean(distances) <= 0.1
    assert np.max(distances) <= 0.2
    assert np.max(visibility_errors) <= 0.01


def test_tiles_find_a_climber_whom_the_whole_picture_hides(climbing_clips: Path) -> None:
    path = climbing_clips / "h22jju_campusing.mp4"
    labels = json.loads((climbing_clips / "labels.json").read_text())[path.stem]
    networks = eyes()
    for index in (30, 110, 150):
        pixels = frame_at(path, index).pixels
        whole = next(tiles(pixels.width, pixels.height))
        assert networks.people_in(pixels, [whole]) == []
        best = networks.people(pixels)[0].region
        hips = np.mean(
            [labels[str(index)][f"{side}_hip"][:2] for side in ("left", "right")], axis=0
        )
        assert np.hypot(best.x - hips[0], best.y - hips[1]) < 0.1 * best.size


@pytest.mark.parametrize("size", [(1080, 1920), (360, 640), (720, 406), (640, 640), (100, 3000)])
def test_tiles_cover_the_picture_and_overlap_by_half(size: tuple[int, int]) -> None:
    squares = list(tiles(*size))[1:]
    half = squares[0].size / 2
    for length, centres in zip(size, ({s.x for s in squares}, {s.y for s in squares}), strict=True):
        ordered = sorted(centres)
        assert ordered[0] - half <= 0
        assert ordered[-1] + half >= length
        assert (np.diff(ordered) <= half + 1e-6).all()


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_body_is_found_as_the_upright_one(climbing_clips: Path, rotate: int) -> None:
    path, count = climbing_clips / "tommyjtl_dyno_left_panel.mp4", 60
    upright, turned = detect(path, count), detect(path, count, rotate)
    assert len(upright) == len(turned) == count
    width, height = 606, 1080

    def back(xy: np.ndarray) -> np.ndarray:
        for _ in range(rotate // 90):
            xy = np.stack([xy[:, 1], -xy[:, 0]], axis=1)
        return xy + {90: (0, height), 180: (width, height), 270: (width, 0)}[rotate]

    shoulder, hip = CLIMBING_25.indices("left_shoulder", "left_hip")
    shares = []
    for a, b in zip(upright, turned, strict=True):
        expected = a.keypoints()[0]
        torso = np.linalg.norm(expected[shoulder] - expected[hip])
        shares.append(np.linalg.norm(back(b.keypoints()[0]) - expected, axis=1) / torso)
    assert np.median(shares) < 0.05
    assert (np.array(shares) < 0.2).mean() > 0.95


def test_heatmaps_decode_to_the_landmarks(climbing_clips: Path) -> None:
    for detection in detect(climbing_clips / "vrusuu_board_test.mp4", 5):
        cells, confidence = detection.maps.peaks()
        maps = detection.maps.render()
        assert maps.shape == (25, HEATMAP_SIZE, HEATMAP_SIZE)
        assert maps.min() >= 0 and maps.max() <= 1
        decoded, height = decode(maps)
        is_visible = confidence > 1e-3
        assert np.abs(decoded - cells)[is_visible].max() <= 0.1
        assert np.abs(height - confidence)[is_visible].max() <= 0.02


def test_a_detection_holds_what_the_network_offers(climbing_clips: Path) -> None:
    detection = detect(climbing_clips / "vrusuu_board_test.mp4", 1)[0]
    xy, confidence = detection.keypoints()
    extent = np.ptp(xy, axis=0)
    assert detection.box[:2] == pytest.approx(xy.min(axis=0) - BOX_MARGIN * extent, abs=0.01)
    assert detection.box[2:] == pytest.approx(xy.max(axis=0) + BOX_MARGIN * extent, abs=0.01)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    world = detection.world
    assert world is not None
    assert world.shape == (25, 3)
    shoulder, hip = CLIMBING_25.indices("left_shoulder", "left_hip")
    assert 0.3 < np.linalg.norm(world[shoulder] - world[hip]) < 0.8
    # The world landmarks stand in the picture's axes, not in the turned crop's.
    direction, expected = (world[shoulder] - world[hip])[:2], xy[shoulder] - xy[hip]
    cosine = direction @ expected / np.linalg.norm(direction) / np.linalg.norm(expected)
    assert cosine > 0.9


def test_two_people_are_both_followed(climbing_clips: Path) -> None:
    detector = detectors.create("blazepose")
    with VideoReader(climbing_clips / "h22jju_bouldering.mp4") as reader:
        counts = Counter(found.frame_index for found in detector(islice(reader, 30)))
    assert counts == dict.fromkeys(range(30), 2)


def test_nobody_is_found_on_an_empty_wall() -> None:
    rng = np.random.default_rng(7)
    detector = detectors.create("blazepose")
    image = rng.integers(90, 160, (480, 640, 3), dtype=np.uint8)
    frames = [Frame(index, Fraction(index, 30), RgbPixels(image)) for index in range(5)]
    assert list(detector(frames)) == []
