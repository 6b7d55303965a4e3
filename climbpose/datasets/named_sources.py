"""Data sets as the command line names them, with the options of their readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.pose_sources import kind_of, pose_kinds, read_pose_clips
from climbpose.errors import UsageError

_LISTS = ("actions", "trials")
_SWITCHES = ("with_hidden",)
_NUMBERS: Mapping[str, Callable[[str], float]] = {"fps": float, "views": int, "seed": int}
_WORDS = {"yes": True, "no": False}


@dataclass(frozen=True)
class DataSource:
    """Where poses are read from.

    Attributes:
        path: File or folder.
        kind: One of `pose_kinds`; None to recognise it.
        options: Of the kind's reader.
    """

    path: Path
    kind: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parsed(cls, text: str, option: str = "--data") -> "DataSource":
        """Of ``PATH`` or ``KIND=PATH``.

        Args:
            text: What was given.
            option: As what, for messages.

        Raises:
            UsageError: There is no such kind.
        """
        kind, is_told, path = text.partition("=")
        if not is_told or Path(text).exists():
            return cls(Path(text))
        if kind not in pose_kinds():
            raise UsageError(
                f"{option} {text}: no kind of data is named {kind!r}; choose one of: "
                f"{', '.join(pose_kinds())}"
            )
        return cls(Path(path), kind)

    def read(self) -> PoseClips:
        """The poses.

        Raises:
            ClimbposeError: They cannot be read.
        """
        return read_pose_clips(self.path, self.kind, **self.options)

    def described(self) -> dict[str, Any]:
        """What a checkpoint says of it: no folders of this machine."""
        kind = self.kind or kind_of(self.path)
        return {"kind": kind, "name": self.path.name, "options": dict(self.options)}

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "path": str(self.path.absolute()),
            "kind": self.kind,
            "options": dict(self.options),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "DataSource":
        """What `to_json` made."""
        return cls(Path(content["path"]), content["kind"], dict(content["options"]))


def parse_sources(
    texts: Sequence[str], options: Sequence[str] = (), name: str = "--data"
) -> tuple[DataSource, ...]:
    """Data sources and the options of their readers.

    Args:
        texts: ``PATH`` or ``KIND=PATH``.
        options: ``NAME=VALUE``, of all sources; or ``KIND.NAME=VALUE``, of those of a kind, which
            must be told then.
        name: As what texts were given, for messages.

    Raises:
        UsageError: Something of it is not known.
    """
    sources = [DataSource.parsed(text, name) for text in texts]
    for option in options:
        word, is_told, value = option.partition("=")
        kind, is_of_kind, plain = word.rpartition(".")
        if not (is_told and plain and value):
            raise UsageError(f"--data-option: expected NAME=VALUE, found {option!r}")
        if is_of_kind and kind not in {source.kind for source in sources}:
            raise UsageError(f"--data-option {option}: no {name} {kind}=PATH is given; add it")
        sources = [
            replace(source, options={**source.options, plain: _value(plain, value)})
            if not is_of_kind or source.kind == kind
            else source
            for source in sources
        ]
    return tuple(sources)


def _value(name: str, text: str) -> Any:
    """An option's value as its reader takes it.

    Raises:
        UsageError: It is no such value.
    """
    if name in _LISTS:
        return [word.strip() for word in text.split(",") if word.strip()]
    if name in _SWITCHES:
        if text not in _WORDS:
            raise UsageError(f"--data-option {name}: expected yes or no, found {text!r}")
        return _WORDS[text]
    if name in _NUMBERS:
        try:
            return _NUMBERS[name](text)
        except ValueError as error:
            raise UsageError(f"--data-option {name}: expected a number, found {text!r}") from error
    return text
