"""Render: layers that draw what is known of a climber on the pictures of the video."""

from climbpose.render.base import Layer, create, factory, names, need_detections, register

__all__ = ["Layer", "create", "factory", "names", "need_detections", "register"]
