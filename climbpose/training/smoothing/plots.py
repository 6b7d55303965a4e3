"""Curves of a smoother's training: loss, PCK, where the rate fell; thesis A's figures 14 and 16."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from climbpose.files import part_file
from climbpose.noising.scoring import THRESHOLDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE_NAME = "curves.png"

_COLOURS = ("#1f77b4", "#2ca02c", "#d62728")


def draw(table: Sequence[dict[str, float]], title: str, folder: Path) -> None:
    """Draws the curves of the figures so far into `FILE_NAME`.

    Args:
        table: One row for each epoch.
        title: Above the curves.
        folder: Of the run.

    Raises:
        ClimbposeError: The file cannot be written.
    """
    # Without pyplot, which would look for a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = [row for row in table if "val_loss" in row]
    if not rows:
        return
    figure = Figure(figsize=(8, 8), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True)
    figure.suptitle(title)
    _draw_loss(above, rows)
    _draw_pck(below, rows)
    for axes in (above, below):
        _mark_drops(axes, rows)
        axes.grid(alpha=0.25)
    with part_file(folder / FILE_NAME) as part:
        figure.savefig(part, format="png")


def _draw_loss(axes: "Axes", rows: Sequence[dict[str, float]]) -> None:
    epochs = [row["epoch"] for row in rows]
    known = [row for row in rows if "loss" in row]
    axes.plot([row["epoch"] for row in known], [row["loss"] for row in known], label="training")
    axes.plot(epochs, [row["val_loss"] for row in rows], label="validation")
    axes.set_ylabel("loss")
    values = [row[name] for row in rows for name in ("loss", "val_loss") if name in row]
    if min(values) > 0:
        axes.set_yscale("log")
    axes.legend(loc="upper right")


def _draw_pck(axes: "Axes", rows: Sequence[dict[str, float]]) -> None:
    epochs = [row["epoch"] for row in rows]
    for share, colour in zip(THRESHOLDS, _COLOURS, strict=True):
        values = [100 * row[f"pck@{share:g}"] for row in rows]
        axes.plot(epochs, values, color=colour, label=f"PCK@{share:g}")
        identity = 100 * rows[-1][f"identity@{share:g}"]
        axes.axhline(identity, color=colour, linestyle="--", linewidth=1, label="identity")
    axes.set_ylabel("keypoints right, validation (%)")
    axes.set_xlabel("epoch")
    axes.set_ylim(0, 102)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _mark_drops(axes: "Axes", rows: Sequence[dict[str, float]]) -> None:
    """A line after each epoch after which the learning rate fell."""
    rates = [(row["epoch"], row["rate"]) for row in rows if row.get("rate")]
    for (epoch, before), (_, after) in pairwise(rates):
        if after < before:
            axes.axvline(epoch, color="#777777", linestyle=":", linewidth=1)
            axes.annotate(
                f"rate {after:.0e}",
                (epoch, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(2, -2),
                textcoords="offset points",
                rotation=90,
                va="top",
                fontsize=7,
                color="#777777",
            )
