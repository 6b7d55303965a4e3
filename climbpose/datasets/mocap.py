"""Motion capture, filmed by random cameras: CMU's, and DeepMimic's clips.

CMU's (mocap.cs.cmu.edu) is read from a folder with ASF and AMC files, each subject's skeleton
beside its motions, or with BVH files, or from one ``.npz`` with where all trials' joints are.
DeepMimic's (Peng et al., SIGGRAPH 2018) is read from such an ``.npz``.

Left and right are the body's own. Of our 25 keypoints there are shoulders, elbows, wrists, hips,
knees, ankles and, in CMU's, toes: for these stands the ball of the foot, which moves as they do.
CMU's head is a line within the skull and does not tell where the face is, heels are not measured
and hands differ between the formats: all those are unlabelled. What hides what is not known, so
every keypoint counts as visible, in the picture or outside.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from scipy.interpolate import CubicSpline

from climbpose.datasets.arrays import NUMBERS, TEXTS, array_names, read_arrays
from climbpose.datasets.asf_amc import read_amc, read_asf
from climbpose.datasets.bvh import read_bvh
from climbpose.datasets.cameras import film
from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed
from climbpose.errors import DatasetError, UsageError
from climbpose.labels import VISIBLE

AMC_FPS = 120.0
"""What CMU captured with; the files do not say."""

_CMU = {
    "left_shoulder": ("left_shoulder", "lclavicle", "LeftArm"),
    "right_shoulder": ("right_shoulder", "rclavicle", "RightArm"),
    "left_elbow": ("left_elbow", "lhumerus", "LeftForeArm"),
    "right_elbow": ("right_elbow", "rhumerus", "RightForeArm"),
    "left_wrist": ("left_wrist", "lradius", "LeftHand"),
    "right_wrist": ("right_wrist", "rradius", "RightHand"),
    "left_hip": ("left_hip", "lhipjoint", "LeftUpLeg"),
    "right_hip": ("right_hip", "rhipjoint", "RightUpLeg"),
    "left_knee": ("left_knee", "lfemur", "LeftLeg"),
    "right_knee": ("right_knee", "rfemur", "RightLeg"),
    "left_ankle": ("left_ankle", "ltibia", "LeftFoot"),
    "right_ankle": ("right_ankle", "rtibia", "RightFoot"),
    "left_toes": ("left_toe_base", "lfoot", "LeftToeBase"),
    "right_toes": ("right_toe_base", "rfoot", "RightToeBase"),
}
"""Our keypoints; what the arrays call them, the ASF bone that ends there, the BVH joint."""

_FRAMES, _LISTS = {"pos_mm": NUMBERS}, {"fps": NUMBERS, "joints": TEXTS}

_MAX_FPS = 10_000

_BVH_UNIT_M = 0.0254 / 0.45
"""That of CMU's ASF files, whose numbers the BVH edition keeps."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A motion in space.

    Attributes:
        name: Of the trial.
        keypoints: Our names.
        xyz: Metres, y up.
        fps: Frames a second.
    """

    name: str
    keypoints: tuple[str, ...]
    xyz: Float64[np.ndarray, "frames keypoints 3"]
    fps: float

    def at(self, fps: float) -> "Trial":
        """The motion at another frame rate."""
        times = np.arange(len(self.xyz)) / self.fps
        # A little is added so that rounding loses no frame.
        wanted = np.arange(int(times[-1] * fps + 1e-6) + 1) / fps
        xyz = self.xyz[:1]
        if len(times) > 1:
            xyz = CubicSpline(times, self.xyz)(np.minimum(wanted, times[-1]))
        return Trial(self.name, self.keypoints, xyz, fps)

    def filmed(self, view: int, seed: int) -> PoseClip:
        """The motion as a random camera sees it.

        Args:
            view: Number of the camera.
            seed: Of the cameras; those of one trial do not depend on which others there are.
        """
        rng = np.random.default_rng([seed, view, zlib.crc32(self.name.encode())])
        hips = [self.keypoints.index(f"{side}_hip") for side in ("left", "right")]
        left = self.xyz[:, hips[0]] - self.xyz[:, hips[1]]
        pixels = film(self.xyz, left, self.fps, rng)
        seen = np.full(pixels.shape[:2], VISIBLE, np.uint8)
        xy, visibility = placed(pixels.astype(np.float32), seen, self.keypoints)
        return PoseClip(xy, visibility, self.fps, f"{self.name}:{view}", self.name)


def is_cmu(path: Path) -> bool:
    """Whether a folder or file seems to be of CMU's motion capture."""
    if path.is_file():
        is_array = array_names(path) >= {"pos_mm", "trial", "joints"}
        return is_array or path.suffix.lower() in _READERS
    return any(file.suffix.lower() in _READERS for file in path.rglob("*"))


def is_deepmimic(path: Path) -> bool:
    """Whether a file seems to hold DeepMimic's clips."""
    return array_names(path) >= {"pos_mm", "motion", "joints"}


