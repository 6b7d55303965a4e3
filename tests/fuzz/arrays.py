"""Damaged ``.npz`` files: pickles, bombs, and arrays that are not what they should be."""

import io
import os
import pickle
import random
import zipfile
import zlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np

from climbpose import detectors
from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.pose_sources import read_pose_clips
from climbpose.labels import ClipLabels, read_info
from climbpose.pixels import RgbPixels
from climbpose.poses import Frame
from climbpose.skeleton import CLIMBING_25
from tests.datasets.test_pose_clips import make_clip
from tests.fuzz.mutation import CANARY, mutated
from tests.labelled import make_labels

_HUGE = (10**10, 10**6, -1, 2**63 - 1, 0, 3)

_BOMB, _CHUNK = 10 << 30, 1 << 24
_IS_BOMB = " is a bomb"

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)

Arrays = dict[str, np.ndarray]


class _Code:
    """Unpickled, it would run a program."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch ../{CANARY}",)


class Archive:
    """An ``.npz`` file.

    Args:
        make: Makes valid arrays.
        reads: Reads the file.
    """

    def __init__(
        self,
        make: Callable[[random.Random], Mapping[str, np.ndarray]],
        reads: Callable[[Path], None],
    ) -> None:
        self._make, self._reads = make, reads

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant.npz"
        members = {f"{name}.npy": _stored(array) for name, array in self._make(rng).items()}
        for name in rng.sample(sorted(members), rng.choice((0, 1, 1, 2))):
            _CHANGES[rng.randrange(len(_CHANGES))](members, name, rng)
        data = _zipped(members, rng)
        if rng.random() < 0.3:
            data = mutated(data, rng)
        elif rng.random() < 0.03:
            data = rng.choice((pickle.dumps(_Code()), next(iter(members.values())), b"", b"PK"))
        path.write_bytes(data)
        return path

    def read(self, path: Path) -> None:
        self._reads(path)


def _stored(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=True)
    return file.getvalue()


def _loaded(data: bytes) -> np.ndarray:
    return np.asarray(np.lib.format.read_array(io.BytesIO(data), allow_pickle=False))


def _zipped(members: Mapping[str, bytes], rng: random.Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choice(_METHODS)) as archive:
        for name, data in members.items():
            if name + _IS_BOMB in members:
                write_bomb(archive, name, data)
            elif not name.endswith(_IS_BOMB):
                archive.writestr(name, data)
    return file.getvalue()


def write_bomb(archive: zipfile.ZipFile, name: str, start: bytes) -> None:
    """A member that begins so and goes on with zeros, a thousandth of their size when packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    chunk = packer.compress(bytes(_CHUNK)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = head + chunk * (_BOMB // _CHUNK) + packer.flush()
    info = zipfile.ZipInfo(name)
    assert archive.fp is not None
    info.header_offset = archive.fp.tell()
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, 0
    info.file_size, info.compress_size = len(start) + _BOMB, len(data)
    archive.fp.write(info.FileHeader(zip64=True) + data)
    archive.filelist.append(info)
    archive.NameToInfo[name] = info
    archive.start_dir = archive.fp.tell()


def _other_values(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    array = _loaded(members[name])
    if array.size and array.dtype.kind in "fiu":
        flat = array.reshape(-1).copy()
        odd = (np.nan, np.inf, -1e30, 1e300, 0) if array.dtype.kind == "f" else (0, -1, 99, 2**40)
        with np.errstate(all="ignore"):
            flat[rng.randrange(flat.size)] = np.array(rng.choice(odd)).astype(array.dtype)
        members[name] = _stored(flat.reshape(array.shape))


def _other_kind(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    array = _loaded(members[name])
    if rng.random() < 0.3:
        members[name] = _stored(np.array([_Code()], dtype=object))
        return
    kind = rng.choice(
        ("f2", "f4", "f8", "f16", "c8", "i1", "i8", "u8", "?", "U3", "S3", "M8[s]", "V4", ">f4")
    )
    try:
        with np.errstate(all="ignore"):
            members[name] = _stored(array.astype(kind))
    except (ValueError, TypeError):
        members[name] = _stored(np.zeros(array.shape, kind))


def _other_shape(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    array = _loaded(members[name])
    members[name] = _stored(
        rng.choice(
            (array[..., None], array.reshape(-1), array[:0] if array.ndim else array, array.T)
        )
    )
    if rng.random() < 0.3:
        members[name] = _stored(np.array(rng.choice((0, 1.5, "x", b"\xff", np.nan))))


def _false_header(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    """A header that tells of more than there is, or of something else."""
    shape = tuple(rng.choice(_HUGE) for _ in range(rng.randint(0, 4)))
    descr = rng.choice(("'<f4'", "'|O'", "'<U1000000000'", "[('a', '<f4'), ('b', '|O')]", "'?'"))
    header = f"{{'descr': {descr}, 'fortran_order': {rng.random() < 0.5}, 'shape': {shape}, }}"
    if rng.random() < 0.2:
        wild = ("(" * 9000, "{" * 200, "-" * 5000 + "1", "{'descr': 1}", "'" + "\\", "9L", "")
        header = rng.choice(wild)
    data = header.encode() + b"\n"
    version = rng.choice(((1, 0), (2, 0), (3, 0), (9, 9)))
    size = len(data).to_bytes(2 if version == (1, 0) else 4, "little")
    body = rng.choice((b"", b"\x00" * 64, pickle.dumps(_Code())))
    members[name] = b"\x93NUMPY" + bytes(version) + size + data + body


def _bomb(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    """Marks the member, which `_zipped` makes into gigabytes of zeros."""
    if rng.random() < 0.85:
        return _other_values(members, name, rng)
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({_BOMB >> 3},), }}\n".encode()
    members[name] = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    members[f"{name}{_IS_BOMB}"] = b""
    return None


def _absent(members: dict[str, bytes], name: str, rng: random.Random) -> None:
    data = members.pop(name)
    if rng.random() < 0.5:
        members[rng.choice((f"../{CANARY}.npy", f"/{CANARY}.npy", name[:-4], "x.npy"))] = data


_CHANGES = (_other_values, _other_kind, _other_shape, _false_header, _bomb, _absent)


def pose_clips(seeds: Path) -> Archive:
    """Pose clips."""
    del seeds
    return Archive(_pose_clips, _read_pose_clips)


def _pose_clips(rng: random.Random) -> Arrays:
    clips = PoseClips.of(make_clip(n + 2, rng.randrange(99)) for n in range(3))
    names = ("xy", "visibility", "offsets", "fps", "names", "videos")
    arrays = {name: np.array(getattr(clips, name)) for name in names}
    return {
        "format": np.array("climbpose pose clips"),
        "version": np.array(1),
        "keypoints": np.array(CLIMBING_25.keypoints),
        **arrays,
    }


def _read_pose_clips(path: Path) -> None:
    for clip in PoseClips.load(path):
        assert np.isfinite(clip.xy[clip.visibility > 0]).all()


def detections(seeds: Path) -> Archive:
    """Precomputed detections."""
    del seeds
    return Archive(_detections, _read_detections)


def _detections(rng: random.Random) -> Arrays:
    numbers = np.random.default_rng(rng.getrandbits(32))
    kind = rng.choice((np.uint8, np.float32, np.float16))
    maps = np.zeros((3, 25, 56, 56), kind)
    # Mostly empty, as they are, and quick to pack.
    maps[:, :, 20:28, 9:17] = numbers.random((3, 25, 8, 8)) * (255 if kind is np.uint8 else 1)
    return {
        "frame": np.array([0, 1, 1]),
        "box": np.array([[1, 2, 50, 60]] * 3, np.float32),
        "score": np.array([0.5, 0.9, 1.0]),
        "keypoints": np.array(CLIMBING_25.keypoints),
        "heatmaps": maps,
    }


def _read_detections(path: Path) -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    detector = detectors.create(str(path))
    for found in detector(Frame(n, Fraction(n, 30), RgbPixels(image)) for n in range(3)):
        xy, confidence = found.keypoints()
        assert (np.isfinite(xy).all(axis=1) == (confidence > 0)).all()
        assert ((confidence >= 0) & (confidence <= 1)).all()
        maps = found.maps.render()
        assert 0 <= found.score <= 1 and ((maps >= 0) & (maps <= 1)).all()


def clip_labels(seeds: Path) -> Archive:
    """Labels of synthetic clips."""
    template = seeds / "template_labels.npz"
    make_labels().write(template)
    with np.load(template) as content:
        arrays = {name: content[name] for name in content.files}
    return Archive(lambda rng: arrays, _read_labels)


def _read_labels(path: Path) -> None:
    labels = ClipLabels.read(path)
    assert len(labels) and read_info(path)["look"] is not None


def published_sets(seeds: Path) -> Archive:
    """Data sets of others, which are known by their arrays' names."""
    del seeds
    return Archive(_published, lambda path: _read_published(path))


def _published(rng: random.Random) -> Arrays:
    numbers = np.random.default_rng(rng.getrandbits(32))
    offsets = np.array([0, 3, 7])
    joints = (
        "pelvis",
        "chest",
        "neck",
        *(
            f"{side}_{part}"
            for side in ("right", "left")
            for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
        ),
    )
    kinds: tuple[Arrays, ...] = (
        {
            "xy": numbers.uniform(0, 300, (7, 13, 2)).astype(np.float32),
            "vis": numbers.integers(0, 2, (7, 13)).astype(np.uint8),
            "seq_id": np.array([1, 2]),
            "action": np.array(["situp", "bowl"]),
            "offsets": offsets,
        },
        {
            "pos_mm": numbers.integers(0, 1800, (7, 15, 3)).astype(np.int16),
            "motion": np.array(["roll", "walk"]),
            "fps": np.array([30.0, 60.0]),
            "joints": np.array(joints),
            "offsets": offsets,
        },
        {
            "xy": numbers.uniform(0, 300, (7, 16, 2)).astype(np.float32),
            "run_id": np.array(["a", "b"]),
            "frame_number": np.array([1, 2, 3, 1, 2, 3, 4]),
            "fps": np.array([25.0, 30.0]),
            "source_url": np.array(["u", "v"]),
            "joints": np.array([*(f"joint_{n}" for n in range(14)), "left_wrist", "right_wrist"]),
            "offsets": offsets,
        },
    )
    return rng.choice(kinds)


def _read_published(path: Path) -> None:
    for clip in read_pose_clips(path):
        assert np.isfinite(clip.xy[clip.visibility > 0]).all()
