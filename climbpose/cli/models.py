"""``climbpose models``: what detectors and smoothers there are, and their files."""

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
    from climbpose import detectors, smoothers

    with reported():
        for name in detectors.names():
            default = " (default)" if name == detectors.DEFAULT else ""
            typer.echo(f"detector {name}{default}: {detectors.registry.factory(name).description}")
            for asset in detectors.assets_of(name):
                state = "present" if asset.is_present else "not fetched yet"
                typer.echo(
                    f"  {asset.name}  {asset.licence}  {state}\n    sha256 {asset.sha256}\n"
                    f"    from {asset.wheel.requirement}, {asset.member}"
                )
        for name in smoothers.names():
            default = " (default)" if name == smoothers.DEFAULT else ""
            typer.echo(f"smoother {name}{default}: {smoothers.registry.factory(name).description}")


@models.command()
def fetch() -> None:
    """Fetches the model files of all detectors into the cache and checks their hashes."""
    from climbpose import assets, detectors

    with reported():
        wanted = [asset for name in detectors.names() for asset in detectors.assets_of(name)]
        assets.fetch(wanted, typer.echo)
        for asset in wanted:
            assets.load(asset)
            typer.echo(f"{asset.path}: present, sha256 as published")


@models.command()
def where() -> None:
    """Prints the folder of the model files and the names they have there."""
    from climbpose import assets, detectors

    with reported():
        typer.echo(str(assets.cache_folder()))
        for name in detectors.names():
            for asset in detectors.assets_of(name):
                typer.echo(f"  {asset.name}")
