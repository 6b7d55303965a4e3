"""BVH motion capture: a skeleton and its motion in one text file.

The format is described in J. Lander, "Working with Motion Capture File Formats", Game Developer,
January 1998. A joint's rotations are made in the order in which its channels are listed, each
about the axes that the ones before it have turned.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from scipy.spatial.transform import Rotation

from climbpose.errors import DatasetError


@dataclass(frozen=True, eq=False)
class Joint:
    """A joint, or an end site, which is named ``<its parent>_end``.

    Attributes:
        name: Of the joint.
        parent: Its row in the list of joints, -1 for the root.
        offset: From its parent when nothing is turned.
        channels: What moves it, such as ``Zrotation``.
    """

    name: str
    parent: int
    offset: Float64[np.ndarray, "3"]
    channels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class BvhMotion:
    """What a BVH file holds.

    Attributes:
        joints: Parents before children.
        channels: The numbers of all joints' channels, in order.
        fps: Frames a second.
    """

    joints: tuple[Joint, ...]
    channels: Float64[np.ndarray, "frames channels"]
    fps: float

    def positions(self) -> dict[str, Float64[np.ndarray, "frames 3"]]:
        """Where each joint is, in the file's unit, by name."""
        places: list[np.ndarray] = []
        turns: list[Rotation] = []
        first = 0
        for joint in self.joints:
            numbers = self.channels[:, first : (first := first + len(joint.channels))]
            turning = [c for c, name in enumerate(joint.channels) if name.endswith("rotation")]
            place = np.tile(joint.offset, (len(self.channels), 1))
            for column, name in enumerate(joint.channels):
                if name.endswith("position"):
                    place[:, "XYZ".index(name[0])] += numbers[:, column]
            own = Rotation.from_euler(
                # An upper case order means axes that turn along.
                "".join(joint.channels[column][0] for column in turning) or "X",
                numbers[:, turning] if turning else np.zeros((len(numbers), 1)),
                degrees=True,
            )
            if joint.parent >= 0:
                place = places[joint.parent] + turns[joint.parent].apply(place)
                own = turns[joint.parent] * own
            places.append(place)
            turns.append(own)
        return {joint.name: place for joint, place in zip(self.joints, places, strict=True)}

    def moved(self, offsets: Mapping[str, Float64[np.ndarray, "3"]]) -> "BvhMotion":
        """The motion of a skeleton some of whose joints are further off their parents."""
        joints = tuple(
            replace(joint, offset=joint.offset + offsets[joint.name])
            if joint.name in offsets
            else joint
            for joint in self.joints
        )
        return replace(self, joints=joints)


def read_bvh(path: Path) -> BvhMotion:
    """The motion in a BVH file.

    Raises:
        DatasetError: It is absent or damaged.
    """
    try:
        head, found, body = path.read_text(encoding="utf-8", errors="replace").partition("MOTION")
    except OSError as error:
        raise DatasetError(f"motion {path} cannot be read ({error.strerror or error})") from error
    try:
        if not found:
            raise ValueError("no MOTION")
        joints = _joints(iter(head.split()))
        lines = body.split("\n", 3)
        count = int(_value(lines[1], "Frames"))
        period = float(_value(lines[2], "Frame Time"))
        width = sum(len(joint.channels) for joint in joints)
        channels = np.array(lines[3].split(), float)
        if not (count > 0 and period > 0 and len(channels) == count * width):
            raise ValueError(
                f"expected {count} frames of {width} numbers, found {len(channels)} numbers"
            )
        if not np.isfinite(channels).all():
            raise ValueError("a number is NaN")
    except (ValueError, IndexError, StopIteration, RecursionError) as error:
        reason = str(error) or "it ends too early"
        raise DatasetError(f"motion {path} is damaged ({reason}); get the file anew") from error
    return BvhMotion(joints=joints, channels=channels.reshape(count, width), fps=1 / period)


def _value(line: str, name: str) -> str:
    key, _, value = line.partition(":")
    if key.strip() != name:
        raise ValueError(f"expected {name}, found {line!r}")
    return value


def _joints(words: Iterator[str]) -> tuple[Joint, ...]:
    """The hierarchy's joints, in the order in which the motion has their numbers."""
    joints: list[Joint] = []
    if next(words) != "HIERARCHY":
        raise ValueError("no HIERARCHY")
    open_joints: list[int] = []
    for word in words:
        if word == "}":
            open_joints.pop()
            continue
        if word not in ("ROOT", "JOINT", "End"):
            raise ValueError(f"expected a joint, found {word!r}")
        parent = open_joints[-1] if open_joints else -1
        name = next(words)
        if word == "End":
            name = f"{joints[parent].name}_end"
        if next(words) != "{" or next(words) != "OFFSET":
            raise ValueError(f"{name} has no OFFSET")
        offset = np.array([float(next(words)) for _ in range(3)])
        channels: tuple[str, ...] = ()
        if word != "End":
            if next(words) != "CHANNELS":
                raise ValueError(f"{name} has no CHANNELS")
            channels = tuple(_channel(next(words)) for _ in range(int(next(words))))
        open_joints.append(len(joints))
        joints.append(Joint(name, parent, offset, channels))
    if open_joints or not joints:
        raise ValueError("a joint is not closed")
    return tuple(joints)


def _channel(word: str) -> str:
    if word[0] not in "XYZ" or word[1:] not in ("position", "rotation"):
        raise ValueError(f"no channel is named {word!r}")
    return word
