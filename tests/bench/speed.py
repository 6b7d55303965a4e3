"""End-to-end speed beside a 40-line script that uses the reference package, in one run.

    python tests/bench/speed.py VIDEO --reference PYTHON [--rounds 5] [--seconds 30]

VIDEO is first made an 8-bit H.264 file of the same size and rate, as a phone would give, cut or
repeated to ``--seconds``. Then, in turns, each in a process of its own: ``climbpose annotate`` with
defaults, and with ``--every 2``; the script (reference BlazePose package in video mode, OpenCV's
reader and ``mp4v`` writer) in the virtual environment of ``--reference``, which holds
``mediapipe==0.10.21``; and ffmpeg's own decode and x264 encode with our preset and crf. Printed are
medians of wall time with ratios, processor time, and the share of each of our stages. ``--cold``
empties the system's file cache before each run (Linux, as root).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import imageio_ffmpeg

SCRIPT = """
import sys, cv2, mediapipe as mp
pose = mp.solutions.pose.Pose(model_complexity=1)
draw, lines = mp.solutions.drawing_utils, mp.solutions.pose.POSE_CONNECTIONS
reader = cv2.VideoCapture(sys.argv[1])
size = tuple(int(reader.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
code = cv2.VideoWriter_fourcc(*"mp4v")
writer = cv2.VideoWriter(sys.argv[2], code, reader.get(cv2.CAP_PROP_FPS), size)
while True:
    is_read, image = reader.read()
    if not is_read:
        break
    found = pose.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    if found.pose_landmarks:
        draw.draw_landmarks(image, found.pose_landmarks, lines)
    writer.write(image)
writer.release()
"""


def seconds(command: list[str], *, is_cold: bool) -> tuple[float, float]:
    """Wall and processor seconds of a command that must succeed."""
    if is_cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    before, start = os.times(), perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    wall, after = perf_counter() - start, os.times()
    busy = after.children_user - before.children_user
    return wall, busy + after.children_system - before.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed beside the reference, side by side.")
    parser.add_argument("video", type=Path)
    parser.add_argument("--reference", metavar="PYTHON", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--cold", action="store_true")
    arguments = parser.parse_args()
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    encoding = ["-c:v", "libx264", "-preset", "superfast", "-crf", "22", "-pix_fmt", "yuv420p"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clip = folder / "clip.mp4"
        length = ["-t", str(arguments.seconds)] if arguments.seconds else []
        loop = ["-stream_loop", "-1"] if arguments.seconds else []
        source = [*loop, "-i", str(arguments.video), *length]
        subprocess.run([*ffmpeg, *source, *encoding, str(clip)], check=True)
        target = str(folder / "out.mp4")
        ours = [sys.executable, "-m", "climbpose", "annotate", str(clip), "-y", "-q"]
        commands = {
            "--every 2": [*ours, "--every", "2"],
            "climbpose": ours,
            "script": [arguments.reference, "-c", SCRIPT, str(clip), target],
            "ffmpeg": [*ffmpeg, "-i", str(clip), *encoding, target],
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                taken[name].append(seconds(command, is_cold=arguments.cold))
        report = json.loads((folder / "clip_run.json").read_text())
    frames = report["frames"]["decoded"]
    size = f"{report['video']['width']} x {report['video']['height']}"
    print(f"{arguments.video.name}, {size}, {frames} frames, median of {arguments.rounds} rounds")
    middle = {name: median(wall for wall, _ in values) for name, values in taken.items()}
    for name, values in taken.items():
        walls, busy = zip(*values, strict=True)
        ratios = (middle[ours] / middle[name] for ours in ("climbpose", "--every 2"))
        print(
            f"{name:10} {middle[name]:6.2f} s ({min(walls):.2f} to {max(walls):.2f}), "
            f"{1000 * middle[name] / frames:5.1f} ms a frame, {median(busy):6.2f} s of processors; "
            "climbpose takes {:.2f} of it, with --every 2 {:.2f}".format(*ratios)
        )
    timings = report["timings_s"]
    print("our stages, wall time of the last round; stages overlap:")
    for stage, value in timings.items():
        print(f"  {stage:14} {value:6.2f} s {value / timings['total']:6.0%}")


if __name__ == "__main__":
    main()
