"""Help, version and completion: quick, and without anything heavy."""

import os
import subprocess
import sys

import pytest

import climbpose
from tests.cli.stage import refusal, run

HEAVY = {"torch", "numpy", "cv2", "av", "scipy", "openvino", "safetensors", "rich.progress"}
SYNTH_OPTIONS = [
    *("--clips", "--seconds", "--seed", "--size", "--fps", "--vary", "--jobs", "--overwrite"),
    *("--resume", "--json", "--progress", "--quiet"),
]
OPTIONS = [
    *("--output", "--overwrite", "--skip-existing", "--detector", "--quality", "--weights"),
    *(
        "--smoother",
        "--smooth-strength",
        "--person",
        "--start",
        "--end",
        "--rotate",
        "--no-audio",
        "--crf",
    ),
    *("--preset", "--scale", "--tracks", "--layers", "--keep-raw", "--json", "--progress"),
    *("--quiet", "--verbose", "--offline", "--resume", "--manifest", "--jobs", "--engine"),
    *("--address", "--every", "--encoder"),
]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["annotate", "--help"],
        ["synth", "--help"],
        ["manifest", "--help"],
        ["--version"],
    ],
)
def test_help_is_light_and_quick(arguments: list[str]) -> None:
    code = (
        "import sys, time; start = time.process_time()\n"
        "from climbpose.cli import main\n"
        f"sys.argv = ['climbpose', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print('LOADED', *({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
        "print('SECONDS', time.process_time() - start, file=sys.stderr)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)  # the first may have to compile
    ]
    lines = runs[-1].stderr.splitlines()
    assert lines[0].split() == ["LOADED"]
    assert float(lines[1].split()[1]) < 0.5


def test_help_names_every_command_and_option() -> None:
    text = run("--help").stdout
    assert "annotate" in text
    assert "models" in text
    assert "synth" in text
    text = run("annotate", "--help").stdout
    for option in OPTIONS:
        assert option in text
    text = run("synth", "--help").stdout
    for option in SYNTH_OPTIONS:
        assert option in text


def test_version() -> None:
    assert run("--version").stdout == f"climbpose {climbpose.__version__}\n"


def test_no_video_is_a_usage_error() -> None:
    assert "Missing argument" in refusal(run("annotate"), 2)


def test_no_command_shows_the_help() -> None:
    result = run()
    assert result.exit_code == 2
    assert "Usage" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    environment = {
        **os.environ,
        "_CLIMBPOSE_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "climbpose ann",
        "COMP_WORDS": "climbpose ann",
        "COMP_CWORD": "1",
    }
    code = "import sys; sys.argv = ['climbpose']; from climbpose.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment)
    assert b"annotate" in done.stdout
