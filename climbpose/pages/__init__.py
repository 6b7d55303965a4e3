"""Pages that a coach looks at: a report of climbs, and two climbs compared."""

from climbpose.pages.report import write_report
from climbpose.pages.values import EMBED_BYTES, Climb

__all__ = ["EMBED_BYTES", "Climb", "write_report"]
