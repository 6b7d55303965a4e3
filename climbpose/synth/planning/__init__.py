"""Decides what the climber does: a route, moves, falls, walks."""
