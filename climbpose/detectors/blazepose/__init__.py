"""BlazePose, run by our own pipeline: people searched in tiles, followed in turned regions.

The networks are those of Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking"
(2020), as published under Apache-2.0. Beyond the reference's pipeline, several people are followed
at once, small people are searched in tiles, and who is lost is looked for nearby first.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import UInt8

from climbpose.assets import Asset
from climbpose.detectors.base import register
from climbpose.detectors.blazepose.follower import (
    MIN_PERSON,
    Follower,
    is_near,
    is_similar_in_size,
)
from climbpose.detectors.blazepose.landmarks import Body, find_body
from climbpose.detectors.blazepose.networks import (
    LANDMARK_ASSET,
    PERSON_ASSET,
    LandmarkNetwork,
    PersonNetwork,
)
from climbpose.detectors.blazepose.search import search_everywhere
from climbpose.heatmaps import GaussianMaps
from climbpose.poses import HEATMAP_SIZE, Detection, Frame, widened_box

_MAX_PEOPLE = 4
"""People followed at once; each costs one pass of the landmark network a frame."""

_SEARCH_INTERVAL_S = 1.0
_SEARCH_INTERVAL_NOBODY_S = 0.1


@register("blazepose")
class BlazePose:
    """The default detector: offline once fetched, real time on one core."""

    description: ClassVar[str] = "BlazePose full, 33 landmarks of which 25 are ours, several people"
    assets: ClassVar[tuple[Asset, ...]] = (PERSON_ASSET, LANDMARK_ASSET)

    def __init__(self) -> None:
        self._person_network = PersonNetwork()
        self._landmark_network = LandmarkNetwork()
        self._followers: list[Follower] = []
        self._last_search = float("-inf")

    def __call__(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        """The people of each frame."""
        return [self._detect(frame) for frame in frames]

    def _detect(self, frame: Frame) -> list[Detection]:
        time = float(frame.time)
        for follower in self._followers:
            follower.look(frame.image, time, self._person_network, self._landmark_network)
        self._followers = _without_doubles(
            [f for f in self._followers if f.body or f.is_patient(time)]
        )
        is_anyone_seen = any(f.body for f in self._followers)
        interval = _SEARCH_INTERVAL_S if is_anyone_seen else _SEARCH_INTERVAL_NOBODY_S
        if time >= self._last_search + interval:
            self._last_search = time
            self._search(frame.image, time)
        return [_detection(frame, f.body) for f in self._followers if f.body]

    def _search(self, image: UInt8[np.ndarray, "h w 3"], time: float) -> None:
        """Looks for people who are not followed yet, and for followed ones who are lost."""
        for person in search_everywhere(self._person_network, image):
            nearby = [f for f in self._followers if is_near(person.region, f.region, 0.35)]
            if any(f.body for f in nearby) or (not nearby and len(self._followers) >= _MAX_PEOPLE):
                continue
            body = find_body(self._landmark_network, image, person.region)
            if body.score < MIN_PERSON or any(_is_same(body, f) for f in self._followers):
                continue
            if nearby:
                self._followers.remove(nearby[0])
            self._followers.append(Follower(body.next_region, time, body))


def _is_same(body: Body, follower: Follower) -> bool:
    """Whether a body is, or is a part of, a person who is followed."""
    if follower.body is None:
        return False
    low, high = follower.body.xy.min(axis=0), follower.body.xy.max(axis=0)
    is_inside = bool(((body.xy > low) & (body.xy < high)).all())
    return is_inside or is_near(body.next_region, follower.region, 0.3)


def _without_doubles(followers: list[Follower]) -> list[Follower]:
    """Drops the later of two followers of the same person, but those who see someone come first."""
    kept: list[Follower] = []
    for follower in sorted(followers, key=lambda f: f.body is None):
        if not any(
            is_near(follower.region, other.region, 0.2)
            and is_similar_in_size(follower.region, other.region)
            for other in kept
        ):
            kept.append(follower)
    return kept


def _detection(frame: Frame, body: Body) -> Detection:
    """The body as a detection; a whole video's are kept, so half precision where it is enough."""
    box = widened_box(body.xy)
    cell = (box[2:] - box[:2]) / np.float32(HEATMAP_SIZE)
    return Detection(
        frame_index=frame.index,
        time=float(frame.time),
        box=box,
        maps=GaussianMaps(
            xy=(body.xy - box[:2]) / cell,
            sigma=(body.spread[:, None] / cell).astype(np.float16),
            height=body.visibility.astype(np.float16),
        ),
        score=body.score,
        world=body.world.astype(np.float16),
    )
