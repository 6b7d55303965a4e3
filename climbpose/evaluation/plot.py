"""An evaluation as a picture: each metric's figures with their intervals."""

import importlib.util
import math
from pathlib import Path

from climbpose.errors import UsageError
from climbpose.evaluation.figures import ALL
from climbpose.evaluation.markdown import heading
from climbpose.evaluation.report import Evaluation

_ROW_INCHES = 0.28
_PANEL_INCHES = 2.6
_DPI = 120


def check_plot(path: Path) -> None:
    """Makes sure that pictures can be drawn.

    Raises:
        UsageError: Matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError(f"{path} needs matplotlib: pip install matplotlib")


def write_plot(evaluation: Evaluation, path: Path) -> None:
    """Draws a panel for each metric, a row for each candidate, the first one's value as a line.

    Args:
        evaluation: What was measured.
        path: The PNG file, whatever its ending.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figures, units = evaluation.by_name(), evaluation.units()
    names, panels = evaluation.candidates, evaluation.metrics
    size = (1.5 + _PANEL_INCHES * len(panels), 1.2 + _ROW_INCHES * len(names))
    picture = Figure(figsize=size, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axis, metric in zip(axes, panels, strict=True):
        of = [figures[ALL, evaluation.keypoints, name, metric] for name in names]
        for row, one in enumerate(of):
            colour = "tab:grey" if row == 0 else "tab:blue"
            if not math.isnan(one.low):
                axis.plot([one.low, one.high], [row, row], color=colour, linewidth=2, alpha=0.5)
            axis.plot([one.value], [row], "o", color=colour, markersize=4)
            if (published := evaluation.reference.get((one.candidate, metric))) is not None:
                axis.plot([published], [row], "x", color="tab:red", label="thesis A")
        if not math.isnan(of[0].value):
            axis.axvline(of[0].value, color="tab:grey", linewidth=0.8, linestyle=":")
        axis.set_title(heading(metric, units[metric]), fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(names)), [_plain(name) for name in names])
    axes[0].invert_yaxis()
    picture.suptitle(f"{evaluation.setting}; {evaluation.keypoints}", fontsize=9)
    picture.savefig(path, format="png")


def _plain(text: str) -> str:
    """The text as it is, where a dollar sign would begin a formula."""
    return text.replace("$", r"\$")
