"""Where on the body a point of its surface lies, and which garments cover it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from climbpose.synth.body import Body
from climbpose.synth.figure.outfit import Outfit

_ARM_BONES = ("upperarm", "lowerarm", "wrist", "finger")
_LEG_BONES = ("upperleg", "lowerleg", "foot", "toe")
_HEAD_BONES = ("neck", "head")


@dataclass(frozen=True, eq=False)
class Sites:
    """Places on the body at rest.

    Attributes:
        xyz: Metres, scaled to a stature of 1.76 m.
        arm: Share of the bones of the arms.
        leg: Of the legs.
        head: Of head and neck.
        foot: Of the feet.
        arm_along: 0 at the shoulder, 1 elbow, 2 wrist, 3 tip of the middle finger.
        leg_along: 0 at the hip, 1 knee, 2 ankle.
        hair: Metres inside the hairline, below 0 on the face and neck.
    """

    xyz: Float32[np.ndarray, "*n 3"]
    arm: Float32[np.ndarray, "*n"]
    leg: Float32[np.ndarray, "*n"]
    head: Float32[np.ndarray, "*n"]
    foot: Float32[np.ndarray, "*n"]
    arm_along: Float32[np.ndarray, "*n"]
    leg_along: Float32[np.ndarray, "*n"]
    hair: Float32[np.ndarray, "*n"]

    @classmethod
    def of(cls, body: Body) -> "Sites":
        """The places of a body's vertices."""
        scale = 1.76 / float(np.ptp(body.vertices[:, 2]))
        xyz = body.vertices * np.float32(scale)

        def share(*stems: str) -> np.ndarray:
            is_part = np.array([bone.startswith(stems) for bone in body.bones], np.float32)
            total: np.ndarray = (is_part[body.vertex_bones] * body.vertex_weights).sum(axis=1)
            return total

        side = np.where(xyz[:, 0] > 0, 1.0, -1.0)[:, None]
        folded = xyz * np.concatenate([side, np.ones_like(side), np.ones_like(side)], axis=1)
        arm_path = [body.head(n) for n in ("upperarm01.L", "lowerarm01.L", "wrist.L")]
        arm_path.append(body.point("left_middle") * 1.6 - body.head("wrist.L") * 0.6)
        leg_path = [body.head(n) for n in ("upperleg01.L", "lowerleg01.L", "foot.L")]
        return cls(
            xyz=xyz,
            arm=share(*_ARM_BONES),
            leg=share(*_LEG_BONES),
            head=share(*_HEAD_BONES),
            foot=share("foot", "toe"),
            arm_along=_along(folded, np.array(arm_path) * scale),
            leg_along=_along(folded, np.array(leg_path) * scale),
            hair=_inside_hairline(body, xyz, scale),
        )

    def table(self) -> Float32[np.ndarray, "*n 10"]:
        """All of them as columns."""
        rest = (self.arm, self.leg, self.head, self.foot, self.arm_along, self.leg_along, self.hair)
        return np.concatenate([self.xyz, np.stack(rest, axis=-1)], axis=-1).astype(np.float32)

    @classmethod
    def of_table(cls, table: Float32[np.ndarray, "*n 10"]) -> "Sites":
        """The places that `table` has written down."""
        return cls(table[..., :3], *(table[..., 3 + k] for k in range(7)))


