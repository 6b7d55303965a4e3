"""Damaged tracks of other tools: what each exporter writes, changed, and read by the importers."""

import io
import json
import os
import pickle
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas
import pyarrow
from pyarrow import parquet

from climbpose import exporters
from climbpose.exporters.dlc_h5 import KEY
from climbpose.importers import read_tracks
from climbpose.poses import Status
from tests.cli.stage import FRAMES
from tests.fuzz.arrays import write_bomb
from tests.fuzz.mutation import CANARY, mutated, mutated_tree, odd_value, tree_text
from tests.fuzz.texts import analysis_of, other_cells

_TIMES = [n / 30 for n in range(FRAMES)]


class _Code:
    """Unpickled, it would run a program."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch ../{CANARY}",)


class Imported:
    """A file of one exporter.

    Args:
        exporter: Its name.
        change: Makes the file's content another one of the same kind.
    """

    def __init__(self, exporter: str, change: Callable[[bytes, random.Random], bytes]) -> None:
        self._exporter, self._change = exporters.create(exporter), change

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / f"mutant{self._exporter.suffix}"
        self._exporter.write(analysis_of(rng), path)
        data = path.read_bytes()
        if rng.random() < 0.6:
            data = self._change(data, rng)
        if rng.random() < 0.5:
            data = mutated(data, rng)
        path.write_bytes(data)
        return path

    def read(self, path: Path) -> None:
        track = read_tracks(path, _TIMES)
        missing = track.status == Status.MISSING.value
        assert (np.isnan(track.xy).any(axis=2) == missing).all()
        assert ((track.confidence >= 0) & (track.confidence <= 1)).all()
        assert (np.diff(track.time) > 0).all()
        assert track.frame_index[0] >= 0 and (np.diff(track.frame_index) > 0).all()


def dlc_csv(seeds: Path) -> Imported:
    """DeepLabCut's text."""
    del seeds
    return Imported("dlc-csv", other_cells)


def tidy_csv(seeds: Path) -> Imported:
    """Tidy tables."""
    del seeds
    return Imported("tidy-csv", other_cells)


def trc(seeds: Path) -> Imported:
    """Markers of OpenSim."""
    del seeds
    return Imported("trc", _other_words)


def coco_tracks(seeds: Path) -> Imported:
    """COCO's JSON."""
    del seeds
    return Imported("coco", lambda data, rng: tree_text(mutated_tree(json.loads(data), rng), rng))


def openpose(seeds: Path) -> Imported:
    """Archives of OpenPose's JSON."""
    del seeds
    return Imported("openpose", _other_members)


def dlc_h5(seeds: Path) -> Imported:
    """DeepLabCut's HDF5."""
    del seeds
    return Imported("dlc-h5", _other_hdf5)


def dlc_h5_fixed(seeds: Path) -> Imported:
    """DeepLabCut's HDF5 in pandas' other way."""
    del seeds
    return Imported("dlc-h5", lambda data, rng: _other_hdf5(_fixed(data), rng))


def sleap(seeds: Path) -> Imported:
    """SLEAP's HDF5."""
    del seeds
    return Imported("sleap", _other_hdf5)


def parquet_tracks(seeds: Path) -> Imported:
    """Parquet."""
    del seeds
    return Imported("parquet", _other_columns)


def _other_words(data: bytes, rng: random.Random) -> bytes:
    lines = data.decode().split("\n")
    for _ in range(rng.randint(1, 3)):
        cells = lines[place := rng.randrange(len(lines))].split("\t")
        cells[rng.randrange(len(cells))] = str(odd_value(rng)).replace("\ud800", "")
        lines[place] = "\t".join(cells)
    return "\n".join(lines).encode()


def _other_members(data: bytes, rng: random.Random) -> bytes:
    image = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(image, "w") as archive:
        chosen = rng.choice(names := source.namelist())
        for name in names:
            text = source.read(name)
            if name != chosen:
                archive.writestr(name, text)
                continue
            match rng.choice(("tree", "tree", "tree", "name", "absent", "bomb")):
                case "tree":
                    archive.writestr(name, tree_text(mutated_tree(json.loads(text), rng), rng))
                case "name":
                    odd = re.sub("[\ud800\0]", "", str(odd_value(rng)))[:1000]
                    archive.writestr(f"{odd}_keypoints.json", text)
                case "bomb" if rng.random() < 0.2:
                    write_bomb(archive, name, text)
    return image.getvalue()


def _fixed(data: bytes) -> bytes:
    """The same table, kept in the other way."""
    with pandas.HDFStore(
        "a", driver="H5FD_CORE", driver_core_backing_store=0, driver_core_image=data
    ) as store:
        table = store[KEY]
        store.put(KEY, table, format="fixed")
        store.flush()
        image: bytes = store._handle.get_file_image()
    return image


