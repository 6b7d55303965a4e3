"""Measures from the truth of a synthetic clip, so that pages are tested apart from measuring."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from climbpose.analytics.values import (
    BodyScale,
    Contact,
    Figure,
    Hold,
    Limb,
    Measures,
    Move,
    Rest,
    Series,
)
from climbpose.comparing.alignment import Alignment
from climbpose.comparing.moves import MoveDifference
from climbpose.labels import ClipLabels
from climbpose.pages import Climb
from climbpose.poses import PoseTrack, Status, VideoInfo
from climbpose.skeleton import CLIMBING_25
from climbpose.wall.motion import CameraMotion
from climbpose.wall.picture import WallPicture

LIMB_KEYPOINTS = (
    ("left_index", "left_pinky"),
    ("right_index", "right_pinky"),
    ("left_toes",),
    ("right_toes",),
)


def track_of(labels: ClipLabels) -> PoseTrack:
    frames, keypoints = labels.xy.shape[:2]
    return PoseTrack(
        frame_index=np.arange(frames),
        time=np.arange(frames) / float(labels.fps),
        xy=labels.xy,
        confidence=np.full((frames, keypoints), 0.9, np.float32),
        status=np.full((frames, keypoints), Status.SMOOTHED.value, np.uint8),
    )


def measures_of(labels: ClipLabels) -> Measures:
    """What measuring would find if it found the truth; the camera is taken to stand still."""
    poses, xy = track_of(labels), labels.xy.astype(np.float64)
    rows = [CLIMBING_25.indices(*names) for names in LIMB_KEYPOINTS]
    limbs = np.stack([xy[:, row].mean(axis=1) for row in rows], axis=1)
    shoulders = xy[:, CLIMBING_25.indices("left_shoulder", "right_shoulder")].mean(axis=1)
    hips = xy[:, CLIMBING_25.indices("left_hip", "right_hip")].mean(axis=1)
    length = float(np.percentile(np.linalg.norm(shoulders - hips, axis=1), 80))
    contacts, holds = _contacts(labels, limbs)
    moves = _moves(contacts, length)
    centre = labels.centre_of_mass_xy.astype(np.float64)
    seconds = len(poses) / float(labels.fps)
    return Measures(
        poses=poses,
        camera=CameraMotion.static(poses.frame_index),
        scale=BodyScale(length, float("nan")),
        on_wall=xy,
        limbs=limbs,
        centre_of_mass=centre,
        coverage=np.ones(len(poses)),
        holds=holds,
        contacts=contacts,
        moves=moves,
        rests=[
            Rest(
                phase.start,
                phase.end,
                phase.start / float(labels.fps),
                phase.end / float(labels.fps),
            )
            for phase in labels.phases
            if phase.move in ("rest", "shake", "chalk")
        ],
        series=_series(xy, centre, length, float(labels.fps)),
        figures=figures(seconds, moves, contacts),
        warnings=[],
    )


def _contacts(labels: ClipLabels, limbs: np.ndarray) -> tuple[list[Contact], list[Hold]]:
    fps, numbers = float(labels.fps), {-1: 0}
    contacts: list[Contact] = []
    for label in sorted(labels.contacts, key=lambda one: one.start):
        limb = Limb[label.limb.upper()]
        number = numbers.setdefault(label.hold, len(numbers))
        x, y = np.median(limbs[label.start : label.end, limb], axis=0).tolist()
        start_s, end_s = label.start / fps, label.end / fps
        contacts.append(
            Contact(limb, number, label.start, label.end, start_s, end_s, (x, y), 0, 0.9)
        )
    holds = []
    for number in sorted({contact.hold for contact in contacts} - {0}):
        own = [contact for contact in contacts if contact.hold == number]
        holds.append(Hold(number, own[0].xy, tuple(dict.fromkeys(contact.limb for contact in own))))
    return contacts, holds


def _moves(contacts: Sequence[Contact], length: float) -> list[Move]:
    pairs = []
    for limb in (Limb.LEFT_HAND, Limb.RIGHT_HAND):
        own = [contact for contact in contacts if contact.limb == limb]
        pairs += [(a, b) for a, b in pairwise(own) if a.hold != b.hold]
    moves: list[Move] = []
    for number, (a, b) in enumerate(sorted(pairs, key=lambda pair: pair[0].end), 1):
        rest = a.end_s - moves[-1].end_s if moves else a.end_s
        moves.append(
            Move(
                number,
                a.limb,
                a.end,
                b.start,
                a.end_s,
                b.start_s,
                a.hold,
                b.hold,
                float(np.hypot(*np.subtract(b.xy, a.xy))) / length,
                max(rest, 0.0),
                -6.0 - number % 5,
                1.0 + 0.1 * number,
            )
        )
    return moves


def _series(xy: np.ndarray, centre: np.ndarray, length: float, fps: float) -> list[Series]:
    def angle(*names: str) -> np.ndarray:
        a, b, c = (xy[:, CLIMBING_25.index(name)] for name in names)
        u, v = a - b, c - b
        cosine = (u * v).sum(axis=1) / (np.hypot(*u.T) * np.hypot(*v.T) + 1e-9)
        degrees: np.ndarray = np.degrees(np.arccos(cosine.clip(-1, 1)))
        return degrees

    sure = np.ones(len(xy), bool)
    unsure = sure.copy()
    unsure[len(xy) // 3 : len(xy) // 2] = False
    speed = np.hypot(*np.gradient(centre, axis=0).T) * fps / length
    result = [
        Series(
            "height_bl",
            "centre of mass",
            "height",
            "BL",
            (centre[0, 1] - centre[:, 1]) / length,
            sure,
        ),
        Series("speed_bl_s", "centre of mass", "speed", "BL/s", speed, sure),
    ]
    for joint, ends in (
        ("elbow", ("shoulder", "wrist")),
        ("knee", ("hip", "ankle")),
        ("hip", ("shoulder", "knee")),
    ):
        for side in ("left", "right"):
            values = angle(f"{side}_{ends[0]}", f"{side}_{joint}", f"{side}_{ends[1]}")
            result.append(
                Series(
                    f"{side}_{joint}_angle_deg", f"{side} {joint}", "angle", "deg", values, unsure
                )
            )
    return result


def figures(seconds: float, moves: Sequence[Move], contacts: Sequence[Contact]) -> list[Figure]:
    hands = sum(contact.seconds for contact in contacts if contact.limb.is_hand)
    known = "The formula of a test."
    return [
        Figure(
            "time_on_wall_s",
            "Time on the wall",
            "overview",
            seconds,
            "s",
            "From the first to the last contact.",
            "Counts what the video shows.",
            known,
        ),
        Figure(
            "moves",
            "Moves",
            "overview",
            float(len(moves)),
            "",
            "How often a hand went to another hold.",
            "A short shuffle is not counted.",
            known,
        ),
        Figure(
            "moves_per_minute",
            "Tempo",
            "overview",
            60 * len(moves) / max(seconds, 1),
            "1/min",
            "Moves in a minute.",
            "Depends on the route.",
            known,
        ),
        Figure(
            "height_gained_bl",
            "Height gained",
            "overview",
            4.31,
            "BL",
            "From the lowest to the highest place.",
            "Leaning counts too.",
            known,
        ),
        Figure(
            "pace_m_min",
            "Pace",
            "overview",
            float("nan"),
            "m/min",
            "Height gained in a minute.",
            "Not for traverses.",
            known,
            "the climber's height was not given: --height",
        ),
        Figure(
            "immobility_share",
            "Time at rest",
            "rest",
            38.0,
            "%",
            "Time in which the hips hardly moved.",
            "Resting is not bad.",
            "Orth 2017",
        ),
        Figure(
            "longest_rest_s",
            "Longest rest",
            "rest",
            4.25,
            "s",
            "The longest rest.",
            "Waiting counts.",
            known,
        ),
        Figure(
            "hand_time_s",
            "Hands on holds",
            "hands",
            hands,
            "s",
            "Both hands together.",
            "Hidden hands are missed.",
            known,
        ),
        Figure(
            "straight_arms",
            "Straight arms",
            "hands",
            41.2,
            "%",
            "Time with an elbow over 150°.",
            "Foreshortened arms look bent.",
            "Peers: 150 to 160°.",
        ),
        Figure(
            "regrips",
            "Regrips",
            "hands",
            3.0,
            "",
            "How often a hand came back.",
            "Small ones are missed.",
            known,
        ),
        Figure(
            "foot_replacements",
            "Feet set again",
            "feet",
            5.0,
            "",
            "Quiet feet have few.",
            "Small ones are missed.",
            known,
        ),
        Figure(
            "cut_loose",
            "Cut loose",
            "feet",
            0.0,
            "",
            "Both feet off the wall.",
            "Feet behind volumes count.",
            known,
        ),
        Figure(
            "ldlj",
            "Smoothness of moves",
            "smoothness",
            -7.42,
            "",
            "Median over the moves.",
            "Longer moves look less smooth.",
            "Balasubramanian 2015",
        ),
        Figure(
            "path_bl",
            "Path",
            "line",
            6.9,
            "BL",
            "Length of the centre of mass's way.",
            "Grows with noise.",
            known,
        ),
        Figure(
            "entropy",
            "Geometric entropy",
            "line",
            0.93,
            "",
            "How winding the way is.",
            "Compare on one route only.",
            "Cordier 1993",
        ),
        Figure(
            "coverage",
            "Body seen",
            "quality",
            97.0,
            "%",
            "Share of the body's mass that was seen.",
            "A guess is not seen.",
            known,
        ),
    ]


def video_of(labels: ClipLabels, path: Path) -> VideoInfo:
    return VideoInfo(
        path=path,
        width=labels.width,
        height=labels.height,
        rotation=0,
        fps=Fraction(labels.fps),
        duration=len(labels) / float(labels.fps),
        codec="h264",
        pixel_format="yuv420p",
        audio_codec=None,
    )


def wall_of(width: int, height: int) -> WallPicture:
    image = np.full((height, width, 3), (196, 190, 180), np.uint8)
    image[:: height // 8] = 150
    return WallPicture(image, np.ones((height, width), bool), np.eye(3))


def climb_of(labels: ClipLabels, video: Path, title: str = "boulder") -> Climb:
    """A climb with the source standing for the annotated video."""
    return Climb(
        title=title,
        video=video_of(labels, video),
        measures=measures_of(labels),
        annotated=video,
        wall=wall_of(labels.width, labels.height),
    )


def emptied(measures: Measures) -> Measures:
    """The same frames with nobody on the wall."""
    poses = measures.poses
    return replace(
        measures,
        poses=replace(
            poses,
            xy=np.full_like(poses.xy, np.nan),
            confidence=np.zeros_like(poses.confidence),
            status=np.full_like(poses.status, Status.MISSING.value),
        ),
        scale=BodyScale(float("nan"), float("nan")),
        on_wall=np.full_like(measures.on_wall, np.nan),
        limbs=np.full_like(measures.limbs, np.nan),
        centre_of_mass=np.full_like(measures.centre_of_mass, np.nan),
        coverage=np.zeros_like(measures.coverage),
        holds=[],
        contacts=[],
        moves=[],
        rests=[],
        series=[replace(s, values=np.full_like(s.values, np.nan)) for s in measures.series],
        figures=[
            replace(f, value=float("nan"), missing="nobody was seen on the wall")
            for f in measures.figures
        ],
        warnings=["Nobody was found on the wall in this video."],
    )


def lengthened(measures: Measures, seconds: float) -> Measures:
    """The same climb over and over until some time is full."""
    poses = measures.poses
    step = float(poses.time[1] - poses.time[0])
    span = len(poses) * step
    times = round(seconds / span)

    def tiled(array: np.ndarray) -> np.ndarray:
        whole: np.ndarray = np.concatenate([array] * times)
        return whole

    def later(event: Any, turn: int) -> Any:
        return replace(
            event,
            start=event.start + turn * len(poses),
            end=event.end + turn * len(poses),
            start_s=event.start_s + turn * span,
            end_s=event.end_s + turn * span,
        )

    def repeated(events: Sequence[Any]) -> list[Any]:
        return [later(event, turn) for turn in range(times) for event in events]

    frame_index = np.arange(times * len(poses))
    return replace(
        measures,
        poses=replace(
            poses,
            frame_index=frame_index,
            time=frame_index * step,
            xy=tiled(poses.xy),
            confidence=tiled(poses.confidence),
            status=tiled(poses.status),
        ),
        camera=CameraMotion.static(frame_index),
        on_wall=tiled(measures.on_wall),
        limbs=tiled(measures.limbs),
        centre_of_mass=tiled(measures.centre_of_mass),
        coverage=tiled(measures.coverage),
        contacts=repeated(measures.contacts),
        moves=[
            replace(move, number=number) for number, move in enumerate(repeated(measures.moves), 1)
        ],
        rests=repeated(measures.rests),
        series=[
            replace(s, values=tiled(s.values), is_sure=tiled(s.is_sure)) for s in measures.series
        ],
    )


def renamed(measures: Measures, text: str) -> Measures:
    """The same with a text wherever one is shown."""
    return replace(
        measures,
        warnings=[text],
        series=[replace(s, label=text, group=text, unit=text) for s in measures.series],
        figures=[
            replace(f, label=text, unit=text, meaning=text, caveat=text, source=text)
            for f in measures.figures
        ],
    )


def cut(measures: Measures, frames: int) -> Measures:
    """The first frames, of which nothing happened."""
    poses = measures.poses
    return replace(
        measures,
        poses=replace(
            poses,
            frame_index=poses.frame_index[:frames],
            time=poses.time[:frames],
            xy=poses.xy[:frames],
            confidence=poses.confidence[:frames],
            status=poses.status[:frames],
        ),
        camera=CameraMotion.static(poses.frame_index[:frames]),
        on_wall=measures.on_wall[:frames],
        limbs=measures.limbs[:frames],
        centre_of_mass=measures.centre_of_mass[:frames],
        coverage=measures.coverage[:frames],
        series=[
            replace(s, values=s.values[:frames], is_sure=s.is_sure[:frames])
            for s in measures.series
        ],
    )


MOMENTS = np.array([[0.5, 1.0], [2.0, 2.5], [4.0, 6.0], [8.0, 8.5]])


def alignment_of(measures: Measures, moments: np.ndarray = MOMENTS) -> Alignment:
    """A climb with itself; the sixth moves are taken for different ones."""
    nothing = (float("nan"),) * 6
    moves = [MoveDifference(move, move, *(0.0,) * 6) for move in measures.moves]
    sixth = measures.moves[5:6]
    moves[5:6] = [MoveDifference(move, None, *nothing) for move in sixth]
    moves[6:6] = [MoveDifference(None, move, *nothing) for move in sixth]
    rows = np.arange(len(measures.poses))
    return Alignment(moments, measures.poses.time, rows, rows, moves, "move")
