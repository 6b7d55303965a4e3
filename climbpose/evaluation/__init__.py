"""How true keypoints are: detectors and smoothers side by side on labelled clips."""

from climbpose.evaluation.figures import Difference, Figure
from climbpose.evaluation.looking import Observer
from climbpose.evaluation.options import (
    GIVEN,
    OWN,
    SMOOTHERS,
    Candidate,
    EvalOptions,
    Source,
    all_smoothers,
    sources,
)
from climbpose.evaluation.outputs import Outputs
from climbpose.evaluation.report import ClipFacts, Evaluation, FalseFinds
from climbpose.evaluation.run import evaluate, fetch_models

__all__ = [
    "GIVEN",
    "OWN",
    "SMOOTHERS",
    "Candidate",
    "ClipFacts",
    "Difference",
    "EvalOptions",
    "Evaluation",
    "FalseFinds",
    "Figure",
    "Observer",
    "Outputs",
    "Source",
    "all_smoothers",
    "evaluate",
    "fetch_models",
    "sources",
]
