"""Finds the body that does what is planned."""
