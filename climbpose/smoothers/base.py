"""What a smoother is, and the two adapters that turn a function of a window into one."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, UInt8

from climbpose.heatmaps import render_over
from climbpose.poses import HEATMAP_SIZE, LOW_CONFIDENCE, Detection, Pose, Status
from climbpose.registry import Registry
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.bridging import Sample, bridge, interpolate, runs
from climbpose.smoothers.pace import continued, paced_for
from climbpose.smoothers.reading import peaks
from climbpose.windows import Window, slide, stitch


@runtime_checkable
class Smoother(Protocol):
    """Makes the poses of one climber from their detections.

    Made as ``Smoother(strength)``, where the strength, in [0, 3], scales the time over which is
    smoothed: 0 leaves the positions as detected, 1 is the default.
    """

    description: ClassVar[str]
    """One line for the listing."""

    def __call__(self, detections: Iterable[Detection]) -> Iterator[Pose]:
        """One pose for each detection.

        Args:
            detections: In the order of the frames. Where a frame's index is not the next one the
                climber was lost: nothing is smoothed across, and no pose is invented.
        """
        ...


registry: Registry[Smoother] = Registry("smoother", "climbpose.smoothers")
register = registry.register


def segments(detections: Iterable[Detection]) -> Iterator[Iterator[Detection]]:
    """The stretches without a lost frame, each to be used up before the next one."""

    def lead(numbered: tuple[int, Detection]) -> int:
        return numbered[1].frame_index - numbered[0]

    for _, stretch in groupby(enumerate(detections), key=lead):
        yield (detection for _, detection in stretch)


def statuses(
    xy: Float[np.ndarray, "keypoints 2"],
    confidence: Float[np.ndarray, " keypoints"],
    is_filled: Bool[np.ndarray, " keypoints"],
    otherwise: Status,
) -> UInt8[np.ndarray, " keypoints"]:
    """How each keypoint came about: missing before filled, filled before low, low before the rest.

    Args:
        xy: Pixels; NaN where missing.
        confidence: In [0, 1].
        is_filled: Whether there was no detection and the keypoint was put in.
        otherwise: The status of a confident keypoint.
    """
    status: UInt8[np.ndarray, " keypoints"] = np.select(
        [np.isnan(xy).any(axis=1), is_filled, confidence < LOW_CONFIDENCE],
        [Status.MISSING.value, Status.FILLED.value, Status.LOW.value],
        otherwise.value,
    ).astype(np.uint8)
    return status


def make_pose(
    sample: Sample, xy: Float[np.ndarray, "keypoints 2"], otherwise: Status = Status.SMOOTHED
) -> Pose:
    """The pose of a sample at other coordinates; see `statuses`."""
    is_missing = np.isnan(xy).any(axis=1)
    return Pose(
        frame_index=sample.frame_index,
        time=sample.time,
        xy=np.where(is_missing[:, None], np.nan, xy).astype(np.float32),
        confidence=np.where(is_missing, 0.0, sample.confidence).astype(np.float32),
        status=statuses(xy, sample.confidence, sample.is_filled, otherwise),
    )


class PoseSmoother(ABC):
    """A smoother of coordinates: peaks, windows, `smooth`, blend.

    Attributes:
        description: One line for the listing.
        length: Frames that `smooth` is to see at once, None for the whole segment. By default many
            more than a filter reaches over, so that only memory is bounded by it.
        stride: Frames between two windows' beginnings.
        keypoints_are_independent: Whether `smooth` treats each keypoint for itself. Then a keypoint
            that is missing for long is smoothed before and after as if these were two videos, and
            `smooth` gets any number of keypoints, without NaN. Otherwise it gets all of them, and
            where one is missing a straight line of confidence 0, whose place is missing in the
            result again.
    """

    description: ClassVar[str]
    length: ClassVar[int | None] = 2048
    stride: ClassVar[int] = 1536
    keypoints_are_independent: ClassVar[bool] = True

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    @abstractmethod
    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates of one window; not asked for at strength 0.

        Args:
            xy: Pixels, never NaN.
            confidence: In [0, 1]; 0 where a coordinate was put in.
            time: Seconds, ascending, of unequal steps.
        """

    def __call__(self, detections: Iterable[Detection]) -> Iterator[Pose]:
        """One pose for each detection; see `Smoother`."""
        for segment in segments(detections):
            pending: deque[Sample] = deque()
            for xy in stitch(self._windows(segment, pending)):
                yield make_pose(pending.popleft(), xy)

    def _windows(
        self, segment: Iterable[Detection], pending: deque[Sample]
    ) -> Iterator[Window[np.ndarray]]:
        def remembered() -> Iterator[Sample]:
            for sample in bridge(map(Sample.of, segment)):
                pending.append(sample)
                yield sample

        if self.length is None:
            whole = list(remembered())
            yield Window(0, list(self._smooth_window(whole)), len(whole))
            return
        for window in slide(remembered(), self.length, self.stride):
            smoothed = list(self._smooth_window(window.items[: window.count]))
            padding = [smoothed[-1]] * (self.length - window.count)
            yield Window(window.start, smoothed + padding, window.count)

    def _smooth_window(self, samples: list[Sample]) -> Float64[np.ndarray, "time keypoints 2"]:
        xy = np.stack([sample.xy for sample in samples]).astype(np.float64)
        if self.strength == 0:
            return xy
        weight = [np.where(sample.is_bridged, 0.0, sample.confidence) for sample in samples]
        confidence = np.stack(weight).astype(np.float64)
        time = np.array([sample.time for sample in samples], dtype=np.float64)
        is_there = np.asarray(np.isfinite(xy).all(axis=2))
        if not self.keypoints_are_independent:
            line = interpolate(xy, is_there, time)
            smoothed = self._smoothed(line, np.where(is_there, confidence, 0.0), time)
            return np.where(is_there[:, :, None], smoothed, np.nan)
        is_whole = is_there.all(axis=0)
        if is_whole.any():
            xy[:, is_whole] = self._smoothed(xy[:, is_whole], confidence[:, is_whole], time)
        for keypoint in np.flatnonzero(~is_whole):
            one = slice(keypoint, keypoint + 1)
            for run in runs(is_there[:, keypoint]):
                xy[run, one] = self._smoothed(xy[run, one], confidence[run, one], time[run])
        return xy

    def _smoothed(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The same as `smooth`, NaN where a network gives infinity."""
        made = self.smooth(xy, confidence, time)
        return np.where(np.isfinite(made), made, np.nan)


class HeatmapSmoother(ABC):
    """A smoother of heatmaps: windows, one common box for each, `smooth`, peaks, blend.

    A strength below 1 takes the poses part of the way from the detected positions to the smoothed
    ones; above 1 it changes nothing. Confidences stay the detector's.

    Attributes:
        description: One line for the listing.
        length: Frames that `smooth` sees at once.
        stride: Frames between two windows' beginnings.
        context: Frames at both ends of a window of which the maps only help the others. Before its
            first and after its last frame a segment is continued as if turned about that point,
            which leaves the end of a steady movement where it is.
        fps: Frames a second that `smooth` is made for; None for any. Of faster video it sees every
            second, third, ... frame at once and of slower video frames put in between.
    """

    description: ClassVar[str]
    length: int
    stride: int = 1
    context: int = 0
    fps: float | None = None

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    @abstractmethod
    def smooth(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints rows cols"]:
        """The smoothed heatmaps of one window, all over the same box."""

    def __call__(self, detections: Iterable[Detection]) -> Iterator[Pose]:
        """One pose for each detection; see `Smoother`."""
        for segment in segments(detections):
            pending: deque[Sample] = deque()
            pace, paced = paced_for(self.fps, self._remembered(segment, pending))
            ahead = self.context * pace.every
            rows = stitch(self._windows(continued(paced, ahead), pace.every))
            for row in islice(rows, ahead, None, pace.inserted + 1):
                if not pending:
                    break
                yield self._pose(pending.popleft(), row)

    def _remembered(
        self, segment: Iterable[Detection], pending: deque[Sample]
    ) -> Iterator[Detection]:
        held: deque[Detection] = deque()

        def samples() -> Iterator[Sample]:
            for detection in segment:
                held.append(detection)
                yield Sample.of(detection)

        for sample in bridge(samples()):
            pending.append(sample)
            yield held.popleft()

    def _windows(self, detections: Iterable[Detection], every: int) -> Iterator[Window[np.ndarray]]:
        """Windows of pixels; NaN where a frame is only context."""
        for window in slide(detections, self.length * every, self.stride * every):
            rows = np.full((len(window.items), len(CLIMBING_25), 2), np.nan)
            for phase in range(every):
                rows[phase::every] = self._rows(window.items[phase::every])
            ahead = self.context * every
            rows[:ahead] = rows[window.count - ahead :] = np.nan
            yield Window(window.start, list(rows), window.count)

    def _rows(self, detections: list[Detection]) -> Float64[np.ndarray, "time keypoints 2"]:
        """Pixels of some detections, smoothed together."""
        boxes = np.stack([detection.box for detection in detections]).astype(np.float64)
        box = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
        maps = np.stack([render_over(each.maps, each.box, box) for each in detections])
        cell = (box[2:] - box[:2]) / HEATMAP_SIZE
        pixels: Float64[np.ndarray, "time keypoints 2"] = (
            box[:2] + self.read(self.smooth(maps)).astype(np.float64) * cell
        )
        return pixels

    def read(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints 2"]:
        """The keypoints that smoothed heatmaps mean, in cells; the highest peaks by default."""
        return peaks(maps)

    def _pose(self, sample: Sample, xy: Float64[np.ndarray, "keypoints 2"]) -> Pose:
        if self.strength == 0:
            return make_pose(sample, sample.xy)
        # Where the network leaves nothing of what was seen or bridged, that stays.
        smoothed = np.where(np.isnan(xy), sample.xy, xy)
        return make_pose(sample, sample.xy + min(self.strength, 1.0) * (smoothed - sample.xy))
