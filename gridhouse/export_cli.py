"""Commands that write what others read: `export`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridhouse.command import Usage, console, guard

export = typer.Typer(no_args_is_help=True, help="Write tables in the file formats of others.")


class Network(StrEnum):
    """What Open Electricity calls a network."""

    NEM = "NEM"
    WEM = "WEM"


class Kind(StrEnum):
    """Files of Open Electricity."""

    power = "power"
    energy = "energy"


@export.command()
def opennem(
    to: Annotated[Path, typer.Option(metavar="DIR", help="Takes v4/stats/au/...")],
    kinds: Annotated[
        list[Kind] | None, typer.Argument(help="power (7 days), energy (years, months) or both.")
    ] = None,
    network: Annotated[Network, typer.Option(help="Network.")] = Network.NEM,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this region, such as NSW1; may be repeated (default: all, and the network)."
        ),
    ] = None,
    trapezoid: Annotated[
        bool,
        typer.Option(
            help="Energies one interval late, as Open Electricity files them; values and emissions "
            "stay those of the interval itself."
        ),
    ] = False,
) -> None:
    """The static JSON files of Open Electricity, from what was built."""
    from gridhouse.exports import opennem as files

    with guard() as settings:
        if to.exists() and not to.is_dir():
            raise Usage(f"--to {to}: a folder is needed")
        try:
            written = files.write(
                settings,
                to,
                network.value,
                [r.upper() for r in region or []],
                [k.value for k in kinds or list(Kind)],
                trapezoid,
            )
        except (files.NoData, files.BadName) as error:
            raise Usage(str(error)) from None
        for path in written:
            console.print(str(path), markup=False, highlight=False, soft_wrap=True)
