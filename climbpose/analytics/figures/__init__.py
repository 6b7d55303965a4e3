"""The measures: each takes figures and series of a climb, in a file of its own."""

from climbpose.analytics.figures.base import GROUPS, Findings, factory, names, register

__all__ = ["GROUPS", "Findings", "factory", "names", "register"]
