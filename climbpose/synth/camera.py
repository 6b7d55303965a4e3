"""The phone that films: where it stands, where it looks in each frame."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from climbpose.synth.aim import angles, chase, rotations
from climbpose.synth.climb import Wall

WIDEST_DEG = 69.0
"""Field of view of a phone's main camera along the picture's longer side."""

ZOOM_LIMIT = 5.0
"""How much narrower than the widest the view gets, beyond which phones show mush."""

FARTHEST_M = 15.0

BODY_M = 1.9
"""Height on the wall of a climber with a hand above the head."""

BODY_BOX_M = (0.65, 0.5, 0.95)
"""How far the limbs reach from the pelvis, each way."""

FLAT = np.eye(2, 3)
"""From yaw and pitch to yaw, pitch and no roll."""

CLEARANCE_M = 0.7
"""Between the phone and the wall, or the floor's nearest part of it."""


@dataclass(frozen=True, eq=False)
class Shot:
    """A camera at one moment.

    Camera coordinates are x right, y down, z forward; pixels are continuous from the picture's top
    left corner; the principal point is the picture's middle.

    Attributes:
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        position: In the world, metres.
        rotation: World directions to camera directions.
        focal_px: Focal length, pixels.
    """

    width: int
    height: int
    position: Float[np.ndarray, "3"]
    rotation: Float[np.ndarray, "3 3"]
    focal_px: float

    @property
    def intrinsics(self) -> Float[np.ndarray, "3 3"]:
        """The matrix from camera directions to pixels."""
        return np.array(
            [
                [self.focal_px, 0, self.width / 2],
                [0, self.focal_px, self.height / 2],
                [0, 0, 1.0],
            ]
        )

    def project(
        self, xyz: Float[np.ndarray, "*n 3"]
    ) -> tuple[Float[np.ndarray, "*n 2"], Float[np.ndarray, "*n"]]:
        """Pixels of points in the world, and their depth along the viewing axis in metres."""
        seen = (xyz - self.position) @ self.rotation.T
        depth = seen[..., 2]
        middle = np.array([self.width / 2, self.height / 2])
        return seen[..., :2] / depth[..., None] * self.focal_px + middle, depth


@dataclass(frozen=True, eq=False)
class CameraPath:
    """A camera that stands in one place and turns and zooms.

    Attributes:
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        position: In the world, metres; the same in all frames, so that what stands still changes
            by a homography alone.
        rotation: World directions to camera directions, for each frame.
        focal_px: Focal length, pixels, for each frame.
    """

    width: int
    height: int
    position: Float[np.ndarray, "3"]
    rotation: Float[np.ndarray, "frames 3 3"]
    focal_px: Float[np.ndarray, " frames"]

    def __len__(self) -> int:
        return len(self.focal_px)

    def shot(self, frame: float) -> Shot:
        """The camera at a moment, which may lie between two frames."""
        last = len(self) - 1
        before = min(max(int(np.floor(frame)), 0), last)
        after = min(before + 1, last)
        share = min(max(frame - before, 0.0), 1.0)
        mixed = (1 - share) * self.rotation[before] + share * self.rotation[after]
        left, _, right = np.linalg.svd(mixed)
        focal = (1 - share) * self.focal_px[before] + share * self.focal_px[after]
        return Shot(self.width, self.height, self.position, left @ right, float(focal))


@dataclass(frozen=True)
class View:
    """From where somebody films.

    Attributes:
        azimuth_deg: Around the climb: 0 from straight behind, above 0 from the right.
        distance_m: Along the floor, to the middle of the climb; more where the climb would not
            fit into the picture.
        height_m: Of the phone.
        share: Of the picture's height that the climber takes, unless the phone is too near for
            that, or the climb too long.
        margin: Share of the picture's width and height kept free at each edge; below 0 the climb
            is cut off.
        lift: Share of the room left under the climb that is given to what is above it.
    """

    azimuth_deg: float = 0.0
    distance_m: float = 5.0
    height_m: float = 1.4
    share: float = 0.35
    margin: float = 0.08
    lift: float = 0.5

    @classmethod
    def base(cls) -> "View":
        """From behind, five metres away."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "View":
        """Mostly from behind and a few steps away, at times from the side or the hall's end."""
        azimuth = rng.normal(0, 14) if rng.random() < 0.75 else rng.uniform(-60, 60)
        reach = ((3.0, 7.0), (2.0, 3.0), (7.0, 15.0))[int(rng.choice(3, p=[0.72, 0.14, 0.14]))]
        return cls(
            azimuth_deg=float(np.clip(azimuth, -60, 60)),
            distance_m=float(rng.uniform(*reach)),
            height_m=float(np.clip(rng.normal(1.35, 0.35), 0.4, 2.2)),
            share=float(rng.uniform(0.2, 0.45)),
            margin=float(rng.uniform(0.02, 0.14) if rng.random() < 0.92 else -0.06),
            lift=float(rng.uniform(0, 1)),
        )


