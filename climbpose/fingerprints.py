"""What a file was: its size, its hash and its date, to tell later whether it is still the same."""

import hashlib
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from climbpose.errors import ClimbposeError


@dataclass(frozen=True)
class Sight:
    """What a file looks like from outside.

    Attributes:
        bytes: Its size.
        modified: When it was written last, UTC, ISO 8601 with microseconds.
    """

    bytes: int
    modified: str

    @classmethod
    def take(cls, path: Path) -> "Sight | None":
        """Looks at a file; None if there is none."""
        try:
            status = path.stat()
        except (OSError, ValueError):
            return None
        seconds, microseconds = divmod(status.st_mtime_ns // 1000, 1_000_000)
        date = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
        return cls(status.st_size, date.isoformat(timespec="microseconds"))


@dataclass(frozen=True)
class Fingerprint:
    """What a file was.

    Attributes:
        bytes: Its size.
        sha256: Of its content.
        modified: When it was written last, UTC, ISO 8601 with microseconds.
    """

    bytes: int
    sha256: str
    modified: str

    @property
    def sight(self) -> Sight:
        """What it looked like from outside."""
        return Sight(self.bytes, self.modified)

    def seen_as(self, sight: Sight | None) -> "Fingerprint":
        """The same content, of a file that looked so."""
        return self if sight is None else replace(self, **asdict(sight))

    @classmethod
    def take(cls, path: Path) -> "Fingerprint":
        """Reads a whole file, in pieces.

        Raises:
            ClimbposeError: It cannot be read.
        """
        try:
            # A pipe or a device may have no end.
            if not stat.S_ISREG(path.stat().st_mode):
                raise ClimbposeError(f"{path} is no file; expected one")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ClimbposeError(f"{path} cannot be read ({error.strerror or error})") from error
        sight = Sight.take(path)
        if sight is None:
            raise ClimbposeError(f"{path} is no longer there")
        return cls(sight.bytes, digest, sight.modified)

    @classmethod
    def parse(cls, content: object) -> "Fingerprint | None":
        """From its JSON object, None if it is none."""
        if not isinstance(content, Mapping):
            return None
        values: dict[str, Any] = {
            name: content.get(name) for name in ("bytes", "sha256", "modified")
        }
        kinds = {"bytes": int, "sha256": str, "modified": str}
        if any(not isinstance(values[name], kind) for name, kind in kinds.items()):
            return None
        return cls(**values)

    def is_of(self, path: Path) -> bool:
        """Whether a file is still the same: its size and date, or else its size and hash, are.

        So a file that was copied, or given another date, is read once more, and others are not.
        """
        sight = Sight.take(path)
        if sight is None or sight.bytes != self.bytes:
            return False
        return sight == self.sight or self.take(path).sha256 == self.sha256
