"""Damaged videos: ``python -m tests.fuzz.videos --mutants 2000 --seed 1``.

Real clips, where they lie beside the checkout, else made ones, are cut short, made small and put
into each container; then bytes, sizes and types of boxes, and chunks of them are changed. Each
mutant is read as frames, as pictures to draw on and as sound, and some are annotated with
precomputed detections.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from climbpose.errors import ClimbposeError
from climbpose.exporters.overlay_mp4 import OverlayOptions
from climbpose.jobs import AnnotateOptions, Job
from climbpose.pipeline import annotate
from climbpose.video import VideoReader
from climbpose.video.sound import Sound
from tests.cli.stage import make_detections
from tests.clips import SHARED, ffmpeg, make_clip, pictures, turned
from tests.fuzz.bench import main
from tests.fuzz.mutation import mutated

_SECONDS = "0.8"
_SMALL = ("-t", _SECONDS, "-vf", "fps=24,scale=112:-2:flags=area,crop=iw:min(ih\\,160)")
_TONE = ("-f", "lavfi", "-i", "sine=frequency=300:sample_rate=44100")
_DETECTIONS = "detections.npz"
_ANNOTATED_SHARE = 0.15

_KINDS: dict[str, tuple[str, ...]] = {
    "h264.mp4": ("-c:v", "libx264", "-bf", "2", "-g", "8", "-c:a", "aac"),
    "fragments.mp4": (
        *("-c:v", "libx264", "-g", "8", "-c:a", "aac", "-strict", "-2"),
        *("-movflags", "frag_keyframe+empty_moov"),
    ),
    "hevc.mov": (
        *("-c:v", "libx265", "-x265-params", "log-level=none:pools=1", "-tag:v", "hvc1"),
        *("-c:a", "pcm_s16le"),
    ),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "opus"),
    "h264.mkv": ("-c:v", "libx264", "-g", "6", "-c:a", "flac"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", "6", "-c:a", "mp3"),
}

_CLIPS = (
    "climbing_clips/vrusuu_board_test.mp4",
    "climbing_clips/tommyjtl_dyno_left_panel.mp4",
    "licensed_clips/tfjs_lunge_arms.mp4",
)


def make_seeds(folder: Path) -> None:
    """Writes the valid clips that mutants are made of, and detections for them."""
    real = [path for name in _CLIPS if (path := SHARED / name).is_file()]
    made = [] if real else [make_clip(folder / "made.mp4", pictures(30, 128, 160))]
    sources = real or made
    for number, (name, codec) in enumerate(_KINDS.items()):
        source = sources[number % len(sources)]
        sound = ("-map", "0:v:0", "-map", "1:a:0", "-strict", "-2", "-threads", "1")
        ffmpeg("-i", source, *_TONE, *sound, *_SMALL, *codec, folder / name)
    (upright := folder / "hevc.mov").rename(folder / "upright.mov")
    turned(upright, folder / "upright.mov", degrees=90)
    (folder / "upright.mov").unlink()
    if real:
        # As the phone wrote it: the camera's own stream.
        ffmpeg("-i", real[-1], "-t", _SECONDS, "-c", "copy", folder / "copied.mp4")
    else:
        made[0].unlink()
    make_detections(folder / _DETECTIONS, range(40))


class Videos:
    """Reads clips in every way in which climbpose does.

    Args:
        seeds: Folder of valid ones.
    """

    def __init__(self, seeds: Path) -> None:
        self._seeds = sorted(path for path in seeds.iterdir() if path.name != _DETECTIONS)
        self._detections = seeds / _DETECTIONS

    def mutant(self, rng: random.Random, folder: Path) -> Path:
        seed = rng.choice(self._seeds)
        path = folder / f"mutant{seed.suffix}"
        path.write_bytes(mutated(seed.read_bytes(), rng))
        if rng.random() < _ANNOTATED_SHARE:
            (folder / "annotate").touch()
        return path

    def read(self, path: Path) -> None:
        refusals = [error for way in (_frames, _pictures, _sound) for error in _refusal(way, path)]
        if path.with_name("annotate").exists():
            refusals += _refusal(self._annotate, path)
        if refusals:
            raise refusals[0]

    def _annotate(self, video: Path) -> None:
        stem = video.with_suffix("")
        job = Job(video, stem.with_name("mutant_pose.mp4"), stem)
        options = AnnotateOptions(
            detector=str(self._detections), smoother="none", overlay=OverlayOptions()
        )
        before = video.read_bytes()
        try:
            annotate(job, options, _Nobody(), {})
        finally:
            left = [file.name for file in video.parent.iterdir() if file.suffix == ".part"]
            assert not left, f"{left} is left over"
            assert video.read_bytes() == before, "the source was changed"
        assert job.report.is_file()


class _Nobody:
    def stage(self, name: str, total: int | None) -> None:
        """Nobody looks."""

    def advance(self) -> None:
        """Nobody looks."""


def _refusal(way: Callable[[Path], None], path: Path) -> Iterator[ClimbposeError]:
    try:
        way(path)
    except ClimbposeError as error:
        yield error


def _frames(path: Path) -> None:
    with VideoReader(path) as reader:
        for frame in reader:
            assert frame.image.shape == (reader.info.height, reader.info.width, 3)


def _pictures(path: Path) -> None:
    with VideoReader(path) as reader:
        times = [picture.time for picture in reader.pictures()]
    assert all(earlier < later for earlier, later in pairwise(times))


def _sound(path: Path) -> None:
    with VideoReader(path) as reader:
        source = reader.source
    output = av.open(str(path.with_name("sound.mp4")), "w")
    try:
        sound = Sound.of(source, output, [])
        if sound is not None:
            for _ in sound.packets(Fraction(0), Fraction(0)):
                pass
            sound.close()
    finally:
        output.close()


SUBJECTS = {"videos": Videos}


def order(mutants: int) -> Sequence[tuple[str, int]]:
    """Which mutants are tried."""
    return [("videos", number) for number in range(mutants)]


if __name__ == "__main__":
    main("tests.fuzz.videos", make_seeds, order)
