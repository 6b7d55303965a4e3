"""Metrics are made from names; what is no name is refused, and those there are told."""

from dataclasses import replace

import numpy as np
import pytest

from climbpose import metrics
from climbpose.errors import UsageError
from climbpose.metrics import Metric
from climbpose.metrics.groups import GROUPS, keypoints_of
from climbpose.skeleton import CLIMBING_25
from tests.metrics.figures import make_annotated

EXAMPLES = {
    "acc_err": "acc_err",
    "found": "found",
    "jitter": "jitter:torso",
    "lag": "lag",
    "pck": "pck@0.1:box",
    "oks": "oks:crop",
    "sides": "sides",
    "swaps": "swaps",
}


def test_all_are_known() -> None:
    assert metrics.names() == sorted(EXAMPLES)


@pytest.mark.parametrize("name", [*EXAMPLES.values(), *metrics.DEFAULTS, *metrics.SMOOTHING])
def test_every_metric_keeps_the_contract(name: str) -> None:
    metric, annotated = metrics.create(name), replace(make_annotated(), fps=30.0)
    assert isinstance(metric, Metric)
    assert metric.unit
    for seen in (annotated.xy, np.full_like(annotated.xy, np.nan)):
        scores = metric(seen, annotated)
        assert scores.earned.shape == scores.possible.shape == annotated.visibility.shape
        assert (scores.earned >= 0).all() or metric.unit == "frames"
        assert (scores.possible >= 0).all()
        if metric.unit == "%":
            assert (scores.earned <= scores.possible).all()
        assert (scores.earned[scores.possible == 0] == 0).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pc", "choose one of: acc_err, found, jitter, lag, oks, pck, sides, swaps"),
        ("pck", "needs a threshold above 0, such as pck@0.1:torso"),
        ("pck@0:torso", "needs a threshold above 0"),
        ("pck@nan:torso", "needs a threshold above 0"),
        ("pck@a:torso", "no number after the @"),
        ("pck@0.1", "reference length, torso or box"),
        ("pck@0.1:head", "reference length, torso or box"),
        ("found@0.1", "reference length, torso or box"),
        ("oks@0.5", "takes neither .* write oks or oks:crop"),
        ("oks@0.5:crop", "takes neither .* write oks or oks:crop"),
        ("oks:torso", "takes neither .* write oks or oks:crop"),
        ("jitter:box", "write jitter or jitter:torso"),
        ("acc_err:crop", "takes neither threshold nor reference; write acc_err"),
        ("swaps@0.5:torso", "takes neither"),
    ],
)
def test_what_is_no_metric_is_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        metrics.create(name)


def test_keypoints_by_name() -> None:
    assert keypoints_of(("all",)) == tuple(range(25))
    assert len(keypoints_of(("large",))) == 12
    assert keypoints_of(("left_knee", "knees")) == tuple(
        CLIMBING_25.indices("left_knee", "right_knee")
    )
    assert sum(len(keypoints_of((name,))) for name in GROUPS) == 21
    with pytest.raises(UsageError, match="choose of: large, all, head"):
        keypoints_of(("hand",))