@dataclass(frozen=True)
class Handling:
    """How somebody holds the phone.

    Attributes:
        shake_deg: Root mean square of the tremor's turns, 0.5 to 8 Hz.
        drift_deg: The same of slow wandering, below 0.5 Hz.
        follow: Share of the climber's way that the phone turns after.
        lag_s: How late the phone follows.
        zoom: Focal length at the end divided by that at the start.
        roll_deg: Slant of the horizon.
    """

    shake_deg: float = 0.0
    drift_deg: float = 0.0
    follow: float = 0.0
    lag_s: float = 0.4
    zoom: float = 1.0
    roll_deg: float = 0.0

    @classmethod
    def base(cls) -> "Handling":
        """On a tripod."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Handling":
        """A tripod, a steady hand, or one that follows the climber."""
        if rng.random() < 0.25:
            return cls(roll_deg=float(rng.normal(0, 1)))
        follows = rng.random() < 0.5
        return cls(
            shake_deg=float(np.exp(rng.uniform(np.log(0.05), np.log(0.6)))),
            drift_deg=float(rng.uniform(0.1, 1.2)),
            follow=float(rng.uniform(0.5, 1.0)) if follows else 0.0,
            lag_s=float(rng.uniform(0.2, 0.7)),
            zoom=float(np.exp(rng.normal(0, 0.15))) if rng.random() < 0.3 else 1.0,
            roll_deg=float(rng.normal(0, 2)),
        )

    def turns(
        self, frames: int, fps: float, rng: np.random.Generator
    ) -> Float[np.ndarray, "frames 3"]:
        """Tremor and wandering of yaw, pitch and roll in each frame, radians."""
        tremor = _band_noise(frames, fps, 0.5, 8.0, rng) * np.radians(self.shake_deg)
        drift = _band_noise(frames, fps, 0.05, 0.5, rng) * np.radians(self.drift_deg)
        # Two hands at the edges keep the horizon better than the aim.
        turns: np.ndarray = (tremor + drift) * np.array([1, 1, 0.5])
        turns[:, 2] += np.radians(self.roll_deg)
        return turns


def _band_noise(
    frames: int, fps: float, low_hz: float, high_hz: float, rng: np.random.Generator
) -> np.ndarray:
    """Three columns of noise with energy between two frequencies only, mean square one."""
    # Longer than the clip, so that its end does not join its beginning.
    length = max(2 * frames, int(8 * fps))
    hz = np.fft.rfftfreq(length, 1 / fps)
    inside = (hz >= low_hz) & (hz <= high_hz)
    strength = np.where(inside, 1 / np.maximum(hz, low_hz), 0)[:, None]
    spectrum = rng.normal(size=(len(hz), 3)) + 1j * rng.normal(size=(len(hz), 3))
    noise = np.fft.irfft(spectrum * strength, length, axis=0)
    cut: np.ndarray = (noise / np.sqrt((noise**2).mean(axis=0)))[:frames]
    return cut


def _place(view: View, distance: float, wall: Wall, middle: np.ndarray) -> np.ndarray:
    """Where the phone is: never in the wall."""
    azimuth = np.radians(view.azimuth_deg)
    position = np.array(
        [
            middle[0] + distance * np.sin(azimuth),
            middle[1] - distance * np.cos(azimuth),
            max(view.height_m, 0.3),
        ]
    )
    out = float(wall.to_wall(position)[2])
    lean_cos = float(wall.axes[1, 2])
    position[1] -= max(CLEARANCE_M - out, 0) / max(lean_cos, 0.2)
    return position


def _centred(points: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Yaw and pitch that put the middle of the points' outline into the picture's middle."""
    low_high = np.percentile(angles(points - position), (0, 100), axis=0)
    aim: np.ndarray = low_high.mean(axis=0)
    for _ in range(4):
        seen = (points - position) @ rotations(np.append(aim, 0)).T
        flat = seen[:, :2] / np.maximum(seen[:, 2:], 0.1)
        shift = np.arctan((flat.min(axis=0) + flat.max(axis=0)) / 2)
        aim = aim + shift * np.array([1, -1])
    return aim


