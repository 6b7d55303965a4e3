"""Detectors: frames in, every person of each frame out."""
