"""The video files of labels, by the names that annotations give them."""

from pathlib import Path, PurePosixPath

from climbpose.errors import DatasetError

SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")


def is_video(path: Path) -> bool:
    """Whether a file's name ends as a video's does."""
    return path.suffix.lower() in SUFFIXES


def find_video(folder: Path, called: str) -> Path:
    """The file of a video that annotations call so: by its name, else with another ending.

    Raises:
        DatasetError: The folder has none.
    """
    # Annotations made elsewhere may name folders of another machine, which are not looked at.
    name = PurePosixPath(called.replace("\\", "/")).name
    stems = (name, Path(name).stem)
    there = sorted(file for file in folder.iterdir() if is_video(file)) if name else []
    for found in (
        *(file for file in there if file.name == name),
        *(file for file in there if file.stem in stems),
    ):
        return found
    raise DatasetError(
        f"{folder} has no video {name}, which is labelled; put it beside the labels, or say where "
        "it is with --videos"
    )
