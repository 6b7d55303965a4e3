"""A file of tracks in any known format, read as one climber's track."""

from pathlib import Path

from climbpose.errors import TracksError, UsageError
from climbpose.importers.assembling import Times, assembled
from climbpose.importers.base import START_BYTES, Importer, registry
from climbpose.poses import PoseTrack

_OWN = "tracks-csv"

__all__ = ["Times", "read_tracks"]


def read_tracks(path: Path, times: Times | None = None, fps: float | None = None) -> PoseTrack:
    """Reads tracks of climbpose or of another tool.

    Keypoints are found by their names, also those of COCO, OpenPose and BlazePose; those that the
    file lacks are missing, and those that we lack are passed over. Where the file says nothing of
    it, a keypoint is detected, or low where its confidence is.

    Args:
        path: The file; for OpenPose's JSON also a folder.
        times: Presentation times of the video's frames by index, seconds, or what gives them; asked
            only if the file has no times of frames. There is then a row for each frame.
        fps: Frames a second, where there are no times.

    Raises:
        UsageError: There is no such file, a package is not installed, or times are not known.
        TracksError: It is of no known format, damaged, of several people or of another video.
    """
    importer = _importer_of(path)
    return assembled(importer.read(path), path, times, fps)


def _importer_of(path: Path) -> Importer:
    """The importer that knows a file."""
    start = b""
    if not path.is_dir():
        try:
            with path.open("rb") as file:
                start = file.read(START_BYTES)
        except OSError as error:
            raise UsageError(f"tracks {path} cannot be read ({error.strerror})") from error
    importers = {name: registry.factory(name)() for name in registry.names()}
    for importer in importers.values():
        if importer.knows(path, start):
            return importer
    if path.is_dir() or b"\0" in start:
        known = ", ".join(importer.description for importer in importers.values())
        raise TracksError(f"{path} holds no tracks of a known format; expected one of: {known}")
    # It tells best what is wrong with a text.
    return importers[_OWN]