def _other_hdf5(data: bytes, rng: random.Random) -> bytes:
    image = io.BytesIO(data)
    with h5py.File(image, "r+") as file:
        places: list[str] = []
        file.visit(places.append)
        name = rng.choice([place for place in places if isinstance(file[place], h5py.Dataset)])
        holder, _, last = name.rpartition("/")
        group, old = file[holder or "/"], file[name]
        match rng.choice(("kind", "shape", "huge", "link", "external", "virtual", "attribute")):
            case "attribute":
                _other_attribute(file[rng.choice(places)], rng)
                return _closed(file, image)
            case "kind":
                kind = rng.choice(("f2", "f8", "i1", "S3", "c8", "?", h5py.string_dtype()))
                shape = old.shape
                del group[last]
                group.create_dataset(last, shape, dtype=kind)
            case "shape":
                content = np.atleast_1d(old[()])
                del group[last]
                odd = (content[..., None], content.reshape(-1), content[:0], content.T)
                group[last] = rng.choice(odd)
            case "huge":
                shape = tuple(rng.choice((1, 10**9, 10**5, 3)) for _ in old.shape)
                kind = old.dtype
                del group[last]
                group.create_dataset(last, shape, dtype=kind, chunks=True if shape else None)
            case "link":
                del group[last]
                group[last] = rng.choice(
                    (h5py.ExternalLink(f"../{CANARY}", "/x"), h5py.SoftLink("/nowhere"))
                )
            case "external":
                shape = old.shape or (1,)
                del group[last]
                part = [(f"../{CANARY}", 0, h5py.h5f.UNLIMITED)]
                group.create_dataset(last, shape, dtype="f8", external=part)
            case _:
                shape = old.shape or (1,)
                del group[last]
                layout = h5py.VirtualLayout(shape, "f8")
                layout[...] = h5py.VirtualSource(f"../{CANARY}", "x", shape)
                group.create_virtual_dataset(last, layout)
        return _closed(file, image)


def _other_attribute(place: h5py.HLObject, rng: random.Random) -> None:
    content = (
        *(pickle.dumps(_Code(), 0), pickle.dumps(_Code()), b"(lp0\n.", b"(" * 5000),
        *(pickle.dumps([(1, [("a", "nose", "x")])], 0), b"(lp0\ng0\na.", b"I" + b"9" * 9000),
        *(b'["xy"]', b'["track", "frame", "xy", "node"]', b"[" * 5000),
    )
    names = rng.choice((("non_index_axes",), ("dims",), tuple(place.attrs) or ("dims",)))
    place.attrs[rng.choice(names)] = np.bytes_(rng.choice(content))


def _closed(file: h5py.File, image: io.BytesIO) -> bytes:
    file.close()
    return image.getvalue()


def _other_columns(data: bytes, rng: random.Random) -> bytes:
    table = parquet.read_table(io.BytesIO(data))
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(table.num_columns)
        name, rows = table.column_names[place], table.num_rows
        match rng.choice(("values", "kind", "remove", "double", "rename", "rows")):
            case "values":
                numbers = [rng.choice((0.5, -1.0, 1e300, float("nan"), None)) for _ in range(rows)]
                table = table.set_column(place, name, pyarrow.array(numbers, pyarrow.float64()))
            case "kind":
                odd_things: tuple[object, ...] = (b"x", "x", True, [1.5], {"a": 1}, None, 2**60)
                things = pyarrow.array([rng.choice(odd_things)] * rows)
                table = table.set_column(place, name, things)
            case "remove":
                table = table.remove_column(place)
            case "double":
                table = table.append_column(name, table.column(place))
            case "rename":
                odd = str(odd_value(rng)).replace("\ud800", "")
                names = [*table.column_names[:place], odd, *table.column_names[place + 1 :]]
                table = table.rename_columns(names)
            case _ if rows <= FRAMES:
                table = pyarrow.concat_tables([table] * rng.choice((2, 2000)))
    image = io.BytesIO()
    parquet.write_table(table, image, compression=rng.choice(("none", "snappy", "gzip", "zstd")))
    return image.getvalue()


SUBJECTS: dict[str, Callable[[Path], Imported]] = {
    "dlc-csv": dlc_csv,
    "tidy-csv": tidy_csv,
    "trc": trc,
    "coco-tracks": coco_tracks,
    "openpose": openpose,
    "dlc-h5": dlc_h5,
    "dlc-h5-fixed": dlc_h5_fixed,
    "sleap": sleap,
    "parquet": parquet_tracks,
}
