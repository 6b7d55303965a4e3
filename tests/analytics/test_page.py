"""The page on the measures says what the measures say of themselves."""

from pathlib import Path

from climbpose import analytics
from climbpose.analytics import figures
from climbpose.analytics.measuring import MeasureOptions, measure
from climbpose.analytics.values import Figure
from climbpose.labels import ClipLabels
from climbpose.wall.motion import CameraMotion
from tests.analytics.climbers import EXAMPLE, true_track

PAGE = Path(analytics.__file__).with_name("README.md")
_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def tables(found: list[Figure]) -> str:
    """A table for each group of figures."""
    parts = []
    for group in figures.GROUPS:
        rows = [one for one in found if one.group == group]
        lines = [
            f"| `{one.name}` | {one.label} | {one.unit or '-'} | {one.meaning} | {one.caveat} "
            f"| {one.source} |"
            for one in rows
        ]
        head = "| name | in words | unit | what it says | where it misleads | source |"
        parts.append("\n".join([f"### {group.capitalize()}\n", head, "|---|---|---|---|---|---|"]))
        parts[-1] += "\n" + "\n".join(lines) + "\n"
    return "\n".join(parts)


def test_the_page_is_in_step_with_the_measures() -> None:
    """If this fails, run ``python -m tests.analytics.test_page`` and read what has changed."""
    text = PAGE.read_text(encoding="utf-8")
    told = text[text.index(_BEGIN) + len(_BEGIN) : text.index(_END)]
    assert told == _current()


def _current() -> str:
    poses = true_track(ClipLabels.read(EXAMPLE))
    found = measure(poses, CameraMotion.static(poses.frame_index), MeasureOptions())
    return tables(list(found.figures))


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    PAGE.write_text(f"{before}{_BEGIN}{_current()}{_END}{rest.partition(_END)[2]}", "utf-8")
