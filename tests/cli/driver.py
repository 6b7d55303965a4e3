"""Runs climbpose as a user's process, so slowly that a test can stop it in a chosen stage.

Usage: SLOW_STAGE=detect|draw python -m tests.cli.driver ARGUMENT...
"""

import os

from climbpose.cli import main
from tests.slowness import slow_down_detecting, slow_down_writing

_SECONDS = 0.05

if __name__ == "__main__":
    if os.environ.get("SLOW_STAGE") != "draw":
        slow_down_detecting(_SECONDS)
    if os.environ.get("SLOW_STAGE") != "detect":
        slow_down_writing(_SECONDS)
    main()
