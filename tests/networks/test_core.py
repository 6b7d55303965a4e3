"""Networks and signals."""

import subprocess
import sys

PROGRAM = """
import os, signal
import numpy as np
from climbpose import smoothers
from climbpose.networks.runtime import Runtime
from tests.networks.small import small_graph

first = smoothers.create("conv3d")
second = Runtime(small_graph())
del first
third = smoothers.create("conv3d")
del second, third
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_is_survived_in_whatever_order_networks_end() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
