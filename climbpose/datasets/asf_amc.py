"""Acclaim motion capture: an ASF file with a skeleton, an AMC file with a motion of it.

The format is described in J. Lander, "Working with Motion Capture File Formats", Game Developer,
January 1998. A bone turns about its own axes, given as an Euler rotation of the world's, and points
from its parent's end in a fixed direction when nothing is turned. ``axis XYZ`` means: first about
x, then y, then z.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from scipy.spatial.transform import Rotation

from climbpose.errors import DatasetError

_ROOT = "root"


@dataclass(frozen=True, eq=False)
class Bone:
    """A bone of an ASF skeleton.

    Attributes:
        name: Of the bone.
        parent: Name of the bone at whose end it begins, or ``root``.
        offset: From its beginning to its end when nothing is turned, in the file's unit.
        axis: The bone's own axes.
        channels: What turns it, such as ``rx``, in the order of the AMC file's numbers.
    """

    name: str
    parent: str
    offset: Float64[np.ndarray, "3"]
    axis: Rotation
    channels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AsfSkeleton:
    """A skeleton of an ASF file.

    Attributes:
        bones: Parents before children.
        root_channels: What moves the root, such as ``TX`` and ``RX``, in the AMC file's order.
        unit_m: Metres in one unit.
        is_in_degrees: Whether angles are degrees, else radians.
    """

    bones: tuple[Bone, ...]
    root_channels: tuple[str, ...]
    unit_m: float
    is_in_degrees: bool

    @property
    def width(self) -> Mapping[str, int]:
        """How many numbers an AMC file has of each bone that moves."""
        moving = {bone.name: len(bone.channels) for bone in self.bones if bone.channels}
        return {_ROOT: len(self.root_channels), **moving}

    def ends(
        self, channels: Mapping[str, Float64[np.ndarray, "frames channels"]]
    ) -> dict[str, Float64[np.ndarray, "frames 3"]]:
        """Where each bone ends, and the root, metres, by name.

        Args:
            channels: The numbers of each bone that moves, and of the root.
        """
        root = channels[_ROOT]
        letters = [channel.upper() for channel in self.root_channels]
        places = {_ROOT: root[:, [letters.index(f"T{axis}") for axis in "XYZ"]]}
        turns = {_ROOT: self._turned(letters, root)}
        for bone in self.bones:
            turn = turns[bone.parent]
            if bone.channels:
                own = self._turned([name.upper() for name in bone.channels], channels[bone.name])
                turn = turn * bone.axis * own * bone.axis.inv()
            turns[bone.name] = turn
            places[bone.name] = places[bone.parent] + turn.apply(bone.offset)
        return {name: place * self.unit_m for name, place in places.items()}

    def _turned(self, letters: list[str], numbers: np.ndarray) -> Rotation:
        columns = [column for column, name in enumerate(letters) if name.startswith("R")]
        order = "".join(letters[column][1] for column in columns)
        # A lower case order means fixed axes, which is how these files count.
        return Rotation.from_euler(
            order.lower(), numbers[:, columns].reshape(len(numbers), -1), self.is_in_degrees
        )


def read_asf(path: Path) -> AsfSkeleton:
    """The skeleton in an ASF file.

    Raises:
        DatasetError: It is absent or damaged.
    """
    sections = _sections(path)
    try:
        units = dict(line.split()[:2] for line in sections["units"])
        is_in_degrees = units.get("angle", "deg").startswith("deg")
        root = {line.split()[0]: line.split()[1:] for line in sections["root"]}
        parents = {
            child: words[0]
            for words in map(str.split, sections["hierarchy"])
            if words[0] not in ("begin", "end")
            for child in words[1:]
        }
        described = dict(_bones(sections["bonedata"], parents, is_in_degrees))
        skeleton = AsfSkeleton(
            bones=tuple(described[name] for name in parents),
            root_channels=tuple(root["order"]),
            # Lengths are inches over the length that the file gives.
            unit_m=0.0254 / float(units["length"]),
            is_in_degrees=is_in_degrees,
        )
        still = {name: np.zeros((1, width)) for name, width in skeleton.width.items()}
        ends = skeleton.ends(still)
    except (KeyError, ValueError, IndexError, ZeroDivisionError) as error:
        raise DatasetError(f"skeleton {path} is damaged ({error}); get the file anew") from error
    if not all(np.isfinite(place).all() for place in ends.values()):
        raise DatasetError(f"skeleton {path} is damaged (a length is NaN); get the file anew")
    return skeleton


def read_amc(
    path: Path, skeleton: AsfSkeleton
) -> dict[str, Float64[np.ndarray, "frames channels"]]:
    """The numbers in an AMC file, by bone.

    Raises:
        DatasetError: It is absent or damaged, or belongs to another skeleton.
    """
    width = skeleton.width
    frames: list[dict[str, list[float]]] = []
    for number, line in _lines(path):
        if line.startswith(":"):
            continue
        words = line.split()
        try:
            if len(words) == 1:
                int(words[0])
                frames.append({})
                continue
            values = [float(word) for word in words[1:]]
            if not all(map(math.isfinite, values)) or not frames:
                raise ValueError(line)
        except ValueError as error:
            raise DatasetError(
                f"motion {path}, line {number}: expected a bone and its numbers, found {line!r}"
            ) from error
        if len(values) != width.get(words[0]):
            raise DatasetError(
                f"motion {path}, line {number}: {words[0]} has {len(values)} numbers, its skeleton "
                f"{width.get(words[0], 'no such bone')}; give it the skeleton of its subject"
            )
        frames[-1][words[0]] = values
    if not frames:
        raise DatasetError(f"motion {path} has no frames; get the file anew")
    for frame, bones in enumerate(frames):
        if lacking := width.keys() - bones.keys():
            raise DatasetError(
                f"motion {path}, frame {frame}: {', '.join(sorted(lacking))} is missing; get the "
                "file anew"
            )
    return {name: np.array([bones[name] for bones in frames]) for name in width}


def _bones(
    lines: list[str], parents: Mapping[str, str], is_in_degrees: bool
) -> Iterator[tuple[str, Bone]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        words = line.split()
        if words[0] == "begin":
            fields = {}
        elif words[0] != "end":
            fields[words[0]] = words[1:]
            continue
        elif fields:
            name = fields["name"][0]
            *angles, order = fields["axis"]
            direction = np.array(fields["direction"], float)
            if direction.shape != (3,):
                raise ValueError(f"{name} has a direction of {len(direction)} numbers")
            yield (
                name,
                Bone(
                    name=name,
                    parent=parents[name],
                    offset=direction * float(fields["length"][0]),
                    axis=Rotation.from_euler(
                        order.lower(), list(map(float, angles)), is_in_degrees
                    ),
                    channels=tuple(fields.get("dof", ())),
                ),
            )


def _sections(path: Path) -> dict[str, list[str]]:
    """The lines of each section, such as ``:bonedata``."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for _, line in _lines(path):
        if line.startswith(":"):
            lines = sections.setdefault(line.split()[0][1:].lower(), [])
        else:
            lines.append(line)
    return sections


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, and their numbers."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror or error})") from error
    for number, line in enumerate(text.splitlines(), 1):
        if (content := line.partition("#")[0].strip()) and content:
            yield number, content
