"""The browser and the pages that its tests share."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from climbpose.comparing.registration import Registration
from climbpose.labels import ClipLabels
from climbpose.pages import Climb, Pair, write_comparison, write_report
from tests.pages import browser as chromium
from tests.pages import made

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def labels() -> ClipLabels:
    return ClipLabels.read(EXAMPLES / "boulder_labels.npz")


@pytest.fixture(scope="session")
def climb(labels: ClipLabels) -> Climb:
    return made.climb_of(labels, EXAMPLES / "boulder.mp4")


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    with chromium.launched() as launched:
        yield launched


@pytest.fixture(scope="session")
def report(climb: Climb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report([climb], path)
    return path


@pytest.fixture(scope="session")
def two_climbs(climb: Climb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two climbs with linked videos."""
    path = tmp_path_factory.mktemp("two") / "report.html"
    write_report([climb, replace(climb, title="second attempt")], path, embed_bytes=0)
    return path


@pytest.fixture(scope="session")
def pair(climb: Climb) -> Pair:
    """A climb beside itself: the second begins half a second later, a little aside, and slower."""
    return Pair(
        first=replace(climb, title="first <try>"),
        second=replace(climb, title="second <try>"),
        registration=Registration(np.array([[1.0, 0, 30], [0, 1, -20], [0, 0, 1]]), 2.0, 50, 0.9),
        alignment=made.alignment_of(climb.measures),
        notes=["B was filmed from farther away."],
    )


@pytest.fixture(scope="session")
def comparison(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pair") / "compare.html"
    assert pair.first.annotated is not None
    write_comparison(replace(pair, films={"Ghost": pair.first.annotated}), path)
    return path
