"""How the camera moved: where each picture's points lie in the one frame of the wall.

The wall frame is the upright picture of a reference frame: its pixels are those of that picture,
and points beyond its edges have coordinates beyond them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64


@dataclass(frozen=True, slots=True, eq=False)
class CameraMotion:
    """The camera's motion before a wall.

    Attributes:
        frame_index: Frame indices, ascending; those of the climber's track.
        to_wall: Homographies from pixels of each upright picture to the wall frame.
        is_known: Whether the picture could be laid on the wall; where not, its homography is that
            of the nearest picture that could.
        error_px: Estimated error of a background point in the wall frame, pixels; 0 for a static
            camera, NaN where not known.
        reference: Index of the frame whose picture is the wall frame.
        is_static: Whether the camera stood still: all homographies are the identity then.
    """

    frame_index: Int64[np.ndarray, " frames"]
    to_wall: Float64[np.ndarray, "frames 3 3"]
    is_known: Bool[np.ndarray, " frames"]
    error_px: Float64[np.ndarray, " frames"]
    reference: int
    is_static: bool

    @classmethod
    def static(cls, frame_index: Int64[np.ndarray, " frames"]) -> "CameraMotion":
        """A camera that stood still."""
        frames = len(frame_index)
        return cls(
            frame_index=frame_index,
            to_wall=np.tile(np.eye(3), (frames, 1, 1)),
            is_known=np.ones(frames, bool),
            error_px=np.zeros(frames),
            reference=int(frame_index[0]) if frames else 0,
            is_static=True,
        )

    def on_wall(
        self, xy: Float[np.ndarray, "frames points 2"]
    ) -> Float64[np.ndarray, "frames points 2"]:
        """Points of each picture, pixels, in the wall frame; NaN stays NaN."""
        return apply(self.to_wall, xy.astype(np.float64))

    def in_picture(
        self, xy: Float[np.ndarray, "frames points 2"]
    ) -> Float64[np.ndarray, "frames points 2"]:
        """Points of the wall frame as each picture shows them."""
        return apply(np.linalg.inv(self.to_wall), xy.astype(np.float64))


def apply(
    homographies: Float64[np.ndarray, "*#many 3 3"], xy: Float64[np.ndarray, "*#many points 2"]
) -> Float64[np.ndarray, "*#many points 2"]:
    """Points moved by homographies."""
    moved = xy @ np.swapaxes(homographies[..., :2], -1, -2) + homographies[..., None, :, 2]
    result: np.ndarray = moved[..., :2] / moved[..., 2:]
    return result
