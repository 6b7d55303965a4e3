"""What the wall looks like when nobody is before it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, UInt8


@dataclass(frozen=True, slots=True, eq=False)
class WallPicture:
    """The wall without the climber.

    Attributes:
        image: RGB.
        is_seen: Where the wall was seen; elsewhere the picture is filled calmly.
        from_wall: Homography from the wall frame to the picture's pixels.
    """

    image: UInt8[np.ndarray, "height width 3"]
    is_seen: Bool[np.ndarray, "height width"]
    from_wall: Float64[np.ndarray, "3 3"]
