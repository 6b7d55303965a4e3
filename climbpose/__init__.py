"""A climber's pose from a phone video: keypoint tracks and an annotated video."""

__version__ = "0.1.0"
