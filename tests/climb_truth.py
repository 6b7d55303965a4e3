"""What is true of a synthetic climb, in the terms of the measures, and how measures compare to it.

A contact that is taken up again on the same hold within `ADJUSTED_S` is one contact, as
coaches count. True contacts shorter than `SHORTEST_S` may be found or not: nobody sees them as
such. Contacts with the floor, true ones and found ones, are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from climbpose.analytics.dwelling import ADJUSTED_S
from climbpose.analytics.values import GROUND, Contact, Limb, Measures, Move
from climbpose.labels import ClipLabels
from climbpose.wall.motion import CameraMotion, apply

SHORTEST_S = 0.3
LEAST_OVERLAP = 0.5
"""Overlap over union in time from which on a contact is found."""

MOST_APART_S = 0.5
"""A move is found if its middle is no farther off than this."""


@dataclass(frozen=True)
class Stretch:
    """What a limb does from when to when, seconds."""

    limb: Limb
    start: float
    end: float
    hold: int = 0

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass
class Counts:
    """Hits, false finds and misses, and the errors of the hits."""

    hit: int = 0
    false: int = 0
    missed: int = 0
    start_errors: list[float] | None = None
    end_errors: list[float] | None = None

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(2 * self.hit + self.false + self.missed, 1)

    def __iadd__(self, other: "Counts") -> "Counts":
        self.hit += other.hit
        self.false += other.false
        self.missed += other.missed
        for name in ("start_errors", "end_errors"):
            setattr(self, name, (getattr(self, name) or []) + (getattr(other, name) or []))
        return self


def true_contacts(labels: ClipLabels) -> list[Stretch]:
    """Which limb holds which hold, adjusted grips joined."""
    fps = float(labels.fps)
    joined: list[Stretch] = []
    for limb in Limb:
        last: Stretch | None = None
        for one in sorted(labels.contacts, key=lambda one: one.start):
            if one.limb != limb.word or one.hold < 0:
                continue
            new = Stretch(limb, one.start / fps, one.end / fps, one.hold)
            if last and last.hold == new.hold and new.start - last.end < ADJUSTED_S:
                joined.pop()
                new = Stretch(limb, last.start, new.end, last.hold)
            joined.append(new)
            last = new
    return joined


def true_moves(labels: ClipLabels) -> list[Stretch]:
    """A hand goes from one hold to another; what it does on its way to rest is no part of it."""
    moves = []
    fps = float(labels.fps)
    aside = [one for one in labels.phases if one.move in ("shake", "chalk", "rest")]
    contacts = true_contacts(labels)
    for limb in (Limb.LEFT_HAND, Limb.RIGHT_HAND):
        own = [one for one in contacts if one.limb == limb]
        for before, after in pairwise(own):
            if before.hold != after.hold:
                ends = [
                    one.end / fps
                    for one in aside
                    if limb.word in one.limbs and before.end < one.end / fps < after.start
                ]
                start = max([before.end, *ends])
                moves.append(Stretch(limb, start, after.start, after.hold))
    return sorted(moves, key=lambda move: move.start)


def contact_counts(found: Sequence[Contact], labels: ClipLabels, limbs: Sequence[Limb]) -> Counts:
    """Contacts found, by overlap in time; both lists are matched one to one, the best first."""
    true = [one for one in true_contacts(labels) if one.limb in limbs]
    claimed = [
        Stretch(one.limb, one.start_s, one.end_s, one.hold)
        for one in found
        if one.limb in limbs and one.hold != GROUND
    ]
    overlaps = np.array([[_overlap(a, b) for b in true] for a in claimed]).reshape(
        len(claimed), len(true)
    )
    pairs = _pairs(overlaps, LEAST_OVERLAP)
    matched = {b for _, b in pairs}
    missed = [one for n, one in enumerate(true) if n not in matched and one.seconds >= SHORTEST_S]
    return Counts(
        len(pairs),
        len(claimed) - len(pairs),
        len(missed),
        [claimed[a].start - true[b].start for a, b in pairs],
        [claimed[a].end - true[b].end for a, b in pairs],
    )


def move_counts(found: Sequence[Move], labels: ClipLabels) -> Counts:
    """Hand moves found: the same hand, the middles near each other."""
    true = true_moves(labels)
    claimed = [Stretch(move.limb, move.start_s, move.end_s) for move in found if move.limb.is_hand]
    nearness = np.array(
        [
            [
                1 - abs(a.start + a.end - b.start - b.end) / 2 if a.limb == b.limb else -1
                for b in true
            ]
            for a in claimed
        ]
    ).reshape(len(claimed), len(true))
    pairs = _pairs(nearness, 1 - MOST_APART_S)
    return Counts(
        len(pairs),
        len(claimed) - len(pairs),
        len(true) - len(pairs),
        [claimed[a].start - true[b].start for a, b in pairs],
        [claimed[a].end - true[b].end for a, b in pairs],
    )


def time_overlap(found: Sequence[Contact], labels: ClipLabels, limbs: Sequence[Limb]) -> Counts:
    """The same in frames: those in which a limb is in contact, the floor included."""
    counts, frames = Counts(), len(labels)
    for limb in limbs:
        claimed = np.zeros(frames, bool)
        for one in found:
            if one.limb == limb:
                claimed[one.start : one.end] = True
        true = labels.in_contact[:, limb]
        counts += Counts(
            int((claimed & true).sum()), int((claimed & ~true).sum()), int((~claimed & true).sum())
        )
    return counts


def _overlap(a: Stretch, b: Stretch) -> float:
    if a.limb != b.limb:
        return 0.0
    shared = min(a.end, b.end) - max(a.start, b.start)
    return max(shared, 0) / max(max(a.end, b.end) - min(a.start, b.start), 1e-9)


def _pairs(likeness: np.ndarray, least: float) -> list[tuple[int, int]]:
    pairs = []
    remaining = likeness.astype(float).copy()
    while remaining.size and remaining.max() >= least:
        a, b = np.unravel_index(int(remaining.argmax()), remaining.shape)
        pairs.append((int(a), int(b)))
        remaining[a], remaining[:, b] = -np.inf, -np.inf
    return pairs


def centre_errors_cm(measures: Measures, labels: ClipLabels) -> np.ndarray:
    """How far the centre of mass is from where the picture shows the body's, each frame.

    Centimetres in the plane through the body's centre that faces the camera.
    """
    seen = measures.camera.in_picture(measures.centre_of_mass[:, None])[:, 0]
    away = np.einsum("fij,fj->fi", labels.rotation, labels.centre_of_mass - labels.position)
    cm_per_px = 100 * away[:, 2] / labels.intrinsics[:, 0, 0]
    errors: np.ndarray = np.linalg.norm(seen - labels.centre_of_mass_xy, axis=1) * cm_per_px
    return errors


def wall_errors_px(measures: Measures, labels: ClipLabels) -> np.ndarray:
    """How far the camera's motion puts the climber's keypoints off on the wall, all frames' pixels.

    Of the frames that were laid on the wall.
    """
    camera = measures.camera
    true = true_camera(labels).to_wall
    reference = int(np.flatnonzero(camera.frame_index == camera.reference)[0])
    true = np.linalg.inv(true[reference]) @ true
    xy = labels.xy.astype(float)
    errors = np.linalg.norm(apply(camera.to_wall, xy) - apply(true, xy), axis=2)
    known: np.ndarray = errors[camera.is_known].ravel()
    return known


def true_camera(labels: ClipLabels) -> CameraMotion:
    """The true motion of the camera before the wall, in the first picture's frame."""
    to_picture = wall_to_pictures(labels)
    to_wall = to_picture[0] @ np.linalg.inv(to_picture)
    return replace(
        CameraMotion.static(np.arange(len(labels))),
        to_wall=to_wall / to_wall[:, 2:, 2:],
        is_static=False,
    )


def wall_to_pictures(labels: ClipLabels) -> np.ndarray:
    """Homographies (frames, 3, 3) from metres on the wall, across and up, to pixels."""
    lean = np.radians(labels.wall["angle_deg"])
    across, up = np.array([1.0, 0, 0]), np.array([0, -np.sin(lean), np.cos(lean)])
    planes = np.stack([np.stack([across, up, -position], axis=1) for position in labels.position])
    pictures: np.ndarray = labels.intrinsics @ labels.rotation @ planes
    return pictures
