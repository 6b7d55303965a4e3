"""The phone that films: where it stands, where it looks in each frame."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


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
