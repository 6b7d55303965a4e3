"""A whole set of clips: which are to be made, by how many processes, and what is left of a stop.

A clip is whole when its labels stand, as they are the last to get their name. So whatever ends a
run, what lies in the folder can be gone on with.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from climbpose import __version__
from climbpose.datasets import coco
from climbpose.datasets.synthetic import CLIP, SET_NAME, clip_stem, read_set, split_of
from climbpose.errors import ClimbposeError, DatasetError, OutputExistsError, UsageError
from climbpose.files import part_file
from climbpose.labels import ClipLabels, labels_path
from climbpose.synth.clip import make_clip
from climbpose.synth.variation import AXES, Config
from climbpose.synth.workers import make_all

MIN_SIDE, MAX_SIDE = 64, 4096
MIN_FPS, MAX_FPS = 1, 240
MIN_FRAMES, MAX_FRAMES = 2, 20_000
MAX_CLIPS = 100_000
MAX_SEED = 2**63 - 1
MAX_JOBS = 256


@dataclass(frozen=True)
class SetOptions:
    """Which set is to be made.

    Attributes:
        clips: How many.
        seconds: How long each lasts.
        seed: The same seed makes the same clips.
        width: Of the pictures, pixels.
        height: Of the pictures, pixels.
        fps: Frames a second.
        vary: Names of the axes that vary.
    """

    clips: int
    seconds: float = 10.0
    seed: int = 0
    width: int = 720
    height: int = 1280
    fps: float = 30.0
    vary: tuple[str, ...] = tuple(AXES)

    def check(self) -> None:
        """Makes sure that such a set can be made.

        Raises:
            UsageError: It cannot.
        """
        for option, value, low, high in (
            ("--clips", self.clips, 1, MAX_CLIPS),
            ("--seed", self.seed, 0, MAX_SEED),
            ("--fps", self.fps, MIN_FPS, MAX_FPS),
        ):
            if not low <= value <= high:
                raise UsageError(f"{option}: expected {low} to {high}, found {value}")
        for side in (self.width, self.height):
            if not MIN_SIDE <= side <= MAX_SIDE or side % 2:
                raise UsageError(
                    f"--size: expected even sides of {MIN_SIDE} to {MAX_SIDE} pixels, found "
                    f"{self.width}x{self.height}"
                )
        if not MIN_FRAMES <= self.seconds * self.fps <= MAX_FRAMES:
            raise UsageError(
                f"--seconds: expected {MIN_FRAMES / self.fps:.2g} to "
                f"{MAX_FRAMES / self.fps:.0f} s, which is {MIN_FRAMES} to {MAX_FRAMES} frames, "
                f"found {self.seconds:g}"
            )
        unknown = [name for name in self.vary if name not in AXES]
        if unknown:
            raise UsageError(f"no variation is named {unknown[0]!r}; choose of: {', '.join(AXES)}")

    @property
    def frames(self) -> int:
        """Of all clips together."""
        return self.clips * self.config(0).frames

    def config(self, index: int) -> Config:
        """All settings of one of the clips."""
        return Config.sample(
            self.seed,
            index,
            axes=self.vary,
            width=self.width,
            height=self.height,
            fps=self.fps,
            seconds=self.seconds,
        )


@dataclass(frozen=True)
class MadeClip:
    """What became of one clip.

    Attributes:
        video: Its file.
        labels: The file of its labels.
        look: Which clothes, wall and light.
        split: That the look belongs to.
        status: ``made``, or ``kept`` from an earlier run.
    """

    video: Path
    labels: Path
    look: int
    split: str
    status: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "video": str(self.video), "labels": str(self.labels)}


def generate(
    folder: Path | str,
    options: SetOptions,
    *,
    jobs: int = 1,
    overwrite: bool = False,
    resume: bool = False,
    advance: Callable[[int], None] = lambda frames: None,
) -> list[MadeClip]:
    """Makes a set of labelled clips, and its annotations as COCO has them.

    With several jobs the processes import the main module anew, so a script that calls this has
    its own work under ``if __name__ == "__main__"``.

    Args:
        folder: Where to; made where it is not there.
        options: Which set.
        jobs: Processes that make clips at the same time.
        overwrite: Replaces a set that is there.
        resume: Goes on with a set that is there: its whole clips are kept.
        advance: Is told how many frames have been drawn since it was last told.

    Returns:
        All clips of the set.

    Raises:
        UsageError: There can be no such set.
        OutputExistsError: A set is there and is neither to be replaced nor gone on with, or it is
            another one than that which is to be gone on with.
        ClimbposeError: A file cannot be written. Whole clips that were made before stay.
    """
    folder = Path(folder)
    options.check()
    if not 1 <= jobs <= MAX_JOBS:
        raise UsageError(f"--jobs: expected 1 to {MAX_JOBS}, found {jobs}")
    if overwrite and resume:
        raise UsageError("-y and --resume exclude each other: replace the set, or go on with it")
    kept = prepare(folder, options, overwrite=overwrite, resume=resume)
    configs = [options.config(index) for index in range(options.clips)]
    pending = [config for config in configs if config.index not in kept]
    advance(sum(config.frames for config in configs if config.index in kept))
    if jobs == 1:
        for config in pending:
            _make(folder, config, advance)
    else:
        make_all(partial(_make, folder), pending, min(jobs, len(pending)), advance)
    with part_file(folder / coco.FILE_NAME) as part:
        coco.write(folder, part)
    clips = []
    for config in configs:
        video = folder / f"{clip_stem(config.index)}.mp4"
        status = "kept" if config.index in kept else "made"
        split = split_of(config.look)
        clips.append(MadeClip(video, labels_path(video), config.look, split, status))
    return clips


def prepare(folder: Path, options: SetOptions, *, overwrite: bool, resume: bool) -> set[int]:
    """Makes the folder ready and finds the clips that are kept; nothing is lost before all is well.

    Raises:
        OutputExistsError: What is there is in the way.
        ClimbposeError: The folder cannot be written to.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputExistsError(f"{folder} is a file but a folder is to be written; rename it")
        folder.mkdir(parents=True, exist_ok=True)
        present = sorted(path for path in folder.iterdir() if _is_of_a_set(path))
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(folder, "Permission denied")
    if present and not (overwrite or resume):
        raise OutputExistsError(
            f"{present[0]} exists; use --resume to go on with the set, -y to replace it, or "
            "choose another folder"
        )
    kept = _whole_clips(folder, options) if resume else set()
    stale = [folder / coco.FILE_NAME] if resume else _labels_first(present)
    for path in stale:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputExistsError(f"{path} cannot be replaced ({error.strerror})") from error
    content = {"climbpose": __version__, **asdict(options)}
    with part_file(folder / SET_NAME) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return kept


