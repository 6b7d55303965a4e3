"""What the installed package needs, and what it must not."""

import re
import subprocess
import sys
from importlib.metadata import requires, version

import pytest

import climbpose


def test_version_is_the_installed_one() -> None:
    assert climbpose.__version__ == version("climbpose")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the loaded libraries from /proc")
def test_nothing_of_a_display_is_loaded() -> None:
    script = (
        "import climbpose.cli.batch, climbpose.detectors as d, pathlib; d.names();"
        "print(pathlib.Path('/proc/self/maps').read_text())"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert "cv2" in loaded and "libav" in loaded
    for library in ("libGL", "libX11", "libgtk", "libQt", "libtorch"):
        assert library not in loaded


def test_nothing_large_is_required() -> None:
    needed = {
        re.split(r"[^\w-]", line)[0]
        for line in requires("climbpose") or []
        if "extra ==" not in line
    }
    assert "numpy" in needed
    assert not needed & {"torch", "torchvision", "mediapipe", "tensorflow", "opencv-python"}
