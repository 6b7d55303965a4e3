"""Clips that ``climbpose synth`` made."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from climbpose.datasets.base import SPLITS, Clip, register
from climbpose.errors import DatasetError, UsageError
from climbpose.labels import SUFFIX, ClipLabels, read_info, video_path

SET_NAME = "set.json"
"""The file that says how the set was made, and how many clips it is to have."""

CLIP = re.compile(rf"clip_(\d+)({re.escape(SUFFIX)}|\.mp4)")


@register("synthetic")
class Synthetic:
    """A folder of synthetic clips.

    A clip's look (clothes, wall, light) says to which split it belongs, so nothing that a model
    was trained on looks as what it is tested on; and as no two clips of a set are made from the
    same random numbers, no climb is in two splits either.

    Args:
        path: The folder.
        split: ``train``, ``val`` or ``test``, None for all clips.

    Raises:
        UsageError: There is no such split.
        DatasetError: The folder holds no set, or a clip of it is damaged or half made.
    """

    def __init__(self, path: Path, split: str | None = None) -> None:
        if split is not None and split not in SPLITS:
            raise UsageError(f"no split is named {split!r}; choose one of: {', '.join(SPLITS)}")
        self.path, self.split = path, split
        _check_count(path, len(files := label_files(path)))
        self._files = [
            file for file in files if split is None or split_of(read_info(file)["look"]) == split
        ]

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, number: int) -> Clip:
        """A clip with the keypoints that a detector is trained on."""
        labels = self.labels(number)
        return Clip(
            video=video_path(self._files[number]),
            fps=float(labels.fps),
            boxes=labels.box,
            xy=labels.xy,
            visibility=labels.visibility,
            skeleton=labels.skeleton,
        )

    def labels(self, number: int) -> ClipLabels:
        """All that is known of a clip, in 3D too.

        Raises:
            IndexError: There are not so many clips.
            DatasetError: Its labels are damaged.
        """
        return ClipLabels.read(self._files[number])


def split_of(look: int) -> str:
    """The split of a look: of ten looks eight are trained on, one validates, one tests."""
    return {8: "val", 9: "test"}.get(look % 10, "train")


def label_files(folder: Path) -> list[Path]:
    """The labels of a set's clips, in the clips' order.

    Raises:
        DatasetError: There are none, or a clip lacks its labels or its video.
    """
    try:
        found = {path.name: path for path in folder.iterdir() if CLIP.fullmatch(path.name)}
    except OSError as error:
        raise DatasetError(
            f"data set {folder} cannot be read ({error.strerror}); expected a folder that "
            "climbpose synth made"
        ) from error
    numbers = sorted({int(match[1]) for name in found if (match := CLIP.fullmatch(name))})
    if not numbers:
        raise DatasetError(f"{folder} holds no clip_0000.mp4; expected what climbpose synth makes")
    files = []
    for number in numbers:
        for name in (f"{clip_stem(number)}.mp4", f"{clip_stem(number)}{SUFFIX}"):
            if name not in found:
                raise DatasetError(
                    f"{folder} is half made: {name} is missing; finish it with climbpose synth "
                    "--resume"
                )
        files.append(folder / f"{clip_stem(number)}{SUFFIX}")
    return files


def read_set(folder: Path) -> Mapping[str, Any] | None:
    """What a set was begun with, None where nothing tells.

    Raises:
        DatasetError: The file is damaged.
    """
    path = folder / SET_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if type(content["clips"]) is not int:
            raise TypeError(f"{content['clips']!r:.40} clips")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise DatasetError(f"{path} is damaged ({error}); make the set anew") from error
    made: Mapping[str, Any] = content
    return made


def _check_count(folder: Path, found: int) -> None:
    begun = read_set(folder)
    if begun is not None and found < begun["clips"]:
        raise DatasetError(
            f"{folder} is half made: expected {begun['clips']} clips, found {found}; finish it "
            f"with climbpose synth --resume, or remove {SET_NAME} to use what is there"
        )


def clip_stem(index: int) -> str:
    """The name of a clip's files, without their endings."""
    return f"clip_{index:04d}"
