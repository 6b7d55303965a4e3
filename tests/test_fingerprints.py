"""Whether a file is still the same."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies

from climbpose.errors import ClimbposeError
from climbpose.fingerprints import Fingerprint, Sight


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"frames")
    return path


def test_taken(file: Path) -> None:
    os.utime(file, ns=(0, 1_500_000_000_123_456_789))
    assert Fingerprint.take(file) == Fingerprint(
        6, hashlib.sha256(b"frames").hexdigest(), "2017-07-14T02:40:00.123456+00:00"
    )


def test_is_of(file: Path) -> None:
    taken = Fingerprint.take(file)
    assert taken.is_of(file)
    os.utime(file, (1e9, 1e9))
    assert taken.is_of(file)
    file.write_bytes(b"Frames")
    os.utime(file, (2e9, 2e9))
    assert not taken.is_of(file)
    file.write_bytes(b"frames!")
    assert not taken.is_of(file)
    file.unlink()
    assert not taken.is_of(file)


def test_file_that_changed_meanwhile_is_another_one(file: Path) -> None:
    before = Sight.take(file)
    file.write_bytes(b"more frames")
    taken = Fingerprint.take(file)
    assert taken.sight != before
    assert not taken.seen_as(before).is_of(file)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "absent", "."):
        with pytest.raises(ClimbposeError):
            Fingerprint.take(tmp_path / name)
    assert Sight.take(tmp_path / "absent") is None


@given(
    strategies.recursive(
        strategies.none() | strategies.integers() | strategies.text(),
        lambda inner: strategies.dictionaries(
            strategies.sampled_from(["bytes", "sha256", "modified"]), inner
        ),
    )
)
def test_parse_takes_anything(content: object) -> None:
    found = Fingerprint.parse(content)
    assert found is None or {**vars(found)} == content


def test_parse() -> None:
    content = {"bytes": 3, "sha256": "ab", "modified": "then"}
    assert Fingerprint.parse(content) == Fingerprint(3, "ab", "then")
    assert Fingerprint.parse({**content, "bytes": "3"}) is None
