"""Configs come back from JSON as they were; a value of another kind is refused by its name."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.training.config_json import revived


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5


@dataclass(frozen=True)
class Outer:
    count: int
    is_on: bool
    name: str
    path: Path | None
    pair: tuple[float, float]
    names: tuple[str, ...]
    parts: dict[str, float]
    inner: Inner


words = st.text(st.characters(categories=["L", "N"]), max_size=20)
numbers = st.floats(-1e9, 1e9)

outers = st.builds(
    Outer,
    count=st.integers(-(2**63), 2**63),
    is_on=st.booleans(),
    name=words,
    path=st.none() | words.filter(bool).map(Path),
    pair=st.tuples(numbers, numbers),
    names=st.lists(words).map(tuple),
    parts=st.dictionaries(words, numbers),
    inner=st.builds(Inner, numbers),
)


@given(outers)
def test_there_and_back(outer: Outer) -> None:
    content = json.loads(json.dumps(asdict(outer), default=str))
    assert revived(Outer, content) == outer


GOOD: dict[str, Any] = {
    "count": 3,
    "is_on": True,
    "name": "a",
    "path": "b/c",
    "pair": [1, 2.5],
    "names": ["x"],
    "parts": {"y": 1},
    "inner": {"rate": 1},
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"count": 3.0}, "count: 3.0"),
        ({"count": True}, "count: True"),
        ({"count": 2**64}, "count: 1844"),
        ({"is_on": 1}, "is_on: 1"),
        ({"name": None}, "name: None"),
        ({"name": "a\x00b"}, "name: "),
        ({"path": 5}, "path: 5"),
        ({"path": "a/" + 300 * "b"}, "path: "),
        ({"pair": [1]}, r"pair: \[1\]"),
        ({"pair": [1, float("nan")]}, "pair: nan"),
        ({"names": "xyz"}, "names: 'xyz'"),
        ({"parts": {"y": 10**400}}, "parts: 1000"),
        ({"inner": 5}, "expected"),
        ({"more": 1}, "expected"),
    ],
)
def test_other_kinds_are_refused(change: dict[str, Any], reason: str) -> None:
    assert revived(Outer, GOOD).pair == (1.0, 2.5)
    with pytest.raises(ValueError, match=reason):
        revived(Outer, GOOD | change)
