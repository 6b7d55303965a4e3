"""Penn Action: 2,326 clips of 15 sports, 13 joints of each frame placed by hand.

Zhang, Zhu and Derpanis, "From Actemes to Action", ICCV 2013. Read from the official folder, whose
``labels`` holds a MATLAB file for each clip, or from one ``.npz`` with all of them.

Left and right: the set lists its joints as head, left shoulder, right shoulder and so on. But in
pull-ups seen from the front the column called left shoulder is on the picture's left in all 73
clips, from behind on its right in all 73, and most throws and serves are made with the wrist
called left. So the columns called left are the person's right, and are read as that. Not every
annotator kept to it: expect some frames, mostly side views, in which the sides are exchanged.

The head, the middle of it, is taken for the nose, as thesis A does. Hidden joints have coordinates
too, but often poor ones or such at the picture's border: they are left unlabelled, unless somebody
wants them, as thesis A's figures do. The frame rate is not recorded.
"""

import math
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
from scipy.io.matlab import MatReadError

from climbpose.datasets.arrays import INTEGERS, NUMBERS, TEXTS, array_names, read_arrays
from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed
from climbpose.errors import DatasetError, UsageError
from climbpose.labels import OCCLUDED, UNLABELLED, VISIBLE

THESIS_ACTIONS = ("baseball_pitch", "bench_press")
"""What thesis A trained on: 307 clips, 26,036 frames. It names sit-ups too, but as ``sit_ups``,
which the set calls ``situp``; its counts are those without."""

THESIS_ACTIONS_WITH_SITUPS = (*THESIS_ACTIONS, "situp")
"""What thesis A meant to train on: 407 clips, 34,799 frames."""

KEYPOINTS = (
    "nose",
    *(
        f"{side}_{part}"
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("right", "left")
    ),
)
"""Our name of each of the set's joints, in its order."""

_LABELS = re.compile(r"\d{4}\.mat")

_FRAMES, _LISTS = {"xy": NUMBERS, "vis": INTEGERS}, {"seq_id": INTEGERS, "action": TEXTS}


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    """A clip as the set has it, unchecked.

    Attributes:
        name: Its number.
        action: What is done.
        xy: Of the joints, pixels.
        visibility: 1 visible, 0 hidden.
        where: Names it in messages.
    """

    name: str
    action: str
    xy: np.ndarray
    visibility: np.ndarray
    where: str


def is_penn_action(path: Path) -> bool:
    """Whether a folder or file seems to be the set."""
    if path.is_file():
        return array_names(path) >= {*_FRAMES, *_LISTS, "offsets"}
    return bool(_label_files(path))


def read_penn_action(
    path: Path, actions: Iterable[str] | None = None, with_hidden: bool = False
) -> PoseClips:
    """The clips of some actions.

    Args:
        path: The official folder, its folder of labels, or the ``.npz``.
        actions: As the set names them, such as `THESIS_ACTIONS`; None for all.
        with_hidden: Whether hidden joints count as labelled, though occluded.

    Raises:
        DatasetError: The set is absent or damaged.
        UsageError: There is no such action; the message lists those there are.
    """
    wanted = None if actions is None else tuple(actions)
    clips, known = [], set()
    for sequence in _from_array(path) if path.is_file() else _from_folder(path):
        known.add(sequence.action)
        if wanted is None or sequence.action in wanted:
            clips.append(_clip(sequence, OCCLUDED if with_hidden else UNLABELLED))
    for action in wanted or ():
        if action not in known:
            raise UsageError(
                f"{path} has no action {action!r}; choose of: {', '.join(sorted(known))}"
            )
    return PoseClips.of(clips)


def _from_array(path: Path) -> Iterator[_Sequence]:
    arrays = read_arrays(path, _FRAMES, _LISTS, "Penn Action's labels")
    offsets = arrays["offsets"]
    if not len(arrays["seq_id"]) == len(arrays["action"]) == len(offsets) - 1:
        raise DatasetError(f"{path} is damaged: not one action for each clip; get the file anew")
    for number, (identity, action) in enumerate(
        zip(arrays["seq_id"].tolist(), arrays["action"].tolist(), strict=True)
    ):
        rows = slice(offsets[number], offsets[number + 1])
        name = f"{identity:04d}"
        where = f"{path}: {name}"
        yield _Sequence(name, action, arrays["xy"][rows], arrays["vis"][rows], where)


def _from_folder(path: Path) -> Iterator[_Sequence]:
    files = _label_files(path)
    if not files:
        raise DatasetError(
            f"{path} holds no labels/0001.mat; expected the folder of Penn Action, with its labels"
        )
    for file in files:
        try:
            content = scipy.io.loadmat(file, variable_names=("x", "y", "visibility", "action"))
            action = str(np.squeeze(content["action"])[()])
            xy = np.stack([content["x"], content["y"]], axis=-1).astype(np.float64)
            visibility = np.asarray(content["visibility"])
        except OSError as error:
            reason = error.strerror or error
            raise DatasetError(f"labels {file} cannot be read ({reason})") from error
        except KeyError as error:
            raise DatasetError(f"{file} holds no labels of Penn Action: no {error}") from error
        except (
            ValueError,
            TypeError,
            IndexError,
            NotImplementedError,
            MatReadError,
            zlib.error,
        ) as error:
            raise DatasetError(f"labels {file} are damaged ({error}); get the set anew") from error
        yield _Sequence(file.stem, action, xy, visibility, str(file))


def _label_files(path: Path) -> list[Path]:
    for folder in (path / "labels", path):
        if folder.is_dir():
            found = sorted(file for file in folder.iterdir() if _LABELS.fullmatch(file.name))
            if found:
                return found
    return []


def _clip(sequence: _Sequence, hidden: int) -> PoseClip:
    """The sequence with this visibility of its hidden joints."""
    visibility, where = sequence.visibility, sequence.where
    expected = (len(sequence.xy), len(KEYPOINTS))
    if not expected[0] or sequence.xy.shape != (*expected, 2) or visibility.shape != expected:
        raise DatasetError(
            f"{where}: expected {len(KEYPOINTS)} joints in every frame, found "
            f"{sequence.xy.shape[:2]} and visibility of {visibility.shape}; get the set anew"
        )
    if not np.isin(visibility, (0, 1)).all():
        raise DatasetError(f"{where}: expected visibility 0 or 1; get the set anew")
    seen = np.where(visibility == 1, VISIBLE, hidden).astype(np.uint8)
    with np.errstate(over="ignore"):
        xy = sequence.xy.astype(np.float32)
    if not np.isfinite(xy[seen != UNLABELLED]).all():
        raise DatasetError(f"{where}: NaN for a labelled joint; get the set anew")
    placed_xy, placed_visibility = placed(xy, seen, KEYPOINTS)
    return PoseClip(
        xy=placed_xy,
        visibility=placed_visibility,
        fps=math.nan,
        name=f"penn-action:{sequence.name}",
        video=f"penn-action:{sequence.name}",
    )
