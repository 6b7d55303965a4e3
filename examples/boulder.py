"""Makes the example clip and its labels, examples/boulder.mp4 and examples/boulder_labels.npz.

python examples/boulder.py [FOLDER]
"""

import sys
from dataclasses import replace
from pathlib import Path

from climbpose.labels import labels_path
from climbpose.synth.clip import make_clip
from climbpose.synth.film import Compression
from climbpose.synth.variation import Config

SEED, AXES = 4, ("body", "outfit", "wall", "light", "angle", "style", "view", "handling", "noise")


def config() -> Config:
    """Nine seconds, coded small enough to lie in a repository."""
    sampled = Config.sample(SEED, 0, axes=AXES, width=720, height=1280, fps=30.0, seconds=9.0)
    return replace(sampled, compression=Compression(crf=27, preset="medium"))


def main(folder: Path) -> None:
    """Writes the clip and its labels, whatever lies there already."""
    video = folder / "boulder.mp4"
    make_clip(config(), video).write(labels_path(video))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
