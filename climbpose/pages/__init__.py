"""Pages that a coach looks at: a report of climbs, and two climbs compared."""

from climbpose.pages.comparison import write_comparison
from climbpose.pages.report import write_report
from climbpose.pages.values import EMBED_BYTES, Climb, Pair

__all__ = ["EMBED_BYTES", "Climb", "Pair", "write_comparison", "write_report"]