def _along(points: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Where along a path the point of it lies that is nearest; beyond its ends it goes on."""
    best = np.full(len(points), np.inf)
    along = np.zeros(len(points), np.float32)
    last = len(path) - 2
    for k in range(last + 1):
        step = path[k + 1] - path[k]
        share = (points - path[k]) @ step / (step @ step)
        share = np.clip(share, -1 if k == 0 else 0, 2 if k == last else 1)
        distance = np.linalg.norm(points - path[k] - share[:, None] * step, axis=1)
        is_nearer = distance < best
        best = np.where(is_nearer, distance, best)
        along = np.where(is_nearer, k + share, along).astype(np.float32)
    return along


def _inside_hairline(body: Body, xyz: np.ndarray, scale: float) -> np.ndarray:
    """Metres above a line from the forehead over the ears to the nape."""
    ear = body.point("left_ear") * scale
    nose = body.point("nose_tip") * scale
    crown = 1.76 - ear[2]
    reach = ear[1] - nose[1]
    behind = (xyz[:, 1] - ear[1]) / reach
    line = np.interp(
        behind,
        [-1.0, -0.75, -0.4, -0.12, 0.12, 0.5, 1.0],
        [0.75, 0.72, 0.45, -0.02, -0.25, -0.72, -0.8],
    )
    inside: np.ndarray = (xyz[:, 2] - ear[2] - line * crown).astype(np.float32)
    return inside


def top_hem(outfit: Outfit) -> float:
    """Height of the upper garment's lower edge, of a stature of 1.76 m."""
    loose = outfit.top_cloth.looseness
    lowest = {"bra": 1.2, "tank": 0.95 - 0.06 * loose, "t_shirt": 0.93 - 0.07 * loose}
    return lowest.get(outfit.top, 0.92 - 0.04 * loose)


def sleeve_length(outfit: Outfit) -> float:
    """Where sleeves end: 0 shoulder, 1 elbow, 2 wrist; below 0 without."""
    short = 0.45 + 0.4 * outfit.top_cloth.looseness
    return {"t_shirt": short, "long_sleeve": 1.93, "hoodie": 1.98}.get(outfit.top, -0.05)


def bottom_length(outfit: Outfit) -> float:
    """Where the legs of the lower garment end: 0 hip, 1 knee, 2 ankle."""
    lengths = {"shorts": 0.8, "three_quarter": 1.4, "leggings": 1.88}
    return lengths.get(outfit.bottom, 1.95)


def inside_top(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """Metres inside the upper garment's edge, below 0 outside."""
    x, y, z = np.abs(sites.xyz[..., 0]), sites.xyz[..., 1], sites.xyz[..., 2]
    hem = top_hem(outfit)
    reach = (sleeve_length(outfit) - sites.arm_along) * 0.27
    neck = np.interp(y, [-0.12, -0.03, 0.05], [1.40, 1.485, 1.475]) - z
    if outfit.top == "hoodie":
        neck = neck + 0.03
    inside = np.minimum(np.where(sites.arm > 0.4, reach, z - hem), neck)
    if outfit.top in ("tank", "bra"):
        strap = 0.118 if outfit.top == "tank" else 0.03 - np.abs(x - 0.065) + x
        inside = np.minimum(inside, np.maximum(strap - x, 1.29 + 0.35 * (0.17 - x) - z))
    if outfit.top == "bare":
        inside = np.full_like(inside, -1)
    return np.asarray(inside, np.float32)


def inside_bottom(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """Metres inside the lower garment's edge, below 0 outside."""
    reach = (bottom_length(outfit) - sites.leg_along) * 0.42
    inside = np.minimum(1.0 - sites.xyz[..., 2], reach)
    return np.asarray(np.where(sites.arm > 0.05, -1, inside), np.float32)


def inside_hair(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """Metres inside the hair or hat, below 0 outside."""
    lift = {"bald": -1.0, "beanie": -0.012, "cap": -0.03}.get(outfit.hair, 0.0)
    return np.asarray(np.where(sites.head > 0.35, sites.hair + lift, -1), np.float32)


def inside_shoe(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """Metres inside the shoes, below 0 outside."""
    y, z = sites.xyz[..., 1], sites.xyz[..., 2]
    edge = np.interp(y, [-0.2, -0.06, 0.0, 0.04], [0.075, 0.08, 0.075, 0.1]) - z
    if outfit.is_barefoot:
        edge = np.full_like(edge, -1)
    return np.asarray(np.where(sites.foot > 0.2, edge, -1), np.float32)


def inside_sock(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """Metres inside the socks, below 0 outside."""
    edge = sites.leg_along - (2 - outfit.sock_height)
    if outfit.sock_height == 0:
        edge = np.full_like(edge, -1)
    return np.asarray(np.where(sites.leg > 0.5, 0.42 * edge, -1), np.float32)
