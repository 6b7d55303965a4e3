"""OpenVINO's entrance, one for the whole process."""

from functools import cache

import openvino


@cache
def core() -> openvino.Core:
    """The one core, which lives as long as the process.

    Each core gives the thread that makes it a stack for signals, and takes it away when it ends. Of
    several that end in another order than they were made, the thread keeps a stack that is gone,
    and the next Ctrl-C kills the process.
    """
    return openvino.Core()
