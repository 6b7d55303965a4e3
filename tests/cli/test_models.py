"""``climbpose models``, and runs whose model files are absent, damaged or out of reach."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from climbpose import assets, detectors, smoothers
from tests.cli.stage import Stage, document, refusal, run

BLAZEPOSE = ("--detector", "blazepose")
DEAD_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_INDEX": ""}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no index to fetch from."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(folder))
    for name, value in DEAD_INDEX.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def test_list_names_everything_with_its_hash(cache: Path) -> None:
    text = run("models", "list").stdout
    for name in [*detectors.names(), *smoothers.names()]:
        assert name in text
    for asset in [*detectors.assets_of("blazepose"), *detectors.assets_of("keypoint-rcnn")]:
        assert asset.sha256 in text
    assert text.count("(default)") == 2
    assert "not fetched yet" in text


def test_where(cache: Path) -> None:
    lines = run("models", "where").stdout.splitlines()
    both = [*detectors.assets_of("blazepose"), *detectors.assets_of("keypoint-rcnn")]
    names = [asset.name for asset in both]
    assert [line.strip() for line in lines] == [str(cache), *names]


def test_offline_without_models_is_refused(stage: Stage, cache: Path) -> None:
    message = refusal(run("annotate", stage.video, *BLAZEPOSE, "--offline"), 1)
    assert str(cache) in message
    assert "--offline forbids fetching; run `climbpose models fetch`" in message
    assert stage.names() <= {"cache"}


def test_precomputed_detections_and_tracks_need_no_models(stage: Stage, cache: Path) -> None:
    assert stage.annotate("--offline").exit_code == 0


def test_no_network_is_told_in_one_line(cache: Path) -> None:
    result = run("models", "fetch")
    message = refusal(result, 1)
    assert "could not be fetched with pip" in message
    assert "connect to a network" in message
    assert not list(cache.iterdir())


def test_no_network_stops_annotate_before_work(stage: Stage, cache: Path) -> None:
    result = run("annotate", stage.video, *BLAZEPOSE)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith("fetching ")
    assert "could not be fetched with pip" in lines[-1]
    assert "Traceback" not in result.stderr
    assert not stage.output("tracks.csv").exists()


def test_damaged_model_is_not_used(stage: Stage, cache: Path) -> None:
    cache.mkdir()
    for asset in [*detectors.assets_of("blazepose"), *detectors.assets_of("keypoint-rcnn")]:
        asset.path.write_bytes(b"damaged")
    assert "damaged" in run("models", "list").stdout
    assert "or damaged" in refusal(run("annotate", stage.video, *BLAZEPOSE, "--offline"), 1)


def test_unwritable_cache_is_told_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(file / "cache"))
    monkeypatch.setattr(assets, "_download", lambda *_: pytest.fail("downloaded in vain"))
    message = refusal(run("models", "fetch"), 1)
    assert f"set {assets.CACHE_VARIABLE} to a folder" in message


def test_the_default_detector_fetches_nothing(stage: Stage, cache: Path) -> None:
    """Its networks run on a picture of nobody, and say nothing of their own on stderr."""
    assert detectors.assets_of(detectors.DEFAULT) == ()
    command = [sys.executable, "-m", "climbpose", "annotate", str(stage.video), "--offline"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 4, done.stderr
    assert done.stderr.splitlines() == [
        f"climbpose: error: nobody was found in {stage.video}; the tracks are empty and no video "
        "was written"
    ]
    assert not cache.exists()


@pytest.mark.clips
def test_default_detector_on_a_climb(climbing_clips: Path, tmp_path: Path) -> None:
    clip = climbing_clips / "h22jju_lunge.mp4"
    result = run("annotate", clip, "-o", tmp_path, "--end", "0.4", "--json", "--offline")
    assert result.exit_code == 0
    (only,) = document(result)["results"]
    names = [f"{name}.safetensors" for name in ("person", "climbing", "conv3d")]
    assert [model["name"] for model in only["report"]["models"]] == names
    frames = only["report"]["frames"]
    assert frames["with_climber"] == frames["decoded"] == 12


@pytest.mark.weights
def test_published_networks_from_the_cache(stage: Stage, models: None) -> None:
    assert run("annotate", stage.video, *BLAZEPOSE, "--offline").exit_code == 4
