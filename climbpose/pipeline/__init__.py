"""From a video to its files: the stages in order."""

from climbpose.pipeline.log import Observer
from climbpose.pipeline.run import annotate, fetch_models

__all__ = ["Observer", "annotate", "fetch_models"]
