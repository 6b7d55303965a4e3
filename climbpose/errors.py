"""Everything that can go wrong and that a user can mend.

ClimbposeError            exit code 1
├── UsageError            2   wrong option or argument
│   └── OutputExistsError 2   a file is in the way
├── VideoError            1   a video cannot be read or written
├── TracksError           1   a tracks file cannot be used
├── ModelError            1   a model file is absent or is not what it should be
├── DatasetError          1   a data set or a clip's labels are absent, damaged or half made
├── WallsDifferError      1   two attempts are not on the same wall
└── NobodyFoundError      4   no person in the whole video

A message is one line: what was expected, what was found, what to do. Anything else that is raised
is a bug and keeps its traceback.
"""

from typing import ClassVar


class ClimbposeError(Exception):
    """A failure that the user can mend; its text is the one line to show."""

    exit_code: ClassVar[int] = 1


class UsageError(ClimbposeError):
    """An option or argument is wrong."""

    exit_code = 2


class OutputExistsError(UsageError):
    """An output file exists and may not be replaced."""


class VideoError(ClimbposeError):
    """A video cannot be read or written."""


class TracksError(ClimbposeError):
    """A tracks file is malformed or belongs to another video."""


class ModelError(ClimbposeError):
    """A model file is absent, damaged or of the wrong shape."""


class DatasetError(ClimbposeError):
    """A data set or the labels of one of its clips cannot be used."""


class WallsDifferError(ClimbposeError):
    """Two attempts that are to be compared are not on the same wall."""


class NobodyFoundError(ClimbposeError):
    """The detector found no person in the whole video."""

    exit_code = 4
