"""What reads its file as no reader may, to see that the fuzzer notices."""

import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path


class Wicked:
    """Does one wicked thing."""

    def __init__(self, deed: Callable[[Path], object]) -> None:
        self._deed = deed

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        path = folder / "mutant"
        path.write_bytes(pickle.dumps(Fraction(1, 3)))
        return path

    def read(self, path: Path) -> None:
        self._deed(path)


SUBJECTS: dict[str, Callable[[Path], Wicked]] = {
    "reads beside": lambda _: Wicked(lambda path: path.parents[1].joinpath("canary").read_bytes()),
    "writes beside": lambda _: Wicked(lambda path: (path.parents[1] / "x").write_bytes(b"")),
    "runs a program": lambda _: Wicked(lambda _: subprocess.run([sys.executable, "-V"])),
    "unpickles": lambda _: Wicked(lambda path: pickle.loads(path.read_bytes())),
    "takes memory": lambda _: Wicked(lambda _: bytearray(b"\x01") * (400 << 20)),
    "raises": lambda _: Wicked(lambda _: 1 // 0),
    "dies": lambda _: Wicked(lambda _: os.kill(os.getpid(), 11)),
}
