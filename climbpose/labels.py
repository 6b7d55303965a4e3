"""What is true of every frame of a synthetic clip: its labels, in one file beside the video.

``<stem>.mp4`` has its labels in ``<stem>_labels.npz``: one array for each array below, under the
same name, and under ``info`` one JSON text with the rest. No pickles. Coordinates are those at the
middle of each picture's exposure; pixels are continuous, from the top left corner of the picture
as it is shown (the first pixel's centre is at 0.5, 0.5). World coordinates are metres: x to the
right for who faces the wall, y away from the viewer, z up, the floor at 0, the middle of the
wall's foot at (0, 0, 0).
"""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from climbpose.archives import DAMAGE, opened
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25, Skeleton

FORMAT = "climbpose-labels"

VERSION = 1
"""Of the format; raised when what is written changes its meaning."""

SUFFIX = "_labels.npz"

UNLABELLED, OCCLUDED, VISIBLE = 0, 1, 2
"""COCO's visibility: outside the picture; inside but hidden; seen."""


@dataclass(frozen=True)
class HoldLabel:
    """A hold, or a volume that is only there.

    Attributes:
        kind: ``jug``, ``crimp``, ``sloper``, ``pinch``, ``foothold`` or ``volume``.
        xyz: Its middle on the wall's plane, world, metres.
        uv: The same in the wall's plane: to the right from its middle, up along it.
        size_m: Greatest half-width.
        depth_m: How far it stands out.
        turn_deg: In the wall's plane, counter-clockwise seen from the viewer.
        is_used: Whether the climb needs it.
    """

    kind: str
    xyz: tuple[float, float, float]
    uv: tuple[float, float]
    size_m: float
    depth_m: float
    turn_deg: float
    is_used: bool


@dataclass(frozen=True)
class ContactLabel:
    """A limb on a hold.

    Attributes:
        limb: ``left_hand``, ``right_hand``, ``left_foot`` or ``right_foot``.
        hold: Row in the list of holds; -1 is the floor.
        touch: ``grip``, ``toe``, ``heel`` or ``flat``.
        start: First frame.
        end: Frame after the last one.
    """

    limb: str
    hold: int
    touch: str
    start: int
    end: int


