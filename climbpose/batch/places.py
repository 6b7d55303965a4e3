"""Videos and outputs that are not on this machine: fetched before the work, put after it."""

import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from climbpose.batch.addresses import check_name, is_address
from climbpose.batch.stores import Remote
from climbpose.errors import ClimbposeError
from climbpose.files import PART_SUFFIX, claimed, part_file
from climbpose.jobs import AnnotateOptions, Job, job_in, named_job

if sys.platform != "win32":
    import fcntl

Place = Path | Remote
"""A file or folder; one in a store has the words of `Path` that planning needs."""

_SCRATCH = "climbpose-video-"
_FETCHED, _MADE = "fetched", "made"


def place(text: str | Path) -> Place:
    """What a text names: a local path, which never goes through fsspec, or a store's file.

    Raises:
        UsageError: It is the address of several stores at once.
    """
    return Remote(str(text)) if is_address(str(text)) else Path(text)


@dataclass(frozen=True)
class Transfer:
    """Brings a video here from its place and its outputs to theirs; one of the two is remote.

    Attributes:
        video: The video.
        outputs: The folder of the outputs.
    """

    video: Place
    outputs: Place

    @property
    def source(self) -> str:
        """Where the video is, without a password."""
        return str(self.video)

    def planned(self, annotated: str | None = None) -> Job:
        """The job whose paths say the names, and where things lie only if that is here.

        Args:
            annotated: Name of the annotated video, if it is not that of the source's outputs.

        Raises:
            UsageError: A name of the store cannot be that of a local file.
        """
        video = Path(check_name(self.video.name)) if isinstance(self.video, Remote) else self.video
        folder = Path() if isinstance(self.outputs, Remote) else self.outputs
        return job_in(folder, video) if annotated is None else named_job(video, folder / annotated)

    @contextmanager
    def carried(self, job: Job, options: AnnotateOptions) -> Generator[Job]:
        """Around the work: the video is fetched first, and the outputs are put at a good end.

        Args:
            job: As `planned`.
            options: What is done with the video, which says what its outputs are.

        Returns:
            The job with the paths of files on this machine, which vanish with the block.

        Raises:
            ClimbposeError: Something could not be fetched or put, or went wrong in the block.
        """
        with _scratch() as scratch:
            here = self._job_in(scratch, job)
            try:
                self._check_room(scratch)
                if isinstance(self.video, Remote):
                    self.video.get(here.video)
                yield here
            except ClimbposeError as error:
                raise type(error)(self.told(str(error), here)) from error
            if isinstance(self.outputs, Remote):
                self._put(here, options, self.outputs)
            elif here.report.is_file():
                self._retell(here)

    def local_paths(self, job: Job) -> list[Path]:
        """What must be there on the machine that does the work, of a job as `planned`."""
        here = [] if isinstance(self.video, Remote) else [job.video]
        if not isinstance(self.outputs, Remote):
            here += [job.stem.parent, job.annotated.parent]
        return here

    def told(self, content: Any, here: Job) -> Any:
        """Texts, and what JSON can hold, with the places instead of their stand-ins.

        Args:
            content: A message or a report.
            here: The job as it was `carried`.
        """
        if isinstance(content, Mapping):
            return {name: self.told(inner, here) for name, inner in content.items()}
        if isinstance(content, (list, tuple)):
            return [self.told(inner, here) for inner in content]
        if not isinstance(content, str):
            return content
        content = content.replace(str(here.video.parent), str(self.video.parent))
        return content.replace(str(here.stem.parent), str(self.outputs))

    def _job_in(self, scratch: Path, job: Job) -> Job:
        if isinstance(self.video, Remote):
            job = replace(job, video=scratch / _FETCHED / job.video.name)
        if isinstance(self.outputs, Remote):
            folder = scratch / _MADE
            job = replace(job, annotated=folder / job.annotated.name, stem=folder / job.stem.name)
        return job

    def _check_room(self, scratch: Path) -> None:
        """Makes sure that the video and an annotated one of its size fit.

        Raises:
            ClimbposeError: They do not, or the video is not there.
        """
        copies = isinstance(self.video, Remote) + isinstance(self.outputs, Remote)
        size = self.video.size() if isinstance(self.video, Remote) else _size(self.video)
        free = shutil.disk_usage(scratch).free
        if size is not None and copies * size > free:
            raise ClimbposeError(
                f"{self.video} has {size / 1e6:,.0f} MB and needs {copies * size / 1e6:,.0f} MB of "
                f"room for a while, but {scratch.parent} has {free / 1e6:,.0f} MB; make room, or "
                "set TMPDIR to a larger folder"
            )

    def _put(self, here: Job, options: AnnotateOptions, folder: Remote) -> None:
        """Puts what was made.

        The report vouches for the rest, so an older one goes first and the new one comes last. Its
        part says meanwhile that what is there is of a run that has not come to its end.
        """
        self._retell(here)
        report = folder / here.report.name
        part = folder / f"{here.report.name}{PART_SUFFIX}"
        part.put(here.report)
        report.remove()
        for path in here.outputs(options):
            if path.is_file():
                (folder / path.name).put(path)
        part.remove()

    def _retell(self, here: Job) -> None:
        """Writes the places into the report, instead of folders that are no more."""
        content = self.told(json.loads(here.report.read_text(encoding="utf-8")), here)
        text = json.dumps(content, indent=2, allow_nan=False)
        with part_file(here.report) as part:
            part.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _scratch() -> Generator[Path]:
    """A new folder for one video, which vanishes with the block; a killed run's goes with the next.

    Raises:
        ClimbposeError: It cannot be made.
    """
    folder = Path(tempfile.gettempdir()) / f"{_SCRATCH}{secrets.token_hex(8)}"
    # Claimed before it is there, so that no other run takes it for a leftover.
    with claimed(folder):
        try:
            _make(folder)
            # Without locks nothing says whose folders the others are.
            if _is_locked(folder):
                _remove_leftovers(folder.parent)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
        for inner in (_FETCHED, _MADE):
            (folder / inner).mkdir()
    except OSError as error:
        raise ClimbposeError(
            f"{folder} could not be made ({error.strerror}); set TMPDIR to another folder"
        ) from error


def _is_locked(folder: Path) -> bool:
    """Whether a claim on a folder is seen by others."""
    if sys.platform != "win32":
        with folder.with_name(f"{folder.name}{PART_SUFFIX}").open("rb") as part:
            try:
                fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:
                return False
    return False


def _remove_leftovers(folder: Path) -> None:
    """Removes what runs have left that were killed."""
    for part in folder.glob(f"{_SCRATCH}*{PART_SUFFIX}"):
        leftover = part.with_name(part.name.removesuffix(PART_SUFFIX))
        with suppress(ClimbposeError), claimed(leftover):
            shutil.rmtree(leftover, ignore_errors=True)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
