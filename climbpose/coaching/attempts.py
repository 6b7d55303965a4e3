"""A climb as people name it, by its video or its tracks, and the files that belong to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from climbpose import exporters, report
from climbpose.datasets.video_files import SUFFIXES, is_video
from climbpose.errors import UsageError
from climbpose.exporters.overlay_mp4 import OverlayMp4
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.fingerprints import Fingerprint
from climbpose.jobs import Job, job_in

_TURNS = {"0": 0, "90": 90, "180": 180, "270": 270}


@dataclass(frozen=True)
class Attempt:
    """One climb and its files.

    Attributes:
        name: For people.
        video: The source, None where only tracks are there.
        tracks: The climber's tracks, None where the video is still to be annotated.
        annotated: The annotated video, None where there is none yet.
        job: Where outputs go; of tracks without a video, its video is the tracks.
        run: What the report of the run says that wrote the tracks, empty where there is none.
    """

    name: str
    video: Path | None
    tracks: Path | None
    annotated: Path | None
    job: Job
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rotate(self) -> int | None:
        """Degrees clockwise by which the run turned the pictures; None did as the file says."""
        return _TURNS.get(str(self._argument("rotate")))

    @property
    def start(self) -> float | None:
        """Seconds from the first frame where the run began; the annotated video counts from there.

        None where it began with the video.
        """
        return self._seconds("start")

    @property
    def end(self) -> float | None:
        """Seconds from the first frame where the run ended; None where it went to the end."""
        return self._seconds("end")

    @property
    def identity(self) -> tuple[Path | None, Path | None]:
        """The same for a climb that is named by its video, its tracks or its annotated video."""
        return _resolved(self.video), _resolved(self.tracks)

    @property
    def warnings(self) -> list[str]:
        """What the run had to say of the video, such as that it was cut short."""
        told = self.run.get("warnings")
        return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []

    def _seconds(self, name: str) -> float | None:
        value = self._argument(name)
        return float(value) if isinstance(value, int | float) else None

    def _argument(self, name: str) -> object:
        arguments = self.run.get("arguments")
        return arguments.get(name) if isinstance(arguments, Mapping) else None


def _resolved(path: Path | None) -> Path | None:
    return None if path is None else path.resolve()


def find(named: Path, folder: Path | None = None, video: Path | None = None) -> Attempt:
    """The climb that somebody names.

    Args:
        named: A video, the annotated video of one, or a file of tracks.
        folder: Where outputs go; None for beside what is named.
        video: The video of tracks that do not tell.

    Raises:
        UsageError: There is no such file, or its video is not there.
    """
    if not named.exists():
        raise UsageError(f"{named} does not exist; expected a video or tracks, check the name")
    if not is_video(named):
        return _of_tracks(named, folder, video)
    if video is not None:
        raise UsageError(f"--video is of tracks, but {named} is a video; leave one of them out")
    source = _source_of_drawn(named)
    if source is None:
        return _of_video(named, folder)
    stem = named.name.removesuffix(OverlayMp4.suffix)
    return _of_tracks(named.with_name(f"{stem}{TracksCsv.suffix}"), folder, source)


def _of_video(video: Path, folder: Path | None) -> Attempt:
    """A video's, with what an earlier run has left beside it or where outputs go."""
    places = [video.parent] if folder is None else [folder, video.parent]
    for place in places:
        job = job_in(place, video)
        run = report.read(job.report) or {}
        source = Fingerprint.parse(run.get("source"))
        tracks = job.output(TracksCsv.suffix)
        if source is not None and source.is_of(video) and tracks.is_file():
            annotated = job.annotated if job.annotated.is_file() else None
            return Attempt(video.stem, video, tracks, annotated, job_in(places[0], video), run)
    return Attempt(video.stem, video, None, None, job_in(places[0], video))


def _of_tracks(tracks: Path, folder: Path | None, video: Path | None) -> Attempt:
    stem = _stem_of(tracks)
    run = report.read(tracks.with_name(f"{stem}{report.SUFFIX}")) or {}
    source = video or _video_of(tracks.with_name(stem), run)
    if source is not None and not source.is_file():
        raise UsageError(f"the video {source} of {tracks} is not there; name it with --video")
    beside = tracks.with_name(f"{stem}{OverlayMp4.suffix}")
    place = (folder or tracks.parent) / stem
    job = Job(source or tracks, place.with_name(f"{stem}{OverlayMp4.suffix}"), place)
    return Attempt(stem, source, tracks, beside if beside.is_file() else None, job, run)


def _stem_of(tracks: Path) -> str:
    """The name of the climb whose tracks a file holds, whichever exporter wrote it."""
    for name in exporters.names():
        suffix: str = exporters.registry.factory(name).suffix  # type: ignore[attr-defined]
        if tracks.name.endswith(suffix) and tracks.name != suffix:
            return tracks.name.removesuffix(suffix)
    return tracks.stem


def _source_of_drawn(video: Path) -> Path | None:
    """The source of a video that climbpose has drawn, None if it is another video."""
    if not video.name.endswith(OverlayMp4.suffix):
        return None
    stem = video.with_name(video.name.removesuffix(OverlayMp4.suffix))
    if not stem.with_name(f"{stem.name}{TracksCsv.suffix}").is_file():
        return None
    return _video_of(stem, report.read(stem.with_name(f"{stem.name}{report.SUFFIX}")) or {})


def _video_of(stem: Path, run: Mapping[str, Any]) -> Path | None:
    """The video of tracks: what the report names, there or beside it, or one of the same name."""
    noted = run.get("video")
    if isinstance(noted, Mapping) and isinstance(noted.get("path"), str):
        path = Path(noted["path"])
        for place in (path, stem.with_name(path.name)):
            if place.is_file():
                return place
    for suffix in SUFFIXES:
        for name in (f"{stem.name}{suffix}", f"{stem.name}{suffix.upper()}"):
            if stem.with_name(name).is_file():
                return stem.with_name(name)
    return None
