"""Runs climbpose on a disk of its own that gets full in a chosen stage.

Usage: unshare --map-root-user --mount python -m tests.faults.small_disk FOLDER STAGE, where FOLDER
is a scene's. The disk is mounted in a namespace of this process alone and ends with it; what is on
it afterwards is copied to ``aside/full``, and after one more run with room to ``aside/next``.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.faults import driver
from tests.faults.scene import PRECIOUS, Scene

SIZE = "3m"
CANNOT_MOUNT = 77


def main(folder: Path, stage: str) -> None:
    scene, aside = Scene(folder), folder / "aside"
    kept = {name: (scene.target / name).read_bytes() for name in PRECIOUS}
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(scene.target)]
    if subprocess.run(mount, capture_output=True).returncode:
        sys.exit(CANNOT_MOUNT)
    for name, content in kept.items():
        (scene.target / name).write_bytes(content)
    code = forked(scene, stage, driver.FILL, folder / "printed_full", scene.arguments())
    (scene.target / "filler").unlink()
    shutil.copytree(scene.target, aside / "full")
    is_in_the_way = bool(scene.names())
    arguments = scene.arguments(*(["-y"] if is_in_the_way else []))
    next_code = forked(scene, driver.NOWHERE, driver.FILL, folder / "printed_next", arguments)
    shutil.copytree(scene.target, aside / "next")
    print(json.dumps({"code": code, "next_code": next_code}))


def forked(scene: Scene, stage: str, action: str, output: Path, arguments: list[str]) -> int:
    """The exit code of a run in a copy of this process."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            driver.run(stage, action, scene.target, None, output, arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
