"""Files that get their names only when they are whole, and are written by one process at a time."""

import errno
import os
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from climbpose.errors import ClimbposeError

if sys.platform != "win32":
    import fcntl

PART_SUFFIX = ".part"

_NO_LOCKS = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL})
_NO_FLUSH = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
"""What file systems answer that have no locks, or nothing to bring to a disk."""

# Windows has none of these flags.
_NEVER_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_MAX_TRIES = 10

_CLOSED = -1
"""Stands for the open file on Windows, where one that is open cannot be renamed."""

_claims: dict[Path, int] = {}
"""The parts that this process holds by `claimed`, and their open files."""


@contextmanager
def claimed(path: Path) -> Generator[None]:
    """Keeps the file ``path`` to this process for the length of the block, before it is written.

    Its part is made and locked at once; a `part_file` of the same path within the block writes it.
    Another process, and another block in this one, is refused meanwhile. The lock is the operating
    system's: it ends with the process, however that ends, and what a killed one left is replaced.
    Where there are no locks (Windows, some network drives) nobody is refused.

    Raises:
        ClimbposeError: The file is claimed elsewhere, or the operating system refused.
    """
    part = _part_of(path)
    with _told(path):
        file = _take(part)
    _claims[part.absolute()] = file
    try:
        yield
    finally:
        del _claims[part.absolute()]
        _release(part, file)


@contextmanager
def part_file(path: Path) -> Generator[Path]:
    """A file to write that takes the name ``path`` when the block ends well, and else vanishes.

    What has the name already stays whole until then, and what takes it is on the disk before: a
    power cut leaves the one or the other. The part is locked, so that no other process writes or
    removes it. A symbolic link is replaced, never written through, so that what it points to stays
    as it is. A folder that is not there yet may be made in the block; its part is not locked.

    Raises:
        ClimbposeError: Another process writes the file, or the operating system refused; the
            message names the file and the reason.
    """
    part = _part_of(path)
    file = _claims.get(part.absolute())
    is_claimed = file is not None and _is_at(part, file)
    if not is_claimed:
        with _told(path):
            file = _take(part) if path.parent.is_dir() else None
    try:
        with _told(path):
            yield part
            if file is not None and not _is_at(part, file):
                raise FileNotFoundError(errno.ENOENT, f"{part.name} was removed meanwhile")
            _flush(part)
            part.replace(path)
    finally:
        if file is None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        elif not is_claimed:
            _release(part, file)


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{PART_SUFFIX}")


@contextmanager
def _told(path: Path) -> Generator[None]:
    """Turns what the operating system refuses into one line."""
    try:
        yield
    except OSError as error:
        raise ClimbposeError(
            f"{path} could not be written ({error.strerror or error}); make room or choose another "
            "folder"
        ) from error


def _take(part: Path) -> int:
    """Makes a new empty part, locked, in place of what a killed run left; gives the open file.

    Raises:
        ClimbposeError: Another process holds it.
        OSError: It cannot be made.
    """
    for _ in range(_MAX_TRIES):
        try:
            file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NEVER_FOLLOW, 0o666)
        except FileExistsError:
            _remove_leftover(part)
            continue
        if sys.platform == "win32":
            os.close(file)
            return _CLOSED
        try:
            # Another process may have taken the new file for a leftover before it was locked.
            if _lock(file) and _is_at(part, file):
                _unlock_if_in_the_way(part, file)
                return file
        except BaseException:
            _release(part, file)
            raise
        os.close(file)
    raise _held_elsewhere(part)


def _remove_leftover(part: Path) -> None:
    """Removes a part that nobody writes any more; of a link, the link."""
    try:
        kind = part.lstat().st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, f"{part.name} is a folder")
        if sys.platform == "win32" or not stat.S_ISREG(kind):
            part.unlink()
            return
        file = _open_leftover(part)
    except FileNotFoundError:
        return
    try:
        if not _lock(file):
            raise _held_elsewhere(part)
        if _is_at(part, file):
            part.unlink(missing_ok=True)
    finally:
        os.close(file)


def _open_leftover(part: Path) -> int:
    """A part opened for locking it; one that may be read only is locked all the same."""
    try:
        return os.open(part, os.O_RDWR | _NEVER_FOLLOW)
    except PermissionError:
        return os.open(part, os.O_RDONLY | _NEVER_FOLLOW)


def _held_elsewhere(part: Path) -> ClimbposeError:
    path = part.with_name(part.name.removesuffix(PART_SUFFIX))
    return ClimbposeError(
        f"{path} is being written by another run; wait until that one is done, or choose another "
        "folder"
    )


def _lock(file: int) -> bool:
    """Locks an open file for this process alone; False if another one has it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
    return True


def _unlock_if_in_the_way(part: Path, file: int) -> None:
    """Lets go of a lock that would keep ourselves from writing, as those of SMB shares do.

    They bind every other opening of the file, and a part is opened by its name for writing.
    """
    if sys.platform != "win32":
        try:
            with part.open("r+b", buffering=0) as other:
                other.write(b"\0")
                other.truncate(0)
        except (PermissionError, BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_UN)


def _is_at(part: Path, file: int) -> bool:
    """Whether an open file is still the one of that name."""
    if file == _CLOSED:
        return part.exists()
    try:
        return os.path.samestat(part.lstat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _flush(part: Path) -> None:
    """Brings the file's content to the disk.

    A rename may reach it first, and after a power cut the name would stand over an empty file.
    """
    file = os.open(part, os.O_RDWR)
    try:
        os.fsync(file)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
    finally:
        os.close(file)


def _release(part: Path, file: int) -> None:
    """Ends a claim; the part vanishes unless it has its final name by now."""
    with suppress(OSError):
        if _is_at(part, file):
            part.unlink()
    if file != _CLOSED:
        os.close(file)
