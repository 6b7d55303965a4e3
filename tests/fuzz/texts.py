"""Damaged texts: tracks, annotations of CVAT and COCO, labels, and the JSON files of runs."""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from climbpose import report
from climbpose.datasets.climbing import read_climbing
from climbpose.datasets.labelled_frames import LabelledFrames
from climbpose.datasets.synthetic import read_set
from climbpose.datasets.video_files import find_video
from climbpose.errors import ClimbposeError
from climbpose.exporters.overlay_mp4 import OverlayOptions
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.exporters.tracks_csv import read as read_tracks
from climbpose.jobs import AnnotateOptions, Job
from climbpose.pipeline import annotate
from climbpose.poses import Analysis, PoseTrack, Status, VideoInfo
from climbpose.skeleton import CLIMBING_25
from climbpose.training.coco_pictures import CocoPictures
from tests.cli.stage import FRAMES, HEIGHT, WIDTH, make_climb
from tests.fuzz.mutation import CANARY, mutated, mutated_tree, odd_value, tree_text

_VIDEO = "climb.mp4"
_DRAWN_SHARE = 0.05


def make_seeds(folder: Path) -> None:
    """Writes the video that tracks and labels belong to."""
    make_climb(folder / _VIDEO)


class Tracks:
    """Tracks as CSV; a share of them is drawn."""

    def __init__(self, seeds: Path) -> None:
        self._video = (seeds / _VIDEO).read_bytes()

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant_tracks.csv"
        TracksCsv(with_raw=rng.random() < 0.3).write(analysis_of(rng), path)
        data = path.read_bytes()
        if rng.random() < 0.6:
            data = other_cells(data, rng)
        if rng.random() < 0.5:
            data = mutated(data, rng)
        path.write_bytes(data)
        if rng.random() < _DRAWN_SHARE:
            (folder / "mutant.mp4").write_bytes(self._video)
        return path

    def read(self, path: Path) -> None:
        track = read_tracks(path)
        missing = track.status == Status.MISSING.value
        assert (np.isnan(track.xy).all(axis=2) == missing).all()
        assert ((track.confidence >= 0) & (track.confidence <= 1)).all()
        assert (np.diff(track.time) > 0).all()
        video = path.with_name("mutant.mp4")
        if video.exists():
            stem = video.with_name("drawn")
            options = AnnotateOptions(tracks=path, overlay=OverlayOptions(layers=_LAYERS))
            annotate(Job(video, stem.with_name("drawn_pose.mp4"), stem), options, Nobody(), {})


_LAYERS = ("skeleton", "trail", "box", "caption")


class Nobody:
    """Who does not look at the progress."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""

    def advance(self) -> None:
        """A frame is done."""


def analysis_of(rng: random.Random) -> Analysis:
    numbers = np.random.default_rng(rng.getrandbits(32))
    xy = numbers.uniform((0, 0), (WIDTH, HEIGHT), (FRAMES, 25, 2)).astype(np.float32)
    status = numbers.choice([s.value for s in Status], (FRAMES, 25)).astype(np.uint8)
    xy[status == Status.MISSING.value] = np.nan
    confidence = numbers.random((FRAMES, 25)).astype(np.float32)
    confidence[status == Status.MISSING.value] = 0
    poses = PoseTrack(np.arange(FRAMES), np.arange(FRAMES) / 30, xy, confidence, status)
    info = VideoInfo(Path("a.mp4"), WIDTH, HEIGHT, 0, Fraction(30), None, "h264", "yuv420p", None)
    return Analysis(info, poses, poses)


def other_cells(data: bytes, rng: random.Random) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode())))
    for _ in range(rng.randint(1, 4)):
        row = rng.choice(rows)
        match rng.choice(("cell", "cell", "cell", "row", "column", "order")):
            case "cell" if row:
                row[rng.randrange(len(row))] = str(odd_value(rng)).replace("\ud800", "")
            case "row":
                rows.insert(rng.randrange(len(rows)), list(row))
            case "column" if row:
                del row[rng.randrange(len(row)) :]
            case _:
                rng.shuffle(rows)
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


class Coco:
    """Keypoints in COCO's JSON, and the videos that they name."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant.json"
        path.write_bytes(tree_text(mutated_tree(_coco(rng), rng), rng))
        return path

    def read(self, path: Path) -> None:
        read_annotations(path)


