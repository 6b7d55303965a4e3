"""What looking at each so many-th frame costs and saves, on synthetic clips.

    python -m tests.bench.every CLIPS [--split test] [--every 1 2 3 5]

CLIPS is a set of ``climbpose synth``. Each clip is annotated with each of the numbers, in one run,
by the default detector and smoother. Printed are, over all labelled frames of all clips: the share
with the climber found; PCK@0.05, @0.1 and @0.2 of the torso over shoulders to ankles, then of
wrists and ankles alone, which move fastest; and the seconds that detecting took.
"""

import argparse
import tempfile
from pathlib import Path

from climbpose.cli.display import Display
from climbpose.datasets.base import SPLITS
from climbpose.datasets.synthetic import Synthetic
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, job_in
from climbpose.metrics import Annotated
from climbpose.pipeline import annotate
from tests.bench.labelled_frames import Tally


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy and time of --every.")
    parser.add_argument("clips", type=Path)
    parser.add_argument("--every", type=int, nargs="+", default=[1, 2, 3, 5])
    parser.add_argument("--split", choices=SPLITS)
    arguments = parser.parse_args()
    data = Synthetic(arguments.clips, arguments.split)
    tallies = {every: Tally() for every in arguments.every}
    seconds = dict.fromkeys(arguments.every, 0.0)
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(len(data)):
            clip = data[number]
            annotated = Annotated.of_labels(clip.xy, clip.visibility)
            job = job_in(Path(temporary), clip.video)
            for every in arguments.every:
                options = AnnotateOptions(every=every)
                report = annotate(job, options, Display("none", is_quiet=True), {})
                tallies[every].add(read(job.output("_tracks.csv")).xy, annotated)
                seconds[every] += report.timings_s["detect"]
    print(f"{len(data)} clips\nevery  large: found  @0.05   @0.1   @0.2 | wrists and ankles: same")
    for every, tally in tallies.items():
        fast = tally.row("wrists", "ankles")
        print(f"{every:5}  {tally.row('large'):>33} | {fast}  {seconds[every]:6.1f} s")


if __name__ == "__main__":
    main()
