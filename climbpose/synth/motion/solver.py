"""From what a climber means to do to a body that does it."""

from dataclasses import replace

import numpy as np

from climbpose.synth.body import Body
from climbpose.synth.climb import Climb, Limb, Plan
from climbpose.synth.motion.cost import Cost
from climbpose.synth.motion.ends import EndRig
from climbpose.synth.motion.pose import pose
from climbpose.synth.motion.rig import FREEDOMS, LIMB_BONES, PELVIS, SWIVEL, Aim, rig_of
from climbpose.synth.motion.steps import step, stiffness_of
from climbpose.synth.motion.touching import frames_to
from climbpose.synth.motion.wishes import (
    around_joints,
    first_swivel,
    swaying,
    with_toes_clear,
    without_jumps,
)

ITERATIONS = 14
"""Gauss-Newton steps."""


def solve(plan: Plan, body: Body, rng: np.random.Generator) -> Climb:
    """The climb of a body that does what is planned as well as a body can.

    One least squares problem over all frames: the limbs reach, the body stays before the wall and
    within its joints' ranges, flies freely when airborne, follows the plan's wishes where it may,
    and moves smoothly.

    Args:
        plan: What is meant.
        body: Who does it.
        rng: Of the sway that no one means.
    """
    rig = rig_of(body)
    meant = plan
    plan = swaying(with_toes_clear(without_jumps(meant)), rng)
    end_rig = EndRig(rig, plan)
    cost = Cost(plan, rig, end_rig.touching)
    freedoms = np.zeros((len(plan), FREEDOMS))
    freedoms[:, PELVIS] = plan.pelvis
    aim = Aim(plan.target, end_rig.touching.looseness, plan.extension, end_rig.touching.closeness)
    freedoms[:, SWIVEL] = first_swivel(rig, plan, freedoms, aim)
    stiffness = stiffness_of(plan)
    away = np.stack([frames_to(held) for held in plan.in_contact.T], axis=1)
    free = np.clip(away / (0.12 * plan.fps), 0, 1)
    room = np.zeros((len(plan), 4))
    for _ in range(ITERATIONS):
        posture = rig.stand(freedoms, plan.trunk, aim)
        ends = end_rig.ends(posture)
        target = around_joints(plan, rig, posture, free)
        room = np.clip(room - 0.7 * end_rig.clearance(posture, ends), 0, 0.4) * free
        target[:, :2] += room[:, :2, None] * plan.wall.axes[2]
        # A foot that dangles too low is drawn up, for the body cannot rise.
        short = room * [0, 0, 1, 1] / rig.lengths.sum(axis=0)
        aim = aim._replace(end=target - ends.contact, extension=plan.extension - short)
        freedoms = freedoms + step(freedoms, cost, aim, stiffness)
    for _ in range(4):
        ends = end_rig.ends(rig.stand(freedoms, plan.trunk, aim))
        aim = aim._replace(end=target - ends.contact)
    posture = rig.stand(freedoms, plan.trunk, aim)
    climb = pose(rig, end_rig, posture, ends)
    # Twist along a bone that is not quite straight moves what hangs on it by a centimetre.
    wrists = climb.joints[:, [body.bone(LIMB_BONES[limb][-1]) for limb in Limb]]
    aim = aim._replace(end=aim.end + posture.end - wrists)
    return replace(pose(rig, end_rig, rig.stand(freedoms, plan.trunk, aim), ends), plan=meant)