class CocoFiles:
    """The pictures that COCO's JSON names, which training reads."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant.json"
        content = _coco(rng)
        for number, image in enumerate(content["images"]):
            image["file_name"] = f"{number}.png"
            (folder / image["file_name"]).write_bytes(_PNG)
        (folder / _VIDEO).touch()
        content["images"][0] |= {"file_name": "absent.png", "video": _VIDEO}
        path.write_bytes(tree_text(mutated_tree(content, rng), rng))
        return path

    def read(self, path: Path) -> None:
        pictures = CocoPictures(path)
        for entry in pictures.entries:
            for file in (entry.file, entry.video):
                # OpenCV reads files by itself, which Python's audit does not see.
                assert file is None or file.resolve().parent == path.parent.resolve(), file
            if entry.file is not None:
                pictures.image(entry)


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
"""A picture of one red pixel."""


def _coco(rng: random.Random) -> dict[str, Any]:
    names = list(CLIMBING_25.keypoints[:6])
    numbers = [rng.choice((rng.uniform(0, 90), 10, 0)) for _ in names]
    points = [value for x in numbers for value in (x, 20.5, rng.choice((0, 1, 2)))]
    return {
        "categories": [{"id": 1, "name": "climber", "keypoints": names, "skeleton": [[1, 2]]}],
        "images": [
            {"id": n + 1, "width": 96, "height": 128, "file_name": f"a/frame_{n:06d}.png"}
            | ({"frame": n, "video": f"{CANARY}.mp4"} if rng.random() < 0.5 else {"frame": n})
            for n in range(3)
        ],
        "annotations": [
            {
                "id": n,
                "image_id": n + 1,
                "category_id": 1,
                "iscrowd": 0,
                "attributes": {"track_id": 5},
                "keypoints": points,
                "num_keypoints": len(names),
            }
            for n in range(3)
        ],
    }


def read_annotations(path: Path) -> None:
    """Reads annotations and looks for the videos that they name."""
    (path.parent / "videos").mkdir(exist_ok=True)
    for labelled in read_climbing(path):
        for clip in labelled.clips():
            assert np.isfinite(clip.xy[clip.is_labelled]).all()
        try:
            found = find_video(path.parent / "videos", labelled.video)
        except ClimbposeError:
            continue
        assert found.parent == path.parent / "videos"


class Cvat:
    """Tracks in CVAT's XML, also in an archive."""

    def __init__(self, seeds: Path) -> None:
        del seeds

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        text = _other_values(_CVAT, rng) if rng.random() < 0.7 else _CVAT
        if rng.random() < 0.2:
            text = rng.choice(_DOCUMENT_TYPES) + text
        if rng.random() < 0.05:
            depth = rng.choice((1000, 100_000))
            text = text.replace("<track", "<a>" * depth + "</a>" * depth + "<track", 1)
        data = text.encode("utf-8", "replace")
        data = mutated(data, rng) if rng.random() < 0.4 else data
        if rng.random() < 0.7:
            path = folder / "mutant.xml"
            path.write_bytes(data)
            return path
        path = folder / "mutant.zip"
        name = rng.choice(("annotations.xml", f"../{CANARY}.xml", f"/{CANARY}.xml", "a.JSON"))
        method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, *_TIGHT))
        padding = b" " * rng.choice((0, 0, 0, 1000, 3 << 28) if method in _TIGHT else (0, 1000))
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(name, data + padding)
        if rng.random() < 0.5:
            path.write_bytes(mutated(path.read_bytes(), rng))
        return path

    def read(self, path: Path) -> None:
        read_annotations(path)


_TIGHT = (zipfile.ZIP_BZIP2,)
"""Methods that make a gigabyte into a kilobyte."""

