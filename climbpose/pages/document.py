"""The page around the content: its looks, its scripts, and a policy that lets nothing else in."""

import base64
import hashlib
import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from plotly.offline import get_plotlyjs

from climbpose import __version__
from climbpose.errors import VideoError
from climbpose.files import part_file
from climbpose.pages.markup import Markup, element, text

_STYLES = ("base.css", "player.css", "content.css", "print.css")

_SCRIPTS = (
    "clock.js",
    "video.js",
    "timeline.js",
    "wall.js",
    "plots.js",
    "tables.js",
    "controls.js",
    "climb.js",
    "pair.js",
    "page.js",
)


def write_page(
    path: Path,
    *,
    title: str,
    body: Markup,
    data: Sequence[Markup],
    scripts: Sequence[str] = _SCRIPTS,
    has_plots: bool,
) -> None:
    """Writes a page that needs no other file but videos that it links to.

    Args:
        path: The page.
        title: Of the page.
        body: Its content.
        data: What the scripts read.
        scripts: Names of the assets that make it move.
        has_plots: Whether it needs plotly.

    Raises:
        ClimbposeError: The page cannot be written.
    """
    early, script = asset("theme.js"), bundle(scripts)
    plotting = get_plotlyjs().replace("\r\n", "\n") if has_plots else ""
    page = Template(asset("page.html")).substitute(
        policy=text(policy([early, script, *([plotting] if plotting else [])])),
        version=text(__version__),
        title=text(title),
        style="\n".join(asset(name) for name in _STYLES),
        early=early,
        body=body,
        data="\n".join(data),
        plotting=f"<script>{plotting}</script>" if plotting else "",
        script=script,
    )
    with part_file(path) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


def asset(name: str) -> str:
    """The text of one of the page's own files."""
    folder = files("climbpose.pages") / "assets"
    return (folder / name).read_text(encoding="utf-8")


def bundle(names: Sequence[str]) -> str:
    """Scripts as one, apart from whatever else a page holds."""
    parts = "\n".join(asset(name) for name in names)
    return f'(() => {{\n"use strict";\n{parts}\n}})();'


def policy(scripts: Sequence[str]) -> str:
    """What the page may do: run its own scripts and show what it holds, and reach nothing.

    Plotly sets styles while it runs, which no hash can name.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "media-src blob: data: file: 'self'; base-uri 'none'; form-action 'none'"
    )


def link_to(target: Path, page: Path) -> str:
    """The address of a file beside a page; relative, so that both can be moved together."""
    try:
        relative = os.path.relpath(target.absolute(), page.absolute().parent)
    except ValueError:
        # Windows: the file is on another drive.
        return target.absolute().as_uri()
    parts = Path(relative).as_posix().encode("utf-8", "surrogateescape")
    return f"./{quote(parts)}"


def embedded(video: Path, identifier: str) -> Markup:
    """A video in the page, as text that scripts turn back.

    Raises:
        VideoError: It cannot be read.
    """
    try:
        content = video.read_bytes()
    except OSError as error:
        raise VideoError(
            f"{video} cannot be read ({error.strerror}); write the annotated video first"
        ) from error
    coded = Markup(base64.b64encode(content).decode())
    return element("script", coded, type="text/plain", id=identifier)
