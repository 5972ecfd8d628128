"""The commands and their options; each imports what it needs when it runs."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mapper import __version__
from mapper.cli.briefing import briefing_app
from mapper.cli.file_arguments import AreaName, ColumnMapping, Paths, Repair
from mapper.cli.place_commands import place_commands
from mapper.cli.plan_commands import plan_app
from mapper.cli.question_group import QuestionGroup
from mapper.cli.records_commands import records_app
from mapper.cli.saying import with_manners

app = typer.Typer(
    name="mapper",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=QuestionGroup,
)
area_app = typer.Typer(help="Study areas.", no_args_is_help=True)
app.add_typer(area_app, name="area")
app.add_typer(plan_app, name="release-plan")
app.add_typer(briefing_app)
app.add_typer(place_commands)
app.add_typer(records_app)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    """Print mapper's version and stop."""
    if asked:
        print(f"mapper {__version__}")
        raise typer.Exit


@app.callback()
def front_door(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Hot spots of harm at places: found exactly, shared safely. The unit is the place."""


@app.command()
def check(
    paths: Paths,
    mapping: ColumnMapping = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows to this CSV file.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the quality report to this JSON file.")
    ] = None,
    doubts: Annotated[
        Path | None,
        typer.Option(help="Write what may mislead, with example rows, to this .html or .csv file."),
    ] = None,
    area: AreaName = "",
    repair_swapped: Repair = False,
) -> None:
    """Read incidents, say what in them may mislead, and list every row that was not accepted."""
    from mapper.cli.check import Files, run

    files = Files(rejected, report, doubts)
    run(paths, mapping=mapping, files=files, area=area, repair_swapped=repair_swapped)


@app.command()
def sinks(
    paths: Paths,
    out: Annotated[
        Path | None, typer.Option(help="Write a file of choices (TOML) here, to be edited.")
    ] = None,
    mapping: ColumnMapping = None,
    repair_swapped: Repair = False,
) -> None:
    """List points that hold an outlying share of incidents, before any map is drawn."""
    from mapper.cli.sinks import run

    run(paths, out=out, mapping=mapping, repair_swapped=repair_swapped, today=date.today())  # noqa: DTZ011 - the user's own day


@app.command()
def lenses() -> None:
    """List the lenses: what each counts and which columns it needs."""
    from mapper.cli.lenses import run

    run()


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for incidents.csv and truth.json.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    years: Annotated[int, typer.Option(help="2 adds the year before, with nothing planted.")] = 1,
    background: Annotated[
        bool, typer.Option("--background", help="Its invented streets too, for maps: PMTiles.")
    ] = False,
    patrols: Annotated[
        bool, typer.Option("--patrols", help="Positions of patrol cars too, for visits: CSV.")
    ] = False,
) -> None:
    """Write the synthetic demonstration force: a year of 250,000 invented incidents."""
    from mapper.cli.demo import run

    run(out, seed=seed, years=years, background=background, patrols=patrols)


@app.command()
def run(
    job: Annotated[Path, typer.Argument(help="Job file (TOML): inputs, lenses, areas, outputs.")],
) -> None:
    """Run a job file, fit for a scheduler: every lens over every area, released and written.

    Exit code 0: all written; 2: the job or its input is at fault and nothing was written; 3: some
    parts failed. The log goes to standard error and to the file the job names.
    """
    from mapper.cli.job import run as run_job

    raise typer.Exit(run_job(job))


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port on this machine; 8501 if free.")] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the app in a browser.")
    ] = True,
) -> None:
    """Start the app on this machine alone; the first start makes the demonstration data."""
    from mapper.cli.serve import run

    run(port=port, browser=browser)


@area_app.command("build")
def area_build(
    title: Annotated[str, typer.Option(help="Its name for people, such as Lancashire.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Official files as published; what each is, is told by its columns."),
    ] = None,
    name: Annotated[str, typer.Option(help="Short id; made from the title if left out.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Parquet file to write; kept in the workspace if left out.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--district", help="District to keep of files that reach further; repeat."),
    ] = None,
    lsoa: Annotated[Path | None, typer.Option(help="LSOA or data zone polygons.")] = None,
    wards: Annotated[Path | None, typer.Option(help="Ward polygons with a name column.")] = None,
    districts: Annotated[Path | None, typer.Option(help="District polygons.")] = None,
    population: Annotated[Path | None, typer.Option(help="Residents by LSOA, CSV or XLSX.")] = None,
    population_by_age: Annotated[
        Path | None, typer.Option(help="Residents by single year of age and LSOA.")
    ] = None,
    deprivation: Annotated[Path | None, typer.Option(help="Deprivation deciles by LSOA.")] = None,
    resolution: Annotated[int, typer.Option(help="H3 resolution of the table, 7 to 11.")] = 9,
    licence: Annotated[str, typer.Option(help="Attribution, shown wherever it is drawn.")] = "",
) -> None:
    """Make a study area from boundaries and population: every cell that overlaps, with residents.

    Residents are spread by area weighting inside their own district, so district totals are kept.
    """
    from mapper.cli.area import build

    build(
        files or [],
        {
            "lsoa": lsoa,
            "wards": wards,
            "districts": districts,
            "population": population,
            "population_by_age": population_by_age,
            "deprivation": deprivation,
        },
        title=title,
        name=name,
        out=out,
        only=only or [],
        resolution=resolution,
        licence=licence,
    )


@area_app.command("background")
def area_background(
    files: Annotated[
        list[Path],
        typer.Argument(help="OS Open Zoomstack, OpenStreetMap extracts or vector tiles."),
    ],
    area: AreaName = "",
    out: Annotated[
        Path | None, typer.Option(help="PMTiles file to write; kept for the area if left out.")
    ] = None,
    credit: Annotated[
        str, typer.Option(help="Whom maps over it name; what the files ask for if left out.")
    ] = "",
) -> None:
    """Make the streets under the maps: one file of vector tiles, clipped to the area, offline.

    Reads OS Open Zoomstack (GeoPackage or MBTiles), OpenStreetMap (.osm.pbf or GeoPackage) and
    vector tiles of Protomaps, OpenMapTiles or Shortbread (docs/background-maps.md).
    """
    from mapper.cli.area import background

    background(files, area=area, out=out, credit=credit)


@area_app.command("groups")
def area_groups(
    name: Annotated[str, typer.Argument(help="Short name of a kept area.")],
    lookups: Annotated[
        list[Path],
        typer.Argument(help="Lookups of districts to forces, regions or countries."),
    ],
) -> None:
    """Say which districts of a kept area make a force, a region or a country.

    Reads lookups of the Office for National Statistics (CSV or workbook: LAD23NM beside PFA23NM,
    RGN23NM or CTRY23NM). Each of them is then an area to choose by name.
    """
    from mapper.cli.area import groups

    groups(name, lookups)


@area_app.command("list")
def area_list() -> None:
    """List the study areas that are kept or shipped; the first is this installation's own."""
    from mapper.cli.area import list_areas

    list_areas()


with_manners(app)
