"""Files in stores that fsspec reaches (``s3://``, ``sftp://``, ``memory://``, ...)."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from climbpose.batch.addresses import check_part, is_address, redact
from climbpose.batch.clients import connect, persist
from climbpose.errors import ClimbposeError, UsageError
from climbpose.files import PART_SUFFIX

_CHUNK_BYTES = 2**20
_MAX_TEXT_BYTES = 2**26
_MAGIC = frozenset("*?[")

Result = TypeVar("Result")


@dataclass(frozen=True, repr=False)
class Remote:
    """A file or folder in a store, with the words of `Path`; as text it holds no password.

    All that asks the store tries a few times where the network fails.

    Attributes:
        address: Where it is, with whatever its user wrote there.
    """

    address: str

    def __post_init__(self) -> None:
        if "::" in self.address or not is_address(self.address):
            raise UsageError(f"{self} is not the address of a file in one store; check it")

    def __str__(self) -> str:
        return redact(self.address)

    def __repr__(self) -> str:
        return f"Remote({str(self)!r})"

    def __truediv__(self, below: str) -> "Remote":
        return Remote(f"{self.address.rstrip('/')}/{below}")

    @property
    def scheme(self) -> str:
        """The part before ``://``."""
        return self.address.partition("://")[0].lower()

    @property
    def name(self) -> str:
        """The last part, which is empty where there is only a bucket or a host."""
        path = self.address.partition("://")[2]
        # What follows is no part of a file's name there, but may be in a store of objects.
        if self.scheme in ("http", "https"):
            path = urlsplit(self.address).netloc + urlsplit(self.address).path
        return path.rstrip("/").partition("/")[2].rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The name's ending."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> "Remote":
        """The folder, without what may follow the name (signatures)."""
        if not self.name:
            return self
        head, _, _ = self.address.rstrip("/").rpartition(f"/{self.name}")
        return Remote(head)

    def with_name(self, name: str) -> "Remote":
        """Another file in the same folder."""
        return self.parent / name

    def is_file(self) -> bool:
        """Whether there is a file.

        Raises:
            ClimbposeError: The store does not tell.
        """
        return self._type() == "file"

    def is_dir(self) -> bool:
        """Whether there is a folder, or files whose names begin so.

        Raises:
            ClimbposeError: The store does not tell.
        """
        return self._type() == "directory"

    def exists(self) -> bool:
        """Whether there is anything of this name.

        Raises:
            ClimbposeError: The store does not tell, so that nobody takes its silence for a no.
        """
        return self._type() is not None

    def size(self) -> int | None:
        """Bytes of the file, None where the store does not know.

        Raises:
            ClimbposeError: There is no such file.
        """
        size = self._ask("found", lambda store, path: store.info(path).get("size"))
        return None if size is None else int(size)

    def read_text(self) -> str:
        """A small file's text.

        Raises:
            ClimbposeError: It cannot be read, or is large.
            ValueError: It is no text.
        """
        if (self.size() or 0) > _MAX_TEXT_BYTES:
            raise ClimbposeError(f"{self} is too large for what it should be; check it")
        content: bytes = self._ask("read", lambda store, path: store.cat_file(path))
        return content.decode("utf-8")

    def sha256(self) -> str:
        """Of the content, which is read through once.

        Raises:
            ClimbposeError: It cannot be read.
        """
        return self._ask("read", _hash)

    def files(self) -> Iterator["Remote"]:
        """All files below this folder, at any depth, in no order.

        Raises:
            ClimbposeError: The folder cannot be read, or a name in it could lead elsewhere.
        """
        names: list[str] = self._ask("listed", lambda store, path: list(store.find(path)))
        return self._below(names)

    def matches(self) -> Iterator["Remote"]:
        """All files whose address matches this one, with ``*``, ``?``, ``[...]`` and ``**``.

        Raises:
            ClimbposeError: The store cannot be searched, or a name in it could lead elsewhere.
        """
        root = self.address
        while _MAGIC & set(root.partition("://")[2]):
            root = root.rstrip("/").rpartition("/")[0]
        if root.endswith(("/", ":")):
            raise UsageError(f"{self} has a pattern in the name of its bucket or host; name one")
        found: dict[str, Any] = self._ask(
            "searched", lambda store, path: store.glob(path, detail=True)
        )
        return Remote(root)._below([name for name, info in found.items() if info["type"] == "file"])

    def get(self, local: Path) -> None:
        """Copies the file to a local one.

        Raises:
            ClimbposeError: It cannot be read or written.
        """
        size = self.size()

        def fetch(store: Any, path: str) -> None:
            store.get_file(path, str(local))
            found = local.stat().st_size
            if size is not None and found != size:
                raise ConnectionError(f"{found} of {size} bytes came")

        self._ask("fetched", fetch)

    def put(self, local: Path) -> None:
        """Copies a local file here, in place of what may be there; never is there half of it.

        Raises:
            ClimbposeError: It cannot be read or written.
        """

        def upload(store: Any, path: str) -> None:
            # One way for all stores: a rename shows a whole file at once, and a store of objects,
            # which has none, shows a copy at once when it is whole. No name of two runs is the
            # same, since no lock keeps them apart.
            part = f"{path}.{secrets.token_hex(4)}{PART_SUFFIX}"
            try:
                _upload(store, local, part)
                _rename(store, part, path)
            except BaseException:
                with suppress(Exception):
                    store.rm_file(part)
                raise

        self._ask("written", upload)

    def remove(self) -> None:
        """Removes the file if it is there.

        Raises:
            ClimbposeError: It cannot be removed.
        """

        def remove(store: Any, path: str) -> None:
            with suppress(FileNotFoundError):
                store.rm_file(path)

        self._ask("removed", remove)

    def _type(self) -> str | None:
        def look(store: Any, path: str) -> str | None:
            try:
                return str(store.info(path)["type"])
            except FileNotFoundError:
                return None

        return self._ask("found", look)

    def _below(self, names: list[str]) -> Iterator["Remote"]:
        """Files below this folder by the names that the store has for them."""
        root = connect(self.address)[1].rstrip("/")
        for name in names:
            below = name.removeprefix(root).lstrip("/")
            for part in below.split("/"):
                check_part(part)
            yield self / below

    def _ask(self, done: str, work: Callable[[Any, str], Result]) -> Result:
        def ask() -> Result:
            store, path = connect(self.address)
            # What others have written since the last look counts.
            store.invalidate_cache()
            return work(store, path)

        return persist(ask, self.address, done)


def _hash(store: Any, path: str) -> str:
    digest = hashlib.sha256()
    with store.open(path, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _upload(store: Any, local: Path, path: str) -> None:
    try:
        store.put_file(str(local), path)
    except FileNotFoundError:
        # A missing bucket is not made: it may be a slip of the pen, and it costs.
        top = path.strip("/").partition("/")[0]
        if not path.startswith("/"):
            store.info(top)
        store.makedirs(path.rpartition("/")[0], exist_ok=True)
        store.put_file(str(local), path)


def _rename(store: Any, old: str, new: str) -> None:
    """Gives a file its final name."""
    from fsspec import AbstractFileSystem

    if type(store).mv is not AbstractFileSystem.mv:
        store.mv(old, new)
    else:
        # Its own `mv` is these two, but takes the names for patterns.
        store.cp_file(old, new)
        store.rm_file(old)
