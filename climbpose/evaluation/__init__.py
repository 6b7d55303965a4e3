"""How true keypoints are: detectors side by side on labelled clips."""

from climbpose.evaluation.figures import Difference, Figure
from climbpose.evaluation.options import (
    GIVEN,
    OWN,
    SMOOTHERS,
    Candidate,
    EvalOptions,
    Source,
    sources,
)
from climbpose.evaluation.report import ClipFacts, Evaluation, FalseFinds, Outputs
from climbpose.evaluation.run import Observer, evaluate, fetch_models

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
    "evaluate",
    "fetch_models",
    "sources",
]
