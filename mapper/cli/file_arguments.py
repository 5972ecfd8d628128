"""Arguments that name files, each written down once."""

from pathlib import Path
from typing import Annotated

import typer

from mapper.areas.naming import AREA_HELP

Paths = Annotated[list[Path], typer.Argument(help="Files, folders or zips of incidents.")]
ColumnMapping = Annotated[
    Path | None, typer.Option("--mapping", help="Column mapping (TOML) for files of another form.")
]
Repair = Annotated[
    bool, typer.Option("--repair-swapped", help="Swap latitude and longitude back where exchanged.")
]
Sinks = Annotated[
    Path | None,
    typer.Option("--sinks", help="Choices about geocode sinks (TOML): see mapper sinks."),
]
AreaName = Annotated[
    str,
    typer.Option("--area", help=AREA_HELP, show_default=False),
]
TableOut = Annotated[Path, typer.Option(help="Table to write, .csv or .parquet; a manifest too.")]
PlaceFiles = Annotated[
    list[Path] | None, typer.Option("--places", help="File of places near; repeat for several.")
]
Previous = Annotated[
    Path | None, typer.Option(help="Folder of an earlier run: places keep its hot spot ids.")
]
