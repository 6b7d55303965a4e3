"""The scene of a clip: climber, wall, camera and company, drawn frame by frame."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, UInt8

from climbpose.synth.body import Body
from climbpose.synth.camera import CameraPath, Shot, film_path
from climbpose.synth.climb import Climb, Plan, Wall
from climbpose.synth.company import Bystander
from climbpose.synth.developer import Developer
from climbpose.synth.exposure import Backdrop, exposed_shots
from climbpose.synth.figure.figure import Box, Drawn, Figure
from climbpose.synth.figure.pose import Pose
from climbpose.synth.figure.rope import draw_rope, tie_in
from climbpose.synth.film import Film
from climbpose.synth.gym.lighting import exposed
from climbpose.synth.gym.plate import Plate
from climbpose.synth.light import Light
from climbpose.synth.motion.solver import solve
from climbpose.synth.planning.planner import make_plan
from climbpose.synth.planning.style import Ending
from climbpose.synth.variation import Config
from climbpose.video import Colour, Picture

_BOULDER_M, _ROPED_M = 4.5, 7.0
"""Heights of walls."""

_OUTLINE_FRAMES = 8
"""Every so many frames of the body count for what the camera must show."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What only drawing a frame tells.

    Attributes:
        visibility: Of the keypoints.
        box: Of the visible silhouette, pixels.
        area: Of the same, pixels.
        centre_of_mass: World, metres.
    """

    visibility: UInt8[np.ndarray, "25"]
    box: Float32[np.ndarray, "4"]
    area: float
    centre_of_mass: Float[np.ndarray, "3"]


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything in its place, ready to be filmed.

    Attributes:
        config: What it is made from.
        light: As the phone exposes to it.
        body: The climber's.
        climb: What it does.
        xyz: The keypoints where the detector has them, metres.
        xyz_anatomical: The keypoints where an anatomist has them, metres.
        path: The camera's.
        plate: What stands still.
        figure: The climber, dressed.
        people: On the floor.
    """

    config: Config
    light: Light
    body: Body
    climb: Climb
    xyz: Float32[np.ndarray, "frames 25 3"]
    xyz_anatomical: Float32[np.ndarray, "frames 25 3"]
    path: CameraPath
    plate: Plate
    figure: Figure
    people: tuple[Bystander, ...]

    @classmethod
    def of(cls, config: Config, advance: Callable[[int], None]) -> "Scene":
        """Plans the climb and builds what is around it.

        Args:
            config: What it is made from.
            advance: Called with 0 after each step; what it raises ends the work.
        """
        body = Body.of(config.body)
        climb = _climb(config, body, advance)
        wall, fps = climb.plan.wall, float(config.rate)
        xyz = body.keypoints(climb.rotations, climb.joints)
        legs = climb.joints[:, [body.bone("upperleg01.L"), body.bone("upperleg01.R")]]
        hips = legs.mean(axis=1).astype(np.float64)
        path = film_path(
            config.view,
            config.handling,
            wall,
            hips,
            xyz[::_OUTLINE_FRAMES].reshape(-1, 3).astype(np.float64),
            config.width,
            config.height,
            fps,
            config.stream("handling of the phone"),
        )
        light = exposed(config.light, wall, config.wall)
        plate = Plate.render(
            wall, climb.plan.holds, config.wall, light, path, config.stream("plate")
        )
        advance(0)
        has_harness = config.outfit.has_harness or config.rope.kind != "none"
        outfit = replace(config.outfit, has_harness=has_harness)
        return cls(
            config=config,
            light=light,
            body=body,
            climb=climb,
            xyz=xyz,
            xyz_anatomical=body.keypoints(climb.rotations, climb.joints, "anatomical"),
            path=path,
            plate=plate,
            figure=Figure(body, outfit, light, wall, config.stream("figure")),
            people=_people(config, light, wall, path, hips),
        )

    @property
    def plan(self) -> Plan:
        """What the climber means to do."""
        return self.climb.plan

    def pictures(
        self, colour: Colour, frames: Iterable[int] | None = None
    ) -> Iterator[tuple[Picture, Seen]]:
        """Each frame as the phone takes it, and what only then is known.

        Args:
            colour: Of the pictures.
            frames: Which, ascending; None for all. Those that are left out cost nothing.
        """
        config = self.config
        size = config.width, config.height
        film = Film(config.noise, config.blur, config.tone, config.compression)
        developer = Developer(film, *size, config.stream("film"), colour)
        backdrop = Backdrop(self.plate)
        wanted = range(len(self.path)) if frames is None else frames
        for frame, poses in self._exposed_poses(wanted):
            image, seen = self._draw(frame, poses, backdrop)
            picture = Picture.empty(frame, frame / config.rate, *size, colour)
            developer.develop(image, picture)
            yield picture, seen

    def _draw(
        self, frame: int, poses: tuple[Pose, Pose], backdrop: Backdrop
    ) -> tuple[UInt8[np.ndarray, "rows cols 3"], Seen]:
        shot = self.path.shot(float(frame))
        shots = exposed_shots(self.path, frame, self._half_exposure(frame))
        image = backdrop.expose(shots)
        standing = [(person.figure, person.pose(frame)) for person in self.people]
        cast = [*((figure, (pose, pose)) for figure, pose in standing), (self.figure, poses)]
        for figure, (pose, _) in cast:
            figure.cast_shadow(image, shot, pose)
        others: list[Drawn] = []

        def still(box: Box) -> Float32[np.ndarray, "rows cols"]:
            return self.plate.distance(shot, box)

        def distance(box: Box) -> Float32[np.ndarray, "rows cols"]:
            nearest = still(box)
            for other in others:
                _hide(nearest, box, other)
            return nearest

        # From far to near, so that soft edges mix with what is behind them.
        for figure, moments in sorted(cast, key=lambda one: -_metres(one[1][0], shot)):
            drawn = figure.draw_blurred(image, shots, moments, distance)
            if figure is self.figure:
                climber = drawn
            others.append(drawn)
        self._draw_rope(image, frame, shot, others)
        others = [other for other in others if other is not climber]
        visibility = self.figure.visibility(
            self.xyz[frame].astype(np.float64), shot, climber, still, others
        )
        posture = self.climb.rotations[frame], self.climb.joints[frame]
        box, area = _extent(climber, others)
        centre = self.body.centre_of_mass(self.body.skin(*posture))
        return image, Seen(visibility.astype(np.uint8), box, area, centre)

    def _draw_rope(
        self,
        image: UInt8[np.ndarray, "rows cols 3"],
        frame: int,
        shot: Shot,
        others: Sequence[Drawn],
    ) -> None:
        rope, wall = self.config.rope, self.plan.wall
        if rope.kind == "none":
            return
        knots = [
            tie_in(self.body, self.climb.rotations[n], self.climb.joints[n]) for n in (0, frame)
        ]
        # Where the rope is fixed does not move with the climber.
        way = rope.path(knots[1], wall, float(wall.to_wall(knots[0])[0]))
        draw_rope(
            image,
            shot,
            way,
            rope.colour,
            self.light,
            lambda box: self.plate.distance(shot, box),
            others,
        )

    def _half_exposure(self, frame: int) -> float:
        """Frames from the exposure's middle to its end; none where there is no next frame."""
        is_between = 0 < frame < len(self.path) - 1
        return self.config.blur.shutter / 2 if is_between else 0.0

    def _exposed_poses(self, frames: Iterable[int]) -> Iterator[tuple[int, tuple[Pose, Pose]]]:
        """The climber when each frame's exposure begins and when it ends.

        Both lie as far from the pose between them, whose vertices are the labels' body.
        """
        poses: dict[int, Pose] = {}
        for frame in frames:
            half = self._half_exposure(frame)
            near = (frame - 1, frame, frame + 1) if half else (frame,)
            poses = {n: poses.get(n) or self._pose(n) for n in near}
            now = poses[frame]
            if not half:
                yield frame, (now, now)
                continue
            way = (poses[frame + 1].vertices - poses[frame - 1].vertices) * np.float32(half / 2)
            yield (
                frame,
                (
                    replace(now, vertices=now.vertices - way),
                    replace(now, vertices=now.vertices + way),
                ),
            )

    def _pose(self, frame: int) -> Pose:
        return self.figure.pose(self.climb.rotations[frame], self.climb.joints[frame])


