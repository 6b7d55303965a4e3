"""Who is compared on noised poses: baselines and smoothers of whole clips, networks of windows."""

from collections.abc import Sequence

import numpy as np
import torch

from climbpose import smoothers
from climbpose.evaluation.baselines import BIAS, MEANS, Offsets, biases, sliding_mean
from climbpose.evaluation.looking import Observer
from climbpose.evaluation.options import UNSMOOTHED
from climbpose.evaluation.trial import Part, Stretch, Tally
from climbpose.noising.scoring import cells_of
from climbpose.smoothers.learned import SmoothingNetwork

WINDOW = 5
"""Frames of a window of the thesis."""

_BATCH = 16


def smoothed(name: str, made: Sequence[Stretch]) -> list[np.ndarray]:
    """What something that is not learned makes of whole stretches."""
    if name == BIAS:
        return _unbiased(made)
    if name in MEANS and MEANS[name] > WINDOW:
        return [sliding_mean(stretch.raw, MEANS[name]) for stretch in made]
    if name in (UNSMOOTHED, *MEANS):
        return [stretch.raw for stretch in made]
    smoother = smoothers.create(name)
    tracks = []
    for stretch in made:
        track = stretch.raw
        for pose in smoother(stretch.detections()):
            track[pose.frame_index] = pose.xy
        tracks.append(track)
    return tracks


def _unbiased(made: Sequence[Stretch]) -> list[np.ndarray]:
    """Moved by what the labels of all other videos say."""
    by_video: dict[str, Offsets] = {}
    for stretch in made:
        torso = stretch.frames.torso.cpu().numpy()[:, None, None]
        apart = (stretch.frames.xy.cpu().numpy() - stretch.raw) / torso
        one = Offsets.of(apart, stretch.frames.is_known.cpu().numpy())
        before = by_video.get(stretch.video)
        by_video[stretch.video] = (
            one if before is None else Offsets(before.total + one.total, before.frames + one.frames)
        )
    bias = dict(zip(by_video, biases(list(by_video.values())), strict=True))
    return [
        (
            stretch.raw
            + bias[stretch.video] * np.nan_to_num(stretch.frames.torso.cpu().numpy())[:, None, None]
        ).astype(np.float32)
        for stretch in made
    ]


def judge_tracks(
    name: str,
    tracks: Sequence[np.ndarray],
    made: Sequence[Stretch],
    parts: Sequence[Part],
    tally: Tally,
    observer: Observer,
) -> None:
    """Counts the frames of the windows; the mean over 5 frames is that of the window itself."""
    observer.stage(name, sum(len(part.starts) for part in parts))
    for part in parts:
        stretch = made[part.stretch]
        judged = stretch.windows(part.starts, WINDOW)
        track = torch.from_numpy(tracks[part.stretch]).to(part.starts.device)
        cells = track[part.starts[:, None] + torch.arange(WINDOW, device=track.device)]
        if MEANS.get(name) == WINDOW:
            cells = cells.nanmean(dim=1, keepdim=True).expand_as(cells)
        tally.add(name, stretch.video, cells, judged)
        for _ in part.starts:
            observer.advance()


def judge_network(
    name: str,
    plain: SmoothingNetwork,
    made: Sequence[Stretch],
    parts: Sequence[Part],
    tally: Tally,
    observer: Observer,
) -> None:
    """Runs a network on each window."""
    observer.stage(name, sum(len(part.starts) for part in parts))
    plain.to(made[0].frames.xy.device)
    for part in parts:
        for starts in torch.split(part.starts, _BATCH):
            judged = made[part.stretch].windows(starts, plain.length)
            with torch.inference_mode():
                cells = cells_of(plain, plain(judged.inputs(plain.kind)))
            tally.add(name, made[part.stretch].video, cells, judged)
            for _ in starts:
                observer.advance()
