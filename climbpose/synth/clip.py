"""One clip from its settings: a climb, filmed, with all that is known of it."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial.transform import Rotation

from climbpose.labels import ClipLabels, ContactLabel, HoldLabel, PhaseLabel
from climbpose.synth.camera import Shot
from climbpose.synth.climb import Plan
from climbpose.synth.scene import Scene, Seen
from climbpose.synth.sound import RATE, make_sound
from climbpose.synth.variation import Config
from climbpose.video import Colour, Source, VideoWriter, write_sound


def make_clip(
    config: Config, path: Path, advance: Callable[[int], None] = lambda frames: None
) -> ClipLabels:
    """Films a climb.

    Args:
        config: All that it is made from.
        path: Of the video, which gets just this name; labels are left to the caller.
        advance: Is told how many frames were drawn since it was last told, none after a step
            that draws nothing; what it raises ends the work.

    Returns:
        The labels.

    Raises:
        VideoError: The file cannot be written.
    """
    scene = Scene.of(config, advance)
    seen: list[Seen] = []
    source = Source(path, 1 / config.rate, config.rate, Colour())
    with tempfile.TemporaryDirectory(prefix="climbpose-") as folder:
        sound = Path(folder) / "sound.mov"
        write_sound(make_sound(scene.plan, float(config.rate), config.stream("sound")), RATE, sound)
        with VideoWriter(
            path,
            source=replace(source, path=sound),
            width=config.width,
            height=config.height,
            crf=config.compression.crf,
            preset=config.compression.preset,
            threads=1,
        ) as writer:
            for picture, what in scene.pictures(source.colour):
                writer.write(picture)
                seen.append(what)
                advance(1)
    return _labels(scene, seen)


def _labels(scene: Scene, seen: list[Seen]) -> ClipLabels:
    """All that is known once every frame is drawn."""
    config, climb, path = scene.config, scene.climb, scene.path
    frames, bones = climb.rotations.shape[:2]
    turns = Rotation.from_matrix(climb.rotations.reshape(-1, 3, 3)).as_rotvec()
    centre = np.stack([one.centre_of_mass for one in seen])
    shots = [path.shot(float(frame)) for frame in range(frames)]
    return ClipLabels(
        fps=config.rate,
        width=config.width,
        height=config.height,
        seed=config.seed,
        index=config.index,
        look=config.look,
        config=config.to_json(),
        wall=asdict(scene.plan.wall),
        body=asdict(config.body),
        bones=scene.body.bones,
        **_events(scene.plan),
        xy=_projected(shots, scene.xyz),
        xyz=scene.xyz,
        xy_anatomical=_projected(shots, scene.xyz_anatomical),
        xyz_anatomical=scene.xyz_anatomical,
        visibility=np.stack([one.visibility for one in seen]),
        box=np.stack([one.box for one in seen]),
        area=np.array([one.area for one in seen], np.float32),
        intrinsics=np.stack([shot.intrinsics for shot in shots]),
        rotation=np.stack([shot.rotation for shot in shots]),
        position=np.stack([shot.position for shot in shots]),
        centre_of_mass=centre.astype(np.float32),
        centre_of_mass_xy=_projected(shots, centre[:, None])[:, 0],
        joints=climb.joints,
        bone_rotation=turns.reshape(frames, bones, 3).astype(np.float32),
        limb_xyz=climb.contact_point,
        in_contact=scene.plan.in_contact,
    )


def _events(plan: Plan) -> dict[str, Any]:
    """Holds, contacts and phases in plain words."""
    middles = plan.wall.to_world(np.array([[h.u, h.v, 0.0] for h in plan.holds]).reshape(-1, 3))
    return {
        "holds": tuple(
            HoldLabel(
                kind=hold.kind,
                xyz=(float(x), float(y), float(z)),
                uv=(float(hold.u), float(hold.v)),
                size_m=float(hold.size_m),
                depth_m=float(hold.depth_m),
                turn_deg=float(hold.turn_deg),
                is_used=bool(hold.is_used),
            )
            for hold, (x, y, z) in zip(plan.holds, middles, strict=True)
        ),
        "contacts": tuple(
            ContactLabel(c.limb.word, int(c.hold), str(c.touch), int(c.start), int(c.end))
            for c in plan.contacts
        ),
        "phases": tuple(
            PhaseLabel(str(p.move), int(p.start), int(p.end), tuple(limb.word for limb in p.limbs))
            for p in plan.phases
        ),
    }


def _projected(
    shots: list[Shot], xyz: Float[np.ndarray, "frames points 3"]
) -> Float32[np.ndarray, "frames points 2"]:
    """Pixels of points in the world."""
    return np.stack(
        [shot.project(points)[0] for shot, points in zip(shots, xyz, strict=True)]
    ).astype(np.float32)
