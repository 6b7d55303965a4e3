"""The list of a season: rows that survive crashes, spreadsheets and odd names."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from climbpose.batch.manifest import Manifest, placed, read
from climbpose.batch.rows import COLUMNS, MadeFile, Row
from climbpose.batch.task import SKIPPED, Outcome, failure
from climbpose.errors import ClimbposeError, UsageError
from tests.batch.climbs import Climbs, make_climbs

TEXTS = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
NUMBERS = strategies.integers(0, 2**40)
SHA = strategies.text("0123456789abcdef", min_size=64, max_size=64)
MAYBE = strategies.none() | TEXTS
JSON = strategies.none() | strategies.booleans() | NUMBERS | TEXTS
MADE = strategies.tuples(TEXTS, strategies.none() | NUMBERS, strategies.none() | SHA)
# Checked types must not be made while hypothesis draws, as their checks use chance too.
ROWS = strategies.fixed_dictionaries(
    {
        "source": TEXTS,
        "status": strategies.sampled_from(["done", "nobody", "failed", "skipped"]),
        "error": MAYBE,
        "bytes": strategies.none() | NUMBERS,
        "sha256": strategies.none() | SHA,
        "outputs": strategies.lists(MADE, max_size=3),
        "climbpose": MAYBE,
        "models": strategies.dictionaries(TEXTS, SHA, max_size=2),
        "options": strategies.dictionaries(TEXTS, JSON, max_size=3),
        "started_at": MAYBE,
        "seconds": strategies.none() | strategies.floats(0, 1e6),
    }
)


def row_of(drawn: dict[str, Any]) -> Row:
    return Row(**{**drawn, "outputs": tuple(MadeFile(*made) for made in drawn["outputs"])})


@given(ROWS)
def test_rows_come_back(drawn: dict[str, Any]) -> None:
    row = row_of(drawn)
    assert Row.from_json(row.to_json()) == row
    assert "\n" not in row.to_json()
    cells = row.to_cells()
    assert Row.from_cells(cells) == row
    assert not [cell for cell in cells if "\n" in cell or "\r" in cell]
    # Spreadsheets take these for formulas.
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t")]


@settings(max_examples=15)
@given(strategies.lists(ROWS, max_size=4), strategies.sampled_from(["m.csv", "m.jsonl"]))
def test_manifests_come_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[dict[str, Any]], name: str
) -> None:
    path = tmp_path_factory.mktemp("manifest") / name
    known = {row.source: row for row in map(row_of, drawn)}
    Manifest(path, known).write()
    assert read(path) == list(known.values())


@pytest.fixture(params=["season.csv", "season.jsonl"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def outcomes(folder: Path) -> list[Outcome]:
    climbs = make_climbs(folder, "a", "b", "c")
    report: dict[str, Any] = {
        "climbpose": "0.5",
        "status": "done",
        "started_at": "2026-11-21T20:00:00+00:00",
        "arguments": {"crf": 22, "jobs": "2", "weights": Path("w")},
        "models": [{"name": "m", "sha256": "ab"}],
        "timings_s": {"total": 3.5},
        "source": {"bytes": 3, "sha256": "cd", "modified": "x"},
        "files": {"a_tracks.csv": {"bytes": 4, "sha256": "ef", "modified": "x"}},
    }
    return [
        Outcome(climbs.task("a"), "done", report),
        failure(climbs.task("b"), "=cmd|' /C calc'!A0"),
        Outcome(climbs.task("c"), SKIPPED),
    ]


def test_each_row_is_written_as_soon_as_it_is_known(path: Path, tmp_path: Path) -> None:
    first, second, third = outcomes(tmp_path)
    with Manifest.opened(path) as ledger:
        assert read(path) == []
        ledger.note(first)
        (row,) = read(path)
        ledger.note(second)
        assert len(read(path)) == 2
        ledger.note(third)
    assert row == Row(
        source="a.mp4",
        status="done",
        bytes=3,
        sha256="cd",
        outputs=(MadeFile("a_tracks.csv", 4, "ef"),),
        climbpose="0.5",
        models={"m": "ab"},
        options={"crf": 22, "weights": "w"},
        started_at="2026-11-21T20:00:00+00:00",
        seconds=3.5,
    )
    failed = read(path)[1]
    assert (failed.status, failed.error) == ("failed", "=cmd|' /C calc'!A0")
    assert failed.bytes == (tmp_path / "b.mp4").stat().st_size
    assert not list(tmp_path.glob("*.part"))


def test_later_run_has_the_last_word(path: Path, tmp_path: Path) -> None:
    first, second, _ = outcomes(tmp_path)
    with Manifest.opened(path) as ledger:
        ledger.note(first)
        ledger.note(second)
    with Manifest.opened(path) as ledger:
        ledger.note(failure(first.task, "vanished"))
        ledger.note(Outcome(second.task, SKIPPED))
    rows = {row.source: row.status for row in read(path)}
    assert rows == {"a.mp4": "failed", "b.mp4": "failed"}
    # Once each in the file too.
    assert path.read_text().count("a.mp4") == 1


def test_crash_leaves_whole_lines(path: Path, tmp_path: Path) -> None:
    first, second, third = outcomes(tmp_path)
    ledger = Manifest(path)
    ledger.write()
    ledger.note(first)
    ledger.note(second)
    content = path.read_bytes()
    for cut in range(1, 40):
        path.write_bytes(content[:-cut])
        assert [row.source for row in read(path)] == ["a.mp4"]
    with Manifest.opened(path) as again:
        again.note(third)
    assert [row.source for row in read(path)] == ["a.mp4", "c.mp4"]


def test_second_batch_on_the_same_manifest_is_refused(path: Path) -> None:
    with (
        Manifest.opened(path),
        pytest.raises(ClimbposeError, match="is being written by another run"),
        Manifest.opened(path),
    ):
        pass


@pytest.mark.parametrize(
    "content", ["shopping\nmilk\n", '"open', "{}\n", "[]\n", "[" * 9999 + "\n", "\xff\n", "1,2\n"]
)
def test_file_of_somebody_else_is_never_replaced(path: Path, content: str) -> None:
    path.write_bytes(content.encode("latin-1"))
    with (
        pytest.raises(ClimbposeError, match="is no manifest of climbpose: line 1"),
        Manifest.opened(path),
    ):
        pass
    assert path.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize(
    "change",
    [
        {"source": 3},
        {"source": ""},
        {"status": None},
        {"bytes": "many"},
        {"bytes": True},
        {"outputs": [3]},
        {"outputs": [{"path": 3}]},
        {"seconds": "long"},
        {"options": []},
    ],
)
def test_wrong_value_is_told_with_its_line(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "m.jsonl"
    good = json.loads(Row("a.mp4", "done").to_json())
    path.write_text(f"{json.dumps(good)}\n{json.dumps({**good, **change})}\n")
    with pytest.raises(ClimbposeError, match="line 2: "):
        read(path)


def test_table_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    row = Row("=danger.mp4", "failed", "-1")
    Manifest(path, {row.source: row}).write()
    with path.open(newline="") as file:
        header, cells = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert cells[:3] == ["'=danger.mp4", "failed", "'-1"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(path) == [row]


def test_paths_move_with_the_manifest(tmp_path: Path) -> None:
    ledger = Manifest(tmp_path / "lists" / "m.csv")
    (tmp_path / "lists").mkdir()
    inside, outside = tmp_path / "lists" / "day" / "a.mp4", tmp_path / "b.mp4"
    assert ledger.told(inside) == "day/a.mp4"
    assert ledger.told(outside) == str(outside)
    for place in (inside, outside):
        assert placed(ledger.path, ledger.told(place)) == place


def test_full_disk_does_not_end_a_batch(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = outcomes(tmp_path)
    with Manifest.opened(path) as ledger:
        monkeypatch.setattr(Manifest, "_append", fail)
        ledger.note(first)
        assert ledger.problem
        monkeypatch.undo()
        ledger.note(second)
        assert ledger.problem is None
    assert len(read(path)) == 2


def fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_name_of_no_known_kind(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"ends in \.csv or \.jsonl"),
        Manifest.opened(tmp_path / "m.txt"),
    ):
        pass
    with (
        pytest.raises(UsageError, match="does not exist; make it first"),
        Manifest.opened(tmp_path / "no" / "m.csv"),
    ):
        pass


def test_name_that_is_not_unicode(path: Path, tmp_path: Path) -> None:
    task = Climbs(tmp_path).task("caf\udce9")
    with Manifest.opened(path) as ledger:
        ledger.note(failure(task, "absent"))
    assert read(path)[0].source == "caf\udce9.mp4"
