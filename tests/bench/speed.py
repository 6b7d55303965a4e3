"""End-to-end speed beside a 40-line script that uses the reference package, in one run.

    python tests/bench/speed.py VIDEO --reference PYTHON [--rounds 5]

VIDEO is first made an 8-bit H.264 file of the same size and rate, as a phone would give. Then, in
turns, each in a process of its own: ``climbpose annotate`` with defaults; the script (reference
BlazePose package in video mode, OpenCV's reader and ``mp4v`` writer) in the virtual environment of
``--reference``, which holds ``mediapipe==0.10.21``; and ffmpeg's own decode and x264 encode with
our preset and crf. Printed are medians, ratios of medians, and the share of each of our stages.
"""

import argparse
import json
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


def seconds(command: list[str]) -> float:
    """Wall seconds of a command that must succeed."""
    start = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed beside the reference, side by side.")
    parser.add_argument("video", type=Path)
    parser.add_argument("--reference", metavar="PYTHON", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    encoding = ["-c:v", "libx264", "-preset", "superfast", "-crf", "22", "-pix_fmt", "yuv420p"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clip = folder / "clip.mp4"
        subprocess.run([*ffmpeg, "-i", str(arguments.video), *encoding, str(clip)], check=True)
        target = str(folder / "out.mp4")
        commands = {
            "climbpose": [sys.executable, "-m", "climbpose", "annotate", str(clip), "-y", "-q"],
            "script": [arguments.reference, "-c", SCRIPT, str(clip), target],
            "ffmpeg": [*ffmpeg, "-i", str(clip), *encoding, target],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                taken[name].append(seconds(command))
        report = json.loads((folder / "clip_run.json").read_text())
    frames = report["frames"]["decoded"]
    size = f"{report['video']['width']} x {report['video']['height']}"
    print(f"{arguments.video.name}, {size}, {frames} frames, median of {arguments.rounds} rounds")
    for name, values in taken.items():
        ratio = median(taken["climbpose"]) / median(values)
        print(
            f"{name:10} {median(values):6.2f} s ({min(values):.2f} to {max(values):.2f}), "
            f"{1000 * median(values) / frames:5.1f} ms a frame; climbpose takes {ratio:.2f} of it"
        )
    timings = report["timings_s"]
    print("our stages, wall time of the last round; stages overlap:")
    for stage, value in timings.items():
        print(f"  {stage:14} {value:6.2f} s {value / timings['total']:6.0%}")


if __name__ == "__main__":
    main()
