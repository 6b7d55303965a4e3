"""Makes 100 labelled synthetic clips for finetuning a detector, and shows what is in them.

python examples/finetuning_set.py [FOLDER]
"""

import os
import sys
from pathlib import Path

from climbpose import datasets
from climbpose.synth.generation import SetOptions, generate


def main(folder: Path) -> None:
    """Makes the set, or goes on with it, and prints its splits and a first clip."""
    options = SetOptions(clips=100, seconds=10, seed=0, width=720, height=1280)
    generate(folder, options, jobs=os.cpu_count() or 1, resume=True)
    for split in datasets.SPLITS:
        print(f"{split}: {len(datasets.create('synthetic', folder, split))} clips")
    clip = datasets.create("synthetic", folder, "train")[0]
    print(f"{clip.video}: {len(clip)} frames, {(clip.visibility == 2).mean():.0%} visible")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "finetuning_set"))
