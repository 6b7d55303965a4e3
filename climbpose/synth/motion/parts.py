"""The measures of hands and feet."""

import numpy as np
from jaxtyping import Float

from climbpose.synth.body import Body
from climbpose.synth.climb import Touch
from climbpose.synth.motion.rotation import apply, cross, frame, turned, unit

FINGERS = (2, 3, 4, 5)
PAD = 0.008
"""From the middle of a finger to the skin of its pad, metres."""

_TOUCHES = list(Touch)
_SIDE = np.array([1.0, -1.0])


class Hand:
    """The measures of both hands, the left one first.

    Attributes:
        rest: Axes at rest as columns: towards the fingers, out of the palm, their product.
        axes: Of each finger's bones, about which it bends towards the palm.
        thumb: Tip of the thumb, from the wrist.
        rest_curl: How far each finger's bones are bent from the palm at rest, radians.
    """

    def __init__(self, body: Body) -> None:
        heads = body.heads.astype(float)
        sides = ("L", "R")
        rows = np.array(
            [[[body.bone(f"finger{f}-{k}.{s}") for k in (1, 2, 3)] for f in FINGERS] for s in sides]
        )
        self.rows = rows
        self.wrist = heads[[body.bone(f"wrist.{side}") for side in sides]]
        joints = heads[rows]
        forward = unit(joints[:, :3, 0].mean(axis=1) - self.wrist)
        across = joints[:, 0, 0] - joints[:, 3, 0]
        palm = cross(forward, across) * _SIDE[:, None]
        self.rest = frame(forward, palm)
        palm = self.rest[..., 1]
        steps = np.diff(joints, axis=2)
        directions = unit(np.concatenate([steps, steps[:, :, 1:]], axis=2))
        towards = np.einsum("sfkc,sc->sfk", directions, palm)
        self.rest_curl = np.arctan2(towards, np.einsum("sfkc,sc->sfk", directions, forward))
        tips = [body.point(f"{side}_thumb_tip") for side in ("left", "right")]
        self.thumb = np.array(tips, float) - self.wrist
        self.axes = unit(cross(directions, palm[:, None, None]))
        self.offset = np.concatenate([joints[:, :, :1] - self.wrist[:, None, None], steps], axis=2)

    def bends(self, curl: Float[np.ndarray, "frames 2 3"]) -> Float[np.ndarray, "*n 3 3"]:
        """Rotations of the fingers' bones in the hand: frames, hands, fingers, bones, 3, 3."""
        angle = curl[:, :, None, :] - self.rest_curl
        return turned(angle[..., None] * self.axes)

    def contact(self, bends: Float[np.ndarray, "*n 3 3"]) -> Float[np.ndarray, "frames 2 3"]:
        """From the wrist to the pads of index, middle and ring finger, in the hand's rest."""
        palm = self.rest[:, None, :, 1]
        tip = self.offset[:, :, 0] + sum(
            apply(bends[:, :, :, k], self.offset[:, :, k + 1]) for k in range(2)
        )
        pad = apply(bends[:, :, :, 1], palm * PAD)
        contact: np.ndarray = (tip + pad)[:, :, :3].mean(axis=2)
        return contact


class Foot:
    """Points of both feet, from the ankle at rest, the left one first.

    Attributes:
        contacts: Where they touch; rows as in `Touch`.
        sole: Tip of the toes, outer and inner ball, heel.
    """

    def __init__(self, body: Body) -> None:
        self.contacts = np.zeros((2, 4, 3))
        self.sole = np.zeros((2, 4, 3))
        for index, (side, letter) in enumerate((("left", "L"), ("right", "R"))):
            ankle = body.head(f"foot.{letter}").astype(float)
            tip = body.point(f"{side}_toe_tip").astype(float)
            heel = body.point(f"{side}_heel_surface").astype(float)
            ball = body.head(f"toe1-1.{letter}").astype(float)
            near = (np.abs(body.vertices - ankle) < [0.08, 0.2, 0.2]).all(axis=1)
            low = body.vertices[near & (body.vertices[:, 2] < 0.05)]
            points = {
                Touch.TOE: [tip[0], tip[1] + 0.012, 0.004],
                Touch.GRIP: [tip[0], tip[1] + 0.012, 0.004],
                Touch.HEEL: [heel[0], low[:, 1].max() - 0.004, 0.018],
                Touch.FLAT: [0.5 * (ball[0] + ankle[0]), ball[1], 0.0],
            }
            for touch, point in points.items():
                self.contacts[index, _TOUCHES.index(touch)] = np.array(point) - ankle
            wide = np.abs(low[:, 0]).max() * np.sign(tip[0])
            sole = [tip, [wide, ball[1] - 0.02, 0.01], [ball[0], ball[1], 0.01], points[Touch.HEEL]]
            self.sole[index] = np.array(sole) - ankle
