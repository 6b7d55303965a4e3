"""What ``climbpose eval`` is asked for, from its options."""

import importlib.util
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from climbpose import evaluation, metrics
from climbpose.cli import parse
from climbpose.cli.display import Display
from climbpose.errors import UsageError
from climbpose.evaluation import Evaluation
from climbpose.tracks import Selection

_OF_BOTH = ("smoother", "pck", "keypoints", "split", "seed", "experiment")
"""Options of what is compared and measured that videos and poses without video have."""


def refuse(command: Callable[..., None], given: Mapping[str, Any], panels: Sequence[str]) -> None:
    """Refuses options that have no effect on the data that are given.

    Args:
        command: The function whose options they are.
        given: Their values, by name.
        panels: In which the help lists what has no effect.

    Raises:
        UsageError: One is given.
    """
    where = (
        "on videos; add --experiment for poses without video, or leave it out"
        if given["experiment"] is None
        else "on poses without video, which --experiment is of; leave one of them out"
    )
    for name, parameter in inspect.signature(command).parameters.items():
        panel = getattr(parameter.annotation.__metadata__[0], "rich_help_panel", None)
        is_given = given[name] != parameter.default
        if is_given and panel in panels and name not in _OF_BOTH:
            option = f"--{'no-' if name == 'repair' else ''}{name.replace('_', '-')}"
            raise UsageError(f"{option} has no effect {where}")


def of_videos(given: Mapping[str, Any], display: Display) -> Callable[[], Evaluation]:
    """The run of detectors and smoothers on videos, everything about it checked.

    Args:
        given: The command's options, by name.
        display: Shows the progress.

    Raises:
        ClimbposeError: They do not go together, or a model cannot be had.
    """
    regions, named, chosen = given["regions"], given["smoother"], given["metric"] or ()
    if given["pck"]:
        is_whole = regions == evaluation.OWN
        chosen = (*chosen, *(metrics.SMOOTHING if is_whole else metrics.OF_FRAMES))
        shown = evaluation.all_smoothers(named or (), display.say) if is_whole else named
    else:
        shown = named
    options = evaluation.EvalOptions(
        datasets=tuple(given["datasets"]),
        sources=evaluation.sources(
            given["detector"] or (),
            given["weights"] or (),
            [parse.quality(word) for word in given["quality"] or ()],
        ),
        regions=regions,
        smoothers=tuple(shown or evaluation.SMOOTHERS.get(regions, ())),
        repair=given["repair"],
        metrics=tuple(chosen) or metrics.DEFAULTS,
        keypoints=parse.names(given["keypoints"] or "large"),
        clips=parse.names(given["clips"]),
        split=given["split"],
        people=dict(_person(text) for text in given["person"] or ()),
        empty=tuple(given["empty"] or ()),
        videos=given["videos"],
        seed=given["seed"],
    )
    options.check()
    evaluation.fetch_models(options, display.say, is_offline=given["offline"])
    return partial(evaluation.evaluate, options, display)


def of_poses(given: Mapping[str, Any], display: Display) -> Callable[[], Evaluation]:
    """The run of smoothers on noised poses, everything about it checked; see `of_videos`."""
    if importlib.util.find_spec("torch") is None:
        raise UsageError("--experiment needs torch: pip install 'climbpose[train]'")
    from climbpose.evaluation.experiment import evaluate_experiment
    from climbpose.evaluation.experiment_options import ExperimentOptions, compared

    if given["reference"] is not None:
        parse.choice("--reference", given["reference"], ("thesis",))
    options = ExperimentOptions(
        datasets=tuple(map(str, given["datasets"])),
        data_options=tuple(given["data_option"] or ()),
        experiment=given["experiment"],
        smoothers=compared(given["smoother"] or (), display.say),
        keypoints=parse.names(given["keypoints"] or "all"),
        split=given["split"],
        split_by=given["split_by"],
        margin=given["box_margin"],
        windows=given["windows"],
        device=given["device"],
        is_with_thesis=given["reference"] is not None,
        seed=given["seed"],
    )
    options.check()
    return partial(evaluate_experiment, options, display)


def _person(text: str) -> tuple[str, Selection]:
    """A clip, and where its climber is."""
    clip, is_split, point = text.rpartition("=")
    if not is_split:
        raise UsageError(
            f"--person {text!r} names no clip; expected CLIP=X,Y, such as dyno=540,960"
        )
    return clip, parse.person(point)
