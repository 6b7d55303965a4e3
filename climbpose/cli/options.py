"""Options that several commands have."""

from typing import Annotated

import typer

TALK = "Messages"

Progress = Annotated[
    str, typer.Option(metavar="auto|json|none", help="Progress on stderr.", rich_help_panel=TALK)
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Errors only.", rich_help_panel=TALK)]
Offline = Annotated[
    bool, typer.Option("--offline", help="Never fetch model files.", rich_help_panel=TALK)
]