def read_cmu(
    path: Path,
    views: int = 4,
    fps: float = 30.0,
    seed: int = 0,
    trials: Iterable[str] | None = None,
) -> PoseClips:
    """CMU's trials, each as several random cameras see it.

    Args:
        path: A folder with ASF and AMC or with BVH files, one of these, or the ``.npz``.
        views: How many cameras film each trial.
        fps: Frames a second of the clips.
        seed: Of the cameras.
        trials: Such as ``01_02``; None for all.

    Raises:
        DatasetError: There is no motion, or a file is damaged.
        UsageError: A trial that is named is not there.
    """
    found = {name: read for name, read in _cmu_trials(path) if not trials or name in set(trials)}
    for name in trials or ():
        if name not in found:
            raise UsageError(f"{path} has no trial {name!r}; give trials that are there")
    return _clips((read() for read in found.values()), views, fps, seed)


def read_deepmimic(path: Path, views: int = 4, fps: float = 30.0, seed: int = 0) -> PoseClips:
    """DeepMimic's clips; the arguments are those of `read_cmu`.

    Raises:
        DatasetError: The file is absent or damaged.
    """
    arrays = read_arrays(path, _FRAMES, _LISTS | {"motion": TEXTS}, "DeepMimic's positions")
    names = {name: name for name in _CMU if not name.endswith("_toes")}
    trials = (
        _of_array(arrays, number, f"deepmimic:{motion}", names, path)
        for number, motion in enumerate(arrays["motion"].tolist())
    )
    return _clips(trials, views, fps, seed)


def _clips(trials: Iterable[Trial], views: int, fps: float, seed: int) -> PoseClips:
    if views < 1 or not 0 < fps < float("inf") or seed < 0:
        raise UsageError(
            f"expected views from 1, fps above 0 and a seed from 0, found {views}, {fps} and {seed}"
        )
    return PoseClips.of(
        trial.filmed(view, seed)
        for trial in (trial.at(fps) for trial in trials)
        for view in range(views)
    )


def _cmu_trials(path: Path) -> Iterator[tuple[str, Callable[[], Trial]]]:
    """The names of the trials, and what reads them."""
    if path.is_file() and path.suffix.lower() not in _READERS:
        arrays = read_arrays(path, _FRAMES, _LISTS | {"trial": TEXTS}, "CMU's positions")
        names = {name: ours for name, (ours, _, _) in _CMU.items()}
        for number, trial in enumerate(arrays["trial"].tolist()):
            yield trial, partial(_of_array, arrays, number, f"cmu:{trial}", names, path)
        return
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    motions = [file for file in files if file.suffix.lower() in _READERS]
    if not motions:
        raise DatasetError(
            f"{path} holds no motion; expected .amc files with their .asf, .bvh files, or the .npz"
        )
    for file in motions:
        yield file.stem, partial(_READERS[file.suffix.lower()], file)


def _of_array(
    arrays: Mapping[str, np.ndarray],
    number: int,
    name: str,
    names: Mapping[str, str],
    path: Path,
) -> Trial:
    joints, offsets = arrays["joints"].tolist(), arrays["offsets"]
    fps, sequences = arrays["fps"], len(offsets) - 1
    if (
        arrays["pos_mm"].shape[1:] != (len(joints), 3)
        or not number < sequences
        or len(fps) != sequences
    ):
        raise DatasetError(f"{path} is damaged (the arrays do not fit); get the file anew")
    mm = arrays["pos_mm"][offsets[number] : offsets[number + 1]]
    places = {joint: mm[:, column] / 1000 for column, joint in enumerate(joints)}
    return _trial(name, names, places, float(fps[number]), path)


def _of_amc(path: Path) -> Trial:
    subject = path.with_name(f"{path.stem.partition('_')[0]}.asf")
    if not subject.is_file():
        raise DatasetError(f"{path} lacks its skeleton; put {subject.name} beside it")
    skeleton = read_asf(subject)
    names = {name: bone for name, (_, bone, _) in _CMU.items()}
    return _trial(f"cmu:{path.stem}", names, skeleton.ends(read_amc(path, skeleton)), AMC_FPS, path)


def _of_bvh(path: Path) -> Trial:
    """A trial of the BVH edition, which lacks the thorax and begins with a T-pose."""
    motion = read_bvh(path)
    spine = {joint.name: joint.offset for joint in motion.joints}.get("Spine1", np.zeros(3))
    # Where both editions exist, the body is right within a millimetre with a thorax that is as
    # long as the upper back and straight.
    thorax = np.array([0, np.linalg.norm(spine), 0])
    moved = motion.moved(dict.fromkeys(("Neck", "LeftShoulder", "RightShoulder"), thorax))
    places = {name: place[1:] * _BVH_UNIT_M for name, place in moved.positions().items()}
    names = {name: joint for name, (_, _, joint) in _CMU.items()}
    return _trial(f"cmu:{path.stem}", names, places, motion.fps, path)


def _trial(
    name: str,
    names: Mapping[str, str],
    places: Mapping[str, np.ndarray],
    fps: float,
    path: Path,
) -> Trial:
    if lacking := [theirs for theirs in names.values() if theirs not in places]:
        raise DatasetError(
            f"{path} has no {', '.join(lacking)}; expected a motion of CMU's or DeepMimic's body"
        )
    xyz = np.stack([places[theirs] for theirs in names.values()], axis=1)
    if not len(xyz) or not np.isfinite(xyz).all() or not 1 <= fps <= _MAX_FPS:
        raise DatasetError(f"{path}: {name} has no frames, NaN or no frame rate that can be")
    return Trial(name, tuple(names), xyz, fps)


_READERS = {".amc": _of_amc, ".bvh": _of_bvh}
