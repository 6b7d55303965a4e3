"""``climbpose models``: what detectors and smoothers there are, and their files."""

from typing import Annotated

import typer

from climbpose.cli.errors import reported

models = typer.Typer(
    help="Lists, fetches and locates the model files.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@models.command("list")
def list_models() -> None:
    """Lists the detectors and smoothers, their files and hashes."""
    with reported():
        from climbpose import detectors, smoothers

        for name in detectors.names():
            default = " (default)" if name == detectors.DEFAULT else ""
            typer.echo(f"detector {name}{default}: {_described(detectors.factory(name))}")
            for asset in detectors.assets_of(name):
                state = "present" if asset.is_intact else "not fetched yet"
                if asset.is_present and not asset.is_intact:
                    state = "damaged, fetch it again"
                typer.echo(
                    f"  {asset.name}  {asset.licence}  {state}\n    sha256 {asset.sha256}\n"
                    f"    from {', '.join(filter(None, (asset.source.requirement, asset.member)))}"
                )
            for shipped in detectors.shipped_with(name):
                typer.echo(_shipped(shipped))
        for name in smoothers.names():
            default = " (default)" if name == smoothers.DEFAULT else ""
            factory = smoothers.registry.factory(name)
            typer.echo(f"smoother {name}{default}: {_described(factory)}")
            if hasattr(factory, "shipped"):
                typer.echo(_shipped(factory.shipped))


@models.command()
def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DETECTOR]...", help="Whose files; default: all but the large ones."
        ),
    ] = None,
) -> None:
    """Fetches the model files of detectors into the cache and checks their hashes."""
    with reported():
        from climbpose import assets, detectors

        wanted = [
            asset
            for name in names or detectors.names()
            for asset in detectors.assets_of(name)
            if names or not asset.only_for
        ]
        assets.fetch(wanted, typer.echo)
        for asset in wanted:
            typer.echo(f"{asset.path}: present, sha256 as published")


@models.command()
def where() -> None:
    """Prints the folder of the model files and the names they have there."""
    with reported():
        from climbpose import assets, detectors

        typer.echo(str(assets.cache_folder()))
        for name in detectors.names():
            for asset in detectors.assets_of(name):
                typer.echo(f"  {asset.name}")


def _shipped(name: str) -> str:
    """A checkpoint that comes with climbpose: its hash and what it says of its origin."""
    from climbpose import checkpoint
    from climbpose.errors import ModelError

    try:
        file = checkpoint.read(name)
    except ModelError as error:
        return f"  {name}  {error}"
    header = file.header
    facts = [str(header["family"]), f"{file.parameters:,} parameters"]
    if "window" in header:
        facts.append(f"window of {header['window']} frames at {header['fps']:g} a second")
    return (
        f"  {file.file_name}  {header.get('licence', 'unknown licence')}  comes with climbpose\n"
        f"    {', '.join(facts)}\n"
        f"    sha256 {file.sha256}\n"
        f"    from {header.get('origin', 'unknown origin')}\n"
        f"    trained on {_listed(header.get('data'))}"
    )


def _listed(data: object) -> str:
    if isinstance(data, dict):
        return ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in data.items())
    return "; ".join(map(str, data)) if isinstance(data, list) else str(data or "nothing stated")


def _described(factory: object) -> str:
    return str(getattr(factory, "description", "no description"))
