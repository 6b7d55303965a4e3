"""What the README says is so."""

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from climbpose import detectors, exporters, render, smoothers
from climbpose.cli import app
from climbpose.labels import ClipLabels
from climbpose.poses import Status
from climbpose.skeleton import CLIMBING_25
from climbpose.synth.variation import AXES
from tests.smoothers.climber import coordinates, detect

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_example_of_a_smoother_works(monkeypatch: pytest.MonkeyPatch) -> None:
    smoothers.names()
    monkeypatch.setattr(smoothers.registry, "_factories", dict(smoothers.registry._factories))
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found is not None
    exec(found[1], {})
    assert "median" in smoothers.names()
    track = np.full((9, 25, 2), 100.0)
    track[:, 1] += 50
    expected = track.copy()
    track[4] += 30
    smoothed = coordinates(list(smoothers.create("median")(detect(track))))
    assert smoothed == pytest.approx(expected, abs=0.01)


def test_every_option_is_told_and_no_other() -> None:
    result = CliRunner().invoke(app, ["annotate", "--help"], env={"COLUMNS": "200"})
    offered = set(re.findall(r"--[a-z][a-z-]+", result.output)) - {"--help"}
    table = README[README.index("| option |") : README.index("`climbpose --install-completion`")]
    assert set(re.findall(r"--[a-z][a-z-]+", table)) == offered


def test_every_option_of_synth_is_told_and_no_other() -> None:
    result = CliRunner().invoke(app, ["synth", "--help"], env={"COLUMNS": "200"})
    offered = set(re.findall(r"--[a-z][a-z-]+", result.output)) - {"--help"}
    table = README[README.index("| `climbpose synth OUT` |") : README.index("| `--vary` |")]
    assert set(re.findall(r"--[a-z][a-z-]+", table)) == offered


def test_every_option_for_coaches_is_told_and_no_other() -> None:
    offered: set[str] = set()
    for command in ("measure", "report", "compare"):
        result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
        offered |= set(re.findall(r"--[a-z][a-z-]+", result.output)) - {"--help"}
    table = README[README.index("| option | of | meaning |") : README.index("Annotated videos up")]
    assert set(re.findall(r"--[a-z][a-z-]+", table)) == offered


def test_every_axis_and_label_is_told() -> None:
    start = README.index("| `--vary` |")
    told = README[start : README.index("**`annotations.json`**")]
    for name, axis in AXES.items():
        look = " (part of the look)" if axis.is_look else ""
        assert f"| `{name}` | {axis.description}{look} |" in told
    for field in fields(ClipLabels):
        assert f"`{field.name}`" in told or field.name == "skeleton", field.name


def test_names_and_words_are_told() -> None:
    families = (smoothers.names(), render.names(), exporters.names(), CLIMBING_25.keypoints)
    for name in (name for family in families for name in family):
        assert name in README, name
    for status in Status:
        assert f"`{status.word}`" in README
    assert detectors.DEFAULT in README


def test_the_pictures_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).parents[1] / target).exists(), target
