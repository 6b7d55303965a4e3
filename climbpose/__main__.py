"""Lets ``python -m climbpose`` stand for the command."""

from climbpose.cli import main

main()
