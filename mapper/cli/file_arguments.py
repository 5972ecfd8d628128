"""Arguments that name files, each written down once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from mapper.areas.naming import AREA_HELP

Paths = Annotated[
    list[str],
    typer.Argument(help="Files, folders or zips of incidents, or a database's address."),
]
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
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="Only of folders called so, such as force=merseyside; repeat."),
]
Mend = Annotated[
    list[str] | None,
    typer.Option("--mend", help="What may mislead to mend, as mapper check names it; repeat."),
]
EngineName = Annotated[
    Literal["here", "dask"],
    typer.Option("--engine", help="Who counts: this process, or workers of dask."),
]
Scheduler = Annotated[
    str,
    typer.Option("--scheduler", help="Of dask, by its address; without it workers start here."),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Of dask on this machine; one for each core if left."),
]
AreaName = Annotated[
    str,
    typer.Option("--area", help=AREA_HELP, show_default=False),
]
TableOut = Annotated[
    Path,
    typer.Option(
        help="File to write, such as answer.csv (its form by its suffix), or - for standard output."
    ),
]
Readers = Annotated[
    Literal["operational", "partnership", "public"],
    typer.Option("--audience", help="Who will read it; others get the nearest they may be shown."),
]
Forms = Annotated[
    str,
    typer.Option(
        "--forms",
        help="Forms to write, with commas between: csv,xlsx,gpkg,geoparquet,geojson,kml,html.",
    ),
]
Comments = Annotated[
    bool,
    typer.Option("--csv-comments", help="Marking and caveats above the header of CSV, after #."),
]
Background = Annotated[
    Path | None,
    typer.Option(
        help="Vector tiles under printed maps (see: mapper area background); usually those kept."
    ),
]
PlaceFiles = Annotated[
    list[Path] | None, typer.Option("--places", help="File of places near; repeat for several.")
]
Previous = Annotated[
    Path | None, typer.Option(help="Folder of an earlier run: places keep its hot spot ids.")
]