@dataclass(frozen=True)
class PhaseLabel:
    """A move or a rest.

    Attributes:
        move: Such as ``reach``, ``rest``, ``dyno``.
        start: First frame.
        end: Frame after the last one.
        limbs: Which limbs move.
    """

    move: str
    start: int
    end: int
    limbs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ClipLabels:
    """All that is known of one clip.

    Attributes:
        fps: Frames a second, exact; frame n is shown at n / fps seconds.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        seed: Of the set that the clip belongs to.
        index: Of the clip in its set; no other clip has the same seed and index.
        look: 0 to 99: which clothes, wall and light. Splits hold out whole looks.
        config: All settings that the clip is made from, as `climbpose.synth.variation` reads them.
        wall: ``angle_deg`` (above 0 overhanging), ``width_m``, ``height_m``.
        body: ``mixture`` (shares of the baked shapes) and ``stature_m``.
        bones: Names of the body's bones.
        holds: On the wall.
        contacts: Which limb holds what, from when to when.
        phases: Moves and rests, in order, without gaps.
        xy: Keypoints, pixels; also where they lie outside the picture.
        xyz: Keypoints, world, metres.
        xy_anatomical: As `xy`, by the anatomical definition of the keypoints.
        xyz_anatomical: As `xyz`, by the anatomical definition of the keypoints.
        visibility: `UNLABELLED`, `OCCLUDED` or `VISIBLE`, from the depth buffer.
        box: ``x1 y1 x2 y2``: extent of the climber's silhouette within the picture, pixels; zeros
            where nothing of it lies there.
        area: Pixels that show the climber.
        intrinsics: From camera directions (x right, y down, z forward) to pixels.
        rotation: World directions to camera directions.
        position: The camera's, world, metres.
        centre_of_mass: Of the body's volume, world, metres.
        centre_of_mass_xy: The same, pixels.
        joints: Where each bone begins, world, metres.
        bone_rotation: Of each bone from its rest direction to the world's, as a rotation vector.
        limb_xyz: Where fingers and foot touch or would touch, world, metres; limbs in the order
            left hand, right hand, left foot, right foot.
        in_contact: Whether each limb touches a hold or the floor.
    """

    fps: Fraction
    width: int
    height: int
    seed: int
    index: int
    look: int
    config: Mapping[str, Any]
    wall: Mapping[str, float]
    body: Mapping[str, Any]
    bones: tuple[str, ...]
    holds: tuple[HoldLabel, ...]
    contacts: tuple[ContactLabel, ...]
    phases: tuple[PhaseLabel, ...]
    xy: Float32[np.ndarray, "frames 25 2"]
    xyz: Float32[np.ndarray, "frames 25 3"]
    xy_anatomical: Float32[np.ndarray, "frames 25 2"]
    xyz_anatomical: Float32[np.ndarray, "frames 25 3"]
    visibility: UInt8[np.ndarray, "frames 25"]
    box: Float32[np.ndarray, "frames 4"]
    area: Float32[np.ndarray, " frames"]
    intrinsics: Float64[np.ndarray, "frames 3 3"]
    rotation: Float64[np.ndarray, "frames 3 3"]
    position: Float64[np.ndarray, "frames 3"]
    centre_of_mass: Float32[np.ndarray, "frames 3"]
    centre_of_mass_xy: Float32[np.ndarray, "frames 2"]
    joints: Float32[np.ndarray, "frames bones 3"]
    bone_rotation: Float32[np.ndarray, "frames bones 3"]
    limb_xyz: Float32[np.ndarray, "frames 4 3"]
    in_contact: Bool[np.ndarray, "frames 4"]
    skeleton: Skeleton = CLIMBING_25

    def __post_init__(self) -> None:
        frames = len(self.xy)
        if frames < 1 or self.fps <= 0 or self.width < 1 or self.height < 1:
            raise ValueError(
                f"expected frames, a rate and a size above 0, found {frames} frames, {self.fps} a "
                f"second, {self.width} x {self.height}"
            )
        for name, (dtype, shape) in _ARRAYS.items():
            array = getattr(self, name)
            sizes = {"frames": frames, "bones": len(self.bones)}
            expected = tuple(side if isinstance(side, int) else sizes[side] for side in shape)
            if array.shape != expected or array.dtype != dtype:
                raise ValueError(
                    f"{name}: expected {np.dtype(dtype)} {expected}, found {array.dtype} "
                    f"{array.shape}"
                )
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(f"{name}: expected numbers, found NaN or infinity")
        if self.visibility.max(initial=0) > VISIBLE:
            raise ValueError(f"visibility: expected 0, 1 or 2, found {self.visibility.max()}")
        stretches: tuple[ContactLabel | PhaseLabel, ...] = (*self.contacts, *self.phases)
        for stretch in stretches:
            if not 0 <= stretch.start < stretch.end <= frames:
                raise ValueError(f"expected a stretch of the {frames} frames, found {stretch}")
        for contact in self.contacts:
            if not -1 <= contact.hold < len(self.holds):
                raise ValueError(f"expected one of {len(self.holds)} holds or -1, found {contact}")

    def __len__(self) -> int:
        return len(self.xy)

    def write(self, path: Path) -> None:
        """Writes the file, under just this name; the same labels make the same bytes.

        Raises:
            OSError: It cannot be written.
        """
        info = {
            "format": FORMAT,
            "version": VERSION,
            "keypoints": self.skeleton.keypoints,
            **{name: getattr(self, name) for name in _INFO},
        }
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        text = json.dumps(info, default=_plain, allow_nan=False)
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, info=np.array(text), **arrays)

    @classmethod
    def read(cls, path: Path) -> "ClipLabels":
        """The labels in a file.

        Raises:
            DatasetError: There is no such file, or it is not what `write` makes.
        """
        with _opened(path) as content:
            info = _info(content)
            given: dict[str, Any] = {name: info[name] for name in _INFO}
            given["fps"] = Fraction(given["fps"])
            given["bones"] = tuple(given["bones"])
            for name, kind in (
                ("holds", HoldLabel),
                ("contacts", ContactLabel),
                ("phases", PhaseLabel),
            ):
                given[name] = tuple(_revived(kind, entry) for entry in given[name])
            given |= {name: content[name] for name in _ARRAYS}
            return cls(**given)