def _metres(pose: Pose, shot: Shot) -> float:
    """From the camera to somebody's middle."""
    return float(np.linalg.norm(pose.vertices.mean(axis=0) - shot.position))


def _hide(nearest: Float32[np.ndarray, "rows cols"], box: Box, other: Drawn) -> None:
    """Puts the distance of somebody drawn where it is less, in a part of the picture."""
    left, top = max(box[0], other.box[0]), max(box[1], other.box[1])
    right, bottom = min(box[2], other.box[2]), min(box[3], other.box[3])
    if right > left and bottom > top:
        mine = nearest[top - box[1] : bottom - box[1], left - box[0] : right - box[0]]
        rows = slice(top - other.box[1], bottom - other.box[1])
        columns = slice(left - other.box[0], right - other.box[0])
        np.minimum(mine, other.distance[rows, columns], out=mine)


def _extent(drawn: Drawn, others: Sequence[Drawn]) -> tuple[Float32[np.ndarray, "4"], float]:
    """Box and number of the pixels that show a figure past the others."""
    nearest = drawn.distance.copy()
    for other in others:
        _hide(nearest, drawn.box, other)
    rows, columns = np.nonzero(np.isfinite(drawn.distance) & (nearest == drawn.distance))
    if len(rows) == 0:
        return np.zeros(4, np.float32), 0.0
    edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return (np.array(edges) + np.array(drawn.box[:2] * 2)).astype(np.float32), float(len(rows))


def _climb(config: Config, body: Body, advance: Callable[[int], None]) -> Climb:
    """The climb that the settings ask for."""
    is_roped, style = config.rope.kind != "none", config.style
    # Nobody jumps off or falls to the floor on a rope.
    if is_roped and style.ending in (Ending.FALL, Ending.TOP):
        style = replace(style, ending=Ending.STILL_CLIMBING)
    wall = Wall(config.angle, height_m=_ROPED_M if is_roped else _BOULDER_M)
    fps = float(config.rate)
    plan = make_plan(style, wall, body, fps, config.frames, config.stream("plan"))
    advance(0)
    climb = solve(plan, body, config.stream("motion"))
    advance(0)
    return climb


def _people(
    config: Config,
    light: Light,
    wall: Wall,
    path: CameraPath,
    hips: Float[np.ndarray, "frames 3"],
) -> tuple[Bystander, ...]:
    """Who stands in nobody's way."""
    people = [
        Bystander.of(
            person,
            wall,
            light,
            len(path),
            float(config.rate),
            config.stream(f"bystander {number}"),
        )
        for number, person in enumerate(config.people.persons)
    ]
    return tuple(
        one
        for one in people
        if one.is_clear_of(hips)
        and one.is_clear_of(path.position[None])
        and not one.hides(hips, path.position)
    )