def _unwritable(folder: Path, reason: str) -> ClimbposeError:
    return ClimbposeError(f"folder {folder} may not be written to ({reason}); choose another one")


def _is_of_a_set(path: Path) -> bool:
    return path.name in (SET_NAME, coco.FILE_NAME) or CLIP.fullmatch(path.name) is not None


def _labels_first(paths: Sequence[Path]) -> list[Path]:
    """So that a video without labels, never labels without a video, is left of a stop."""
    return sorted(paths, key=lambda path: path.suffix == ".mp4")


def _whole_clips(folder: Path, options: SetOptions) -> set[int]:
    """The clips of a set that is gone on with.

    Raises:
        OutputExistsError: The set is another one.
    """
    begun = read_set(folder)
    if begun is not None:
        if begun.get("climbpose") != __version__:
            raise OutputExistsError(
                f"{folder} was begun by climbpose {begun.get('climbpose')}, this is {__version__}, "
                "which makes other clips; finish it there, or use -y to replace it"
            )
        for name, value in asdict(options).items():
            before = begun.get(name)
            before = tuple(before) if isinstance(before, list) else before
            if name != "clips" and before != value:
                raise OutputExistsError(
                    f"{folder} was begun with {_option(name)} {_shown(before)}, found "
                    f"{_shown(value)}; resume it with the same options, or use -y to replace it"
                )
    kept = set()
    for path in folder.iterdir():
        match = CLIP.fullmatch(path.name)
        if match is None:
            continue
        index = int(match[1])
        if index >= options.clips:
            raise OutputExistsError(
                f"{folder} holds {path.name}, which a set of {options.clips} has not; give a "
                "higher --clips, or use -y to replace the set"
            )
        video = folder / f"{clip_stem(index)}.mp4"
        if path != video and video.is_file() and _is_whole(path, options.config(index)):
            kept.add(index)
    return kept


def _option(name: str) -> str:
    return "--size" if name in ("width", "height") else f"--{name}"


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _is_whole(labels: Path, config: Config) -> bool:
    """Whether labels can be read and are of this very clip.

    Raises:
        OutputExistsError: They are of another one.
    """
    try:
        found = ClipLabels.read(labels).config
    except DatasetError:
        return False
    if found != config.to_json():
        raise OutputExistsError(
            f"{labels} was made with other settings or another version; use -y to replace the set"
        )
    return True


def _make(folder: Path, config: Config, advance: Callable[[int], None]) -> None:
    """Makes one clip; its labels get their name last."""
    video = folder / f"{clip_stem(config.index)}.mp4"
    with part_file(labels_path(video)) as labels_part, part_file(video) as video_part:
        make_clip(config, video_part, advance).write(labels_part)