_CVAT = """<annotations>
  <version>1.1</version>
  <meta><task><id>7</id><name>session</name>
    <original_size><width>96</width><height>128</height></original_size>
    <source>dyno.mp4</source></task></meta>
  <track id="0" label="climber" source="manual">
    <skeleton frame="3" keyframe="1">
      <points label="left_wrist" outside="0" occluded="0" points="10.25,20.50"></points>
      <points label="nose" outside="0" occluded="1" points="12.00,9.00"></points>
    </skeleton>
    <skeleton frame="4" keyframe="0">
      <points label="left_wrist" outside="1" occluded="0" points="1.25,9.50"></points>
    </skeleton>
  </track>
  <track id="1" label="right_wrist" source="manual" group_id="2">
    <points frame="8" outside="0" occluded="0" points="10.25,20.50"></points>
  </track>
</annotations>"""

_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))

_DOCUMENT_TYPES = (
    f'<!DOCTYPE annotations [<!ENTITY a0 "ha">{_LAUGHS}]><!-- &a9; -->',
    f'<!DOCTYPE annotations [<!ENTITY x SYSTEM "../{CANARY}">]>',
    f'<!DOCTYPE annotations SYSTEM "../{CANARY}">',
    f'<!DOCTYPE annotations [<!ENTITY % p SYSTEM "file:../{CANARY}"> %p;]>',
    '<?xml version="1.0" encoding="utf-7"?>',
    '<?xml version="1.0" encoding="no-such-code"?>',
    '<?xml-stylesheet href="http://localhost:9/"?>',
)


def _other_values(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 3)):
        found = list(re.finditer(r'(?<=")[^"<>]*(?=")|(?<=>)[^<>\s]+(?=<)', text))
        match = rng.choice(found)
        value = str(odd_value(rng)).replace('"', "").replace("<", "")
        text = text[: match.start()] + value + text[match.end() :]
    return text


class JsonFile:
    """One of the small JSON files.

    Args:
        name: Of the file.
        make: Makes a valid content.
        reads: Reads the file.
    """

    def __init__(self, name: str, make: Callable[[], Any], reads: Callable[[Path], None]) -> None:
        self._name, self._make, self._reads = name, make, reads

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / self._name
        path.write_bytes(tree_text(mutated_tree(self._make(), rng), rng))
        for clip in ("one", "two"):
            (folder / f"{clip}.mp4").touch()
        return path

    def read(self, path: Path) -> None:
        self._reads(path)


def _hand_labels() -> dict[str, Any]:
    point = [10.5, 20, 2]
    frames = {"0": {"nose": point, "left_hip": [5, 6, 1]}, "7": {"nose": point}}
    return {"one": frames, "two": {"3": {"right_knee": point}}}


def _read_hand_labels(path: Path) -> None:
    labelled = LabelledFrames(path.parent)
    for stem in labelled.stems:
        clip = labelled.clip(stem)
        assert clip.video.parent == path.parent
        assert (np.diff(clip.frame_index) > 0).all()


def _read_report(path: Path) -> None:
    status = report.read_status(path)
    assert status is None or isinstance(status, str)


def _run_report() -> dict[str, Any]:
    return {"climbpose": "0.1", "status": "done", "outputs": ["a"], "frames": {"decoded": 3}}


def hand_labels(seeds: Path) -> JsonFile:
    """``labels.json`` of frames that were labelled by hand."""
    del seeds
    return JsonFile("labels.json", _hand_labels, _read_hand_labels)


def run_reports(seeds: Path) -> JsonFile:
    """``_run.json`` of an earlier run."""
    del seeds
    return JsonFile("climb_run.json", _run_report, _read_report)


def synthetic_sets(seeds: Path) -> JsonFile:
    """``set.json`` of synthetic clips."""
    del seeds
    content = {"clips": 3, "seed": 1, "config": {"axes": ["wall"], "seconds": 4.0}}
    return JsonFile("set.json", lambda: content, lambda path: _read_set(path))


def _read_set(path: Path) -> None:
    made = read_set(path.parent)
    assert made is None or json.dumps(made, default=str)
