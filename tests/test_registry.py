import sys
from pathlib import Path

import pytest

from climbpose import detectors, exporters, render, smoothers
from climbpose.errors import UsageError
from climbpose.registry import Registry


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[str]:
    """A package of hats on disk, whose files register themselves."""
    package = tmp_path / "hats"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from climbpose.registry import Registry\nregistry = Registry('hat', 'hats')\n"
    )
    for name in ("straw", "bowler"):
        (package / f"{name}.py").write_text(
            f"from hats import registry\n@registry.register('{name}')\n"
            f"def make():\n    return 'a {name} hat'\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("hats", "hats.straw", "hats.bowler"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import hats  # type: ignore[import-not-found]

    registry: Registry[str] = hats.registry
    return registry


def test_files_are_found_on_first_use(family: Registry[str]) -> None:
    assert "hats.straw" not in sys.modules
    assert family.names() == ["bowler", "straw"]
    assert family.factory("straw")() == "a straw hat"


def test_unknown_name_lists_the_known(family: Registry[str]) -> None:
    with pytest.raises(UsageError, match="no hat is named 'top'; choose one of: bowler, straw"):
        family.factory("top")


def test_name_taken_twice_is_refused(family: Registry[str]) -> None:
    family.names()
    with pytest.raises(ValueError, match="hat 'straw' is registered twice"):
        family.register("straw")(str)


def test_every_family_has_what_the_command_line_promises() -> None:
    assert {"blazepose", "climbing", "precomputed"} <= set(detectors.names())
    assert {"none", "savgol", "one-euro", "gaussian", "butterworth"} <= set(smoothers.names())
    assert set(render.names()) == {"skeleton", "trail", "box", "heatmap", "caption"}
    assert {"tracks-csv", "overlay-mp4"} <= set(exporters.names())
    assert detectors.DEFAULT in detectors.names()
    assert smoothers.DEFAULT in smoothers.names()


def test_suffixes_of_exporters_differ() -> None:
    suffixes = [exporters.create(name).suffix for name in exporters.names()]
    assert len(set(suffixes)) == len(suffixes)
