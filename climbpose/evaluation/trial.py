"""Poses made into what a detector might have seen of them, and what is made of that, judged.

Noise is drawn once for each frame, so that windows that overlap share it: smoothers of whole clips
and those of windows are given the same frames.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor

from climbpose import metrics
from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.splits import Segment
from climbpose.errors import DatasetError
from climbpose.evaluation.figures import Scored
from climbpose.heatmaps import GaussianMaps
from climbpose.metrics import PCK, VISIBLE, Annotated, Scores
from climbpose.noising.batches import Batch, ThesisMaker
from climbpose.noising.scoring import hits
from climbpose.noising.windows import Sight
from climbpose.poses import HEATMAP_SIZE, Detection
from climbpose.skeleton import CLIMBING_25

DEFAULT_FPS = 30.0
"""Frames a second where nobody recorded them."""

METRICS = (*PCK, "oks:crop", "jitter", "acc_err")
"""What is judged; the torso of PCK is that of each frame (thesis A, 5.1)."""

UNITS: Mapping[str, str] = {"jitter": "cells/frame^2"}

_WHOLE = np.array([0, 0, HEATMAP_SIZE, HEATMAP_SIZE], np.float32)
"""A box in which pixels are cells."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Successive frames of one person, each in the cells of its own box.

    Attributes:
        video: Whose frames they are.
        names: Of the video and the clip, as a checkpoint's header calls them.
        fps: Frames a second.
        frames: Labels and what a detector might have seen, (time, ...).
    """

    video: str
    names: frozenset[str]
    fps: float
    frames: Batch

    def __len__(self) -> int:
        return len(self.frames.xy)

    def windows(self, starts: Int64[Tensor, " windows"], length: int) -> Batch:
        """The windows that begin at some frames, (windows, time, ...)."""
        rows = starts[:, None] + torch.arange(length, device=starts.device)
        return Batch(*(part[rows] for part in self.frames))

    @property
    def raw(self) -> Float32[np.ndarray, "time keypoints 2"]:
        """The centres of the highest cells of what was seen; NaN where nothing was."""
        cells = self.frames.seen.floor().clamp(0, HEATMAP_SIZE - 1) + 0.5
        known = self.frames.is_known[..., None]
        raw: np.ndarray = torch.where(known, cells, torch.nan).cpu().numpy().astype(np.float32)
        return raw

    def detections(self) -> Iterator[Detection]:
        """What smoothers of coordinates are given: one box, in which pixels are cells."""
        for index, xy in enumerate(self.raw):
            is_there = np.isfinite(xy).all(axis=1)
            if is_there.any():
                maps = GaussianMaps(
                    xy=xy, sigma=np.ones_like(xy), height=is_there.astype(np.float32)
                )
                yield Detection(
                    frame_index=index, time=index / self.fps, box=_WHOLE, maps=maps, score=1.0
                )


def stretches(
    clips: PoseClips,
    segments: Sequence[Segment],
    maker: ThesisMaker,
    every: int,
    generator: torch.Generator,
) -> list[Stretch]:
    """The frames of some segments; with ``every`` above 1, those of each phase by themselves.

    Args:
        clips: Labels.
        segments: Which of them.
        maker: Makes the noise.
        every: Takes every so manyth frame only.
        generator: Of the noise, on the device to be used.
    """
    made = []
    for segment in segments:
        clip = clips[segment.clip]
        known = torch.from_numpy(clip.is_labelled[segment.start : segment.end])
        xy = torch.from_numpy(clip.xy[segment.start : segment.end])
        xy = torch.where(known[..., None], xy, 0.0)
        device = generator.device
        batch = maker(Sight(xy[None].to(device), known[None].to(device), None), generator)
        fps = DEFAULT_FPS if isnan(clip.fps) else clip.fps
        made += [
            Stretch(
                video=clip.video,
                names=frozenset({clip.video, clip.name}),
                fps=fps / every,
                frames=Batch(*(part[0, phase::every] for part in batch)),
            )
            for phase in range(min(every, len(xy)))
        ]
    return made


class Part(NamedTuple):
    """The windows of a stretch that are judged.

    Attributes:
        stretch: Its number.
        starts: Their first frames.
    """

    stretch: int
    starts: Int64[Tensor, " windows"]


def choose_windows(made: Sequence[Stretch], length: int, most: int | None, seed: int) -> list[Part]:
    """The windows that are judged, the same for all candidates with windows of this length.

    Args:
        made: All stretches.
        length: Frames of a window.
        most: So many at most, drawn at random; None for all.
        seed: Of the drawing.

    Raises:
        DatasetError: No stretch is as long as a window.
    """
    places = np.array(
        [
            (number, start)
            for number, stretch in enumerate(made)
            for start in range(len(stretch) - length + 1)
        ],
        np.int64,
    ).reshape(-1, 2)
    if not len(places):
        longest = max(map(len, made), default=0)
        raise DatasetError(
            f"no clip has the {length} frames of a window: the longest has {longest}; give longer "
            "clips, or leave the network out"
        )
    if most is not None and most < len(places):
        chosen = np.random.default_rng([seed, length]).choice(len(places), most, replace=False)
        places = places[np.sort(chosen)]
    device = made[0].frames.xy.device
    return [
        Part(int(number), torch.from_numpy(places[places[:, 0] == number, 1]).to(device))
        for number in np.unique(places[:, 0])
    ]


@dataclass(eq=False)
class Tally:
    """What candidates earned, video by video.

    Attributes:
        sums: Earned and possible of each keypoint, by video, candidate and metric.
    """

    sums: dict[str, dict[tuple[str, str], np.ndarray]] = field(default_factory=dict)

    def add(
        self,
        candidate: str,
        video: str,
        cells: Float[Tensor, "windows time keypoints 2"],
        judged: Batch,
    ) -> None:
        """Counts some windows.

        Args:
            candidate: Name.
            video: Whose windows they are.
            cells: Where the candidate sees the keypoints.
            judged: The windows' labels.
        """
        right, possible = (counts.cpu().numpy() for counts in hits(cells, judged))
        for name, earned in zip(PCK, right, strict=True):
            self._count(video, candidate, name, earned, possible)
        annotated = _apart(judged.xy, judged.is_known)
        predicted = _apart(cells, judged.is_known)
        for name in METRICS[len(PCK) :]:
            scores = metrics.create(name)(predicted.xy, annotated)
            self._count(video, candidate, name, scores.earned.sum(0), scores.possible.sum(0))

    def scored(self) -> list[Scored]:
        """The scores, a row for each video."""
        return [
            Scored(
                video,
                {
                    key: Scores(sums[:1].astype(np.float64), sums[1:].astype(np.float64))
                    for key, sums in of_video.items()
                },
            )
            for video, of_video in self.sums.items()
        ]

    def fill(self, keys: Sequence[tuple[str, str]]) -> None:
        """Where a candidate has no window of a video, it has nothing to be judged by.

        Args:
            keys: Of all candidates and metrics.
        """
        for of_video in self.sums.values():
            for key in keys:
                of_video.setdefault(key, np.zeros((2, len(CLIMBING_25))))

    def _count(
        self, video: str, candidate: str, metric: str, earned: np.ndarray, possible: np.ndarray
    ) -> None:
        of_video = self.sums.setdefault(video, {})
        key = (candidate, metric)
        of_video[key] = of_video.get(key, 0.0) + np.stack([earned, possible]).astype(np.float64)


def _apart(cells: Float[Tensor, "windows time keypoints 2"], is_known: Tensor) -> Annotated:
    """The frames of all windows, one after the other, with an empty one after each window.

    So no window's motion is taken to go on in the next one.
    """
    known = torch.nn.functional.pad(is_known, (0, 0, 0, 1)).flatten(0, 1)
    xy = torch.nn.functional.pad(cells, (0, 0, 0, 0, 0, 1)).flatten(0, 1)
    xy = torch.where(known[..., None], xy, torch.nan)
    visibility = (known * VISIBLE).to(torch.uint8)
    return Annotated(xy.float().cpu().numpy(), visibility.cpu().numpy())