def read_info(path: Path) -> Mapping[str, Any]:
    """What is in a labels file beside the arrays, such as ``look`` and ``config``; this is quick.

    Raises:
        DatasetError: There is no such file, or it is not what `ClipLabels.write` makes.
    """
    with _opened(path) as content:
        return _info(content)


def labels_path(video: Path) -> Path:
    """Where the labels of a clip lie."""
    return video.with_name(f"{video.stem}{SUFFIX}")


def video_path(labels: Path) -> Path:
    """The clip that labels belong to."""
    return labels.with_name(f"{labels.name.removesuffix(SUFFIX)}.mp4")


_ARRAYS: dict[str, tuple[type, tuple[int | str, ...]]] = {
    "xy": (np.float32, ("frames", 25, 2)),
    "xyz": (np.float32, ("frames", 25, 3)),
    "xy_anatomical": (np.float32, ("frames", 25, 2)),
    "xyz_anatomical": (np.float32, ("frames", 25, 3)),
    "visibility": (np.uint8, ("frames", 25)),
    "box": (np.float32, ("frames", 4)),
    "area": (np.float32, ("frames",)),
    "intrinsics": (np.float64, ("frames", 3, 3)),
    "rotation": (np.float64, ("frames", 3, 3)),
    "position": (np.float64, ("frames", 3)),
    "centre_of_mass": (np.float32, ("frames", 3)),
    "centre_of_mass_xy": (np.float32, ("frames", 2)),
    "joints": (np.float32, ("frames", "bones", 3)),
    "bone_rotation": (np.float32, ("frames", "bones", 3)),
    "limb_xyz": (np.float32, ("frames", 4, 3)),
    "in_contact": (np.bool_, ("frames", 4)),
}
"""Kind of number and shape of each array."""

_INFO = tuple(
    field.name for field in fields(ClipLabels) if field.name not in {*_ARRAYS, "skeleton"}
)


_KINDS: dict[str, type] = {
    **dict.fromkeys(("width", "height", "seed", "index", "look"), int),
    **dict.fromkeys(("config", "wall", "body"), dict),
    **dict.fromkeys(("bones", "holds", "contacts", "phases"), list),
    "fps": str,
}
"""What JSON gives for some of them."""


@contextmanager
def _opened(path: Path) -> Generator[Mapping[str, np.ndarray]]:
    """The arrays of a file; what goes wrong with them is told in one line."""
    try:
        with opened(path) as content:
            yield content
    except OSError as error:
        raise DatasetError(f"labels {path} cannot be read ({error.strerror or error})") from error
    except KeyError as error:
        raise DatasetError(f"{path} holds no labels: it lacks {error}") from error
    except (*DAMAGE, AttributeError, RecursionError, ZeroDivisionError) as error:
        raise DatasetError(f"{path} holds no whole labels ({error}); make it anew") from error


def _info(content: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The JSON text of a labels file, of the format that is read here."""
    info: dict[str, Any] = json.loads(str(content["info"]))
    if (info["format"], info["version"]) != (FORMAT, VERSION):
        raise ValueError(
            f"expected {FORMAT} of version {VERSION}, found {info['format']} of version "
            f"{info['version']}"
        )
    if tuple(info["keypoints"]) != CLIMBING_25.keypoints:
        raise ValueError(f"expected the keypoints of {CLIMBING_25.name}, found others")
    for name in _INFO:
        kinds = _KINDS.get(name, object)
        if not isinstance(info[name], kinds) or isinstance(info[name], bool):
            raise ValueError(f"{name}: found {info[name]!r:.40}")
    return info


def _revived(kind: type, entry: Mapping[str, Any]) -> Any:
    """A hold, contact or phase; JSON has lists for tuples."""
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()})


def _plain(value: Any) -> Any:
    """What JSON does not know, as what it knows."""
    return str(value) if isinstance(value, Fraction) else asdict(value)
