"""Arrays come back as NumPy wrote them; what is no array, or too large, is never unpacked."""

import io
import resource
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from climbpose.archives import DAMAGE, MAX_TEXT_BYTES, mapped, opened, read_text
from tests.fuzz.arrays import write_bomb

kinds = st.sampled_from(["f2", "f4", "f8", "i1", "i8", "u1", "u2", "?", "U5", ">f4"])


@given(
    array=kinds.flatmap(
        lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, min_side=0, max_side=4))
    ),
    is_packed=st.booleans(),
    is_turned=st.booleans(),
)
def test_arrays_come_back(
    array: np.ndarray, is_packed: bool, is_turned: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.npz"
    array = np.asfortranarray(array) if is_turned else array
    (np.savez_compressed if is_packed else np.savez)(path, a=array, b=np.arange(3))
    with opened(path) as found:
        assert set(found) == {"a", "b"} and len(found) == 2
        np.testing.assert_array_equal(found["a"], array)
        assert (found["a"].dtype, found.shape_of("a")) == (array.dtype, array.shape)
    np.testing.assert_array_equal(mapped(path, "a"), array)


def test_what_is_not_there(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    with opened(tmp_path / "a.npz") as found, pytest.raises(KeyError, match="b"):
        found["b"]
    with pytest.raises(KeyError, match="b"):
        mapped(tmp_path / "a.npz", "b")
    with pytest.raises(OSError), opened(tmp_path / "none.npz"):
        pass


def with_member(path: Path, data: bytes, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.npy", data)
    return path


def with_header(text: str, body: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + body


def stored(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


WRONG = {
    "objects": stored(np.array([{"a": 1}], dtype=object)),
    "records": stored(np.zeros(2, [("x", "f4")])),
    "more than there is": with_header("{'descr':'<f4','fortran_order':False,'shape':(9,)}", b"x"),
    "less than there is": with_header("{'descr':'<f4','fortran_order':False,'shape':()}", b"xxxxx"),
    "huge": with_header("{'descr':'<f4','fortran_order':False,'shape':(10**12,)}"),
    "huge number": with_header("{'descr':'<f4','fortran_order':False,'shape':(1000000000000,)}"),
    "negative": with_header("{'descr':'<f4','fortran_order':False,'shape':(-1,-1)}", b"xxxx"),
    "deep": with_header("(" * 900),
    "no kind": with_header("{'descr':'nonsense','fortran_order':False,'shape':()}"),
    "no header": with_header("{}"),
    "code": with_header("__import__('os').system('touch here')"),
    "long header": b"\x93NUMPY\x02\x00" + b"\xff\xff\xff\x7f" + b" " * 99,
    "another version": b"\x93NUMPY\x09\x09" + b" " * 99,
    "nothing": b"",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_array_of_numbers_or_texts_is_refused(name: str, tmp_path: Path) -> None:
    path = with_member(tmp_path / "a.npz", WRONG[name])
    with pytest.raises(DAMAGE), opened(path) as found:
        found["a"]
    with pytest.raises(DAMAGE):
        mapped(path, "a")
    assert not Path("here").exists()


def test_other_packings_are_refused(tmp_path: Path) -> None:
    path = with_member(tmp_path / "a.npz", stored(np.zeros(1 << 20)), zipfile.ZIP_BZIP2)
    assert path.stat().st_size < 1000
    with pytest.raises(ValueError, match="packed in a way"), opened(path) as found:
        found["a"]


def test_ten_gigabytes_of_zeros_stay_packed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    text = f"{{'descr':'<f8','fortran_order':False,'shape':({10 << 27},)}}"
    with zipfile.ZipFile(path, "w") as archive:
        write_bomb(archive, "a.npy", with_header(text))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="larger than it may be"), opened(path) as found:
        assert found.shape_of("a") == (10 << 27,)
        found["a"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_all_arrays_together_have_one_limit(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(100), b=np.zeros(100))
    with opened(tmp_path / "a.npz", limit=1500) as found:
        assert len(found["a"]) == 100
        with pytest.raises(ValueError, match="b makes it larger"):
            found["b"]


def test_texts_have_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("small.xml", "text")
        archive.writestr("large.xml", bytes(MAX_TEXT_BYTES + 1))
    with zipfile.ZipFile(path) as archive:
        assert read_text(archive, "small.xml") == b"text"
        with pytest.raises(ValueError, match="takes 128 MB unpacked, expected at most 128 MB"):
            read_text(archive, "large.xml")
