from pathlib import Path

import pytest

from climbpose.datasets.named_sources import DataSource, parse_sources
from climbpose.errors import UsageError


def test_kind_and_options_are_parsed(tmp_path: Path) -> None:
    sources = parse_sources(
        ["cmu=here", str(tmp_path)], ["cmu.views=2", "fps=25", "cmu.trials=01_02, 02_01"]
    )
    assert sources == (
        DataSource(Path("here"), "cmu", {"views": 2, "fps": 25.0, "trials": ["01_02", "02_01"]}),
        DataSource(tmp_path, None, {"fps": 25.0}),
    )
    (hidden,) = parse_sources(["penn-action=x"], ["with_hidden=yes"])
    assert hidden.options == {"with_hidden": True}


def test_path_with_an_equals_sign(tmp_path: Path) -> None:
    path = tmp_path / "a=b.npz"
    path.touch()
    assert DataSource.parsed(str(path)) == DataSource(path)


@pytest.mark.parametrize(
    ("texts", "options", "reason"),
    [
        (["what=here"], [], "no kind of data is named 'what'; choose one of: pose-clips"),
        (["here"], ["fps"], "expected NAME=VALUE, found 'fps'"),
        (["here"], ["cmu.fps=2"], "no --data cmu=PATH is given"),
        (["cmu=here"], ["fps=fast"], "fps: expected a number, found 'fast'"),
        (["penn-action=here"], ["with_hidden=1"], "with_hidden: expected yes or no, found '1'"),
    ],
)
def test_wrong_words_are_refused(texts: list[str], options: list[str], reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_sources(texts, options)
    assert reason in str(refused.value)


def test_json_and_back() -> None:
    (source,) = parse_sources([f"cmu={Path('here').absolute()}"], ["views=2"])
    assert DataSource.from_json(source.to_json()) == source
    # A checkpoint tells no folder of this machine.
    assert source.described() == {"kind": "cmu", "name": "here", "options": {"views": 2}}