def _room_for(
    points: np.ndarray,
    position: np.ndarray,
    rotation: np.ndarray,
    size: np.ndarray,
    margin: float,
) -> np.ndarray:
    """The longest focal length of each frame that keeps its points (frames or 1, n, 3) inside."""
    seen = np.einsum("fij,fnj->fni", rotation, points - position)
    half = (0.5 - margin) * size
    steep = np.abs(seen[..., :2]) / np.maximum(seen[..., 2:], 1e-3)
    room: np.ndarray = (half / np.maximum(steep.max(axis=1), 1e-6)).min(axis=1)
    return room


def film_path(
    view: View,
    handling: Handling,
    wall: Wall,
    pelvis: Float[np.ndarray, "frames 3"],
    points: Float[np.ndarray, "points 3"],
    width: int,
    height: int,
    fps: float,
    rng: np.random.Generator,
) -> CameraPath:
    """A camera that shows the whole climb, or follows the climber.

    It stands farther away than the view asks for where the climb would not fit.

    Args:
        view: From where.
        handling: By which hand.
        wall: Which the phone keeps out of.
        pelvis: Middle between the hips, metres.
        points: Of the body, from all over the clip; what must fit into the picture, metres.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        fps: Frames a second.
        rng: For the shaking.
    """
    frames = len(pelvis)
    size = np.array([width, height])
    widest = max(width, height) / 2 / np.tan(np.radians(WIDEST_DEG / 2))
    turns = handling.turns(frames, fps, rng)
    ramp = np.linspace(0, 1, frames)
    zoom = handling.zoom ** (ramp * ramp * (3 - 2 * ramp))
    zoom /= zoom.max()
    if handling.follow > 0:
        corners = np.array(np.meshgrid(*([[-1, 1]] * 3), indexing="ij")).reshape(3, 8).T
        shown = pelvis[:, None] + corners * np.array(BODY_BOX_M)
    else:
        shown = np.broadcast_to(points, (frames, *points.shape))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    distance = view.distance_m
    while True:
        position = _place(view, distance, wall, middle)
        still = _centred(points, position)
        chased = chase(angles(pelvis - position), handling.lag_s, fps)
        aim = still + handling.follow * (chased - still)
        rotation = rotations(turns + aim @ FLAT)
        # The widest the phone ever shows is at the zoom's low end.
        room = float((_room_for(shown, position, rotation, size, view.margin) / zoom).min())
        if room * zoom.min() >= widest or distance >= FARTHEST_M:
            break
        distance = min(1.1 * distance, FARTHEST_M)
    wished = view.share * height * float(np.linalg.norm(middle - position)) / BODY_M
    focal = float(np.clip(min(room, wished), widest / zoom.min(), ZOOM_LIMIT * widest)) * zoom
    if handling.follow == 0:
        seen = np.einsum("fij,fnj->fni", rotation, shown - position)
        lowest = (seen[..., 1] / np.maximum(seen[..., 2], 1e-3)).max(axis=1)
        under = ((0.5 - view.margin) * height / focal - lowest).min()
        edge = wall.to_world(np.array([float(wall.to_wall(middle)[0]), wall.height_m, 0]))
        seen_edge = rotation @ (edge - position)
        # Nobody films the ceiling.
        over = (-0.3 * height / focal - seen_edge[:, 1] / np.maximum(seen_edge[:, 2], 1e-3)).min()
        aim[:, 1] += np.arctan(np.clip(min(view.lift * under, over), 0, None))
        rotation = rotations(turns + aim @ FLAT)
    return CameraPath(width, height, position, rotation, focal)
