from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import DatasetError
from climbpose.training import samples
from climbpose.training.samples import Sample
from tests.training.stand_in import make_sample


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = [make_sample(seed, source, frame=7 * seed) for seed, source in enumerate("ab")]
    samples.write(written, tmp_path / "some.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["some.npz"]
    found = list(samples.read([tmp_path / "some.npz"]))
    for before, after in zip(written, found, strict=True):
        for field in fields(Sample):
            np.testing.assert_array_equal(
                getattr(after, field.name), getattr(before, field.name), field.name
            )


def test_no_samples_are_written_and_read(tmp_path: Path) -> None:
    samples.write([], tmp_path / "none.npz")
    assert list(samples.read([tmp_path / "none.npz"])) == []


def test_picture_is_hardly_changed() -> None:
    image = np.zeros((448, 448, 3), np.uint8)
    image[100:300, 100:300] = (200, 40, 90)
    kept = samples.encode_picture(image)
    sample = make_sample()
    again = Sample(**{f.name: getattr(sample, f.name) for f in fields(Sample)} | {"jpeg": kept})
    assert np.abs(again.image.astype(int) - image).mean() < 2


@pytest.mark.parametrize("content", [b"", b"PK no archive", None])
def test_damaged_file_is_told_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.npz"
    if content is None:
        np.savez(path, sizes=np.zeros(1))
    else:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"bad\.npz holds no training samples") as caught:
        list(samples.read([path]))
    assert "\n" not in str(caught.value)
