"""Writing the demonstration force: one force extract, the truth about it, and places around."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from demonstration.calendar import FIRST, YEAR_BEFORE
from demonstration.extract import extract_table
from demonstration.faults import add_faults
from demonstration.force import Force, compose_force, compose_year_before, stream
from demonstration.network import write_network
from demonstration.patrols import patrols_text
from demonstration.places import places_text
from demonstration.truth import truth_text
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.base.files import Progress, digest_of, no_progress, replacing, write_whole


@dataclass(frozen=True)
class DemonstrationFiles:
    """What was written."""

    incidents: Path  # a force extract, CSV in UTF-8
    truth: Path  # what is planted in it, JSON
    places: Path  # invented places around, CSV
    rows: int  # data rows in the extract, dirty ones included
    dirty: int  # rows with a planted fault
    year_before: Path | None = None  # the year before it, where asked for
    background: Path | None = None  # its streets as vector tiles, where asked for
    patrols: Path | None = None  # positions of patrol cars, where asked for


def write_demonstration(
    out: Path,
    *,
    seed: int = 1,
    years: int = 1,
    background: bool = False,
    patrols: bool = False,
    progress: Progress = no_progress,
) -> DemonstrationFiles:
    """Write ``incidents.csv``, ``truth.json`` and ``places.csv``; same seed, same bytes.

    With two years also ``incidents-year-before.csv``: everyday incidents of the year before, in
    which nothing is planted and no row is dirty. The other files stay the same to the byte.

    Parameters
    ----------
    out
        Folder, made if need be. Files of these names in it are replaced, each whole
        or not at all.
    seed
        Any whole number of 0 or more.
    years
        1 or 2.
    background
        Write ``background.pmtiles`` too: the invented streets, as vector tiles for maps.
    patrols
        Write ``patrols.csv`` too: positions of patrol cars at the places that were helped.

    Raises
    ------
    RequestError
        When the seed is negative, or other than one or two years are asked for.
    InputError
        When the folder cannot be written.
    """
    if seed < 0:
        raise RequestError(f"The seed is {seed}. Choose a whole number of 0 or more.")
    if years not in {1, 2}:
        raise RequestError(f"{years} years cannot be written. Choose 1 or 2.")
    area = load_study_area("merseyside", resolution=9)
    force = compose_force(area, seed=seed, progress=progress)
    progress("Writing down the incidents", 0.4)
    table, dirty = add_faults(extract_table(force, seed=seed), stream(seed, "faults"))
    files = DemonstrationFiles(
        incidents=out / "incidents.csv",
        truth=out / "truth.json",
        places=out / "places.csv",
        rows=table.num_rows,
        dirty=sum(len(rows) for rows in dirty.values()),
        year_before=out / "incidents-year-before.csv" if years > 1 else None,
        background=out / "background.pmtiles" if background else None,
        patrols=out / "patrols.csv" if patrols else None,
    )
    progress("Writing the files", 0.7)
    with (
        replacing(files.truth) as truth,
        replacing(files.places) as places,
        replacing(files.incidents) as incidents,
    ):
        _write_csv(table, incidents)
        text = truth_text(force, dirty, seed=seed, sha256=digest_of(incidents))
        truth.write_text(text, encoding="utf-8", newline="\n")
        around = places_text(force, stream(seed, "places"))
        places.write_text(around, encoding="utf-8", newline="\n")
    if files.year_before is not None:
        progress("Writing the year before", 0.8)
        _write_year_before(force, files.year_before, seed=seed, number=table.num_rows + 1)
    if files.patrols is not None:
        write_whole(files.patrols, patrols_text(force, stream(seed, "patrols")))
    if files.background is not None:
        progress("Drawing the streets", 0.9)
        write_network(area, files.background)
    progress("Done", 1.0)
    return files


def _write_year_before(force: Force, path: Path, *, seed: int, number: int) -> None:
    """Write the year before as an extract of its own, its references going on from the last."""
    before = compose_year_before(force, seed=seed)
    first = FIRST - np.timedelta64(YEAR_BEFORE, "D")
    with replacing(path) as temporary:
        _write_csv(extract_table(before, seed=seed, first=first, number=number), temporary)


def _write_csv(table: "pa.Table", path: Path) -> None:
    """Write the extract; no value holds a comma or a quotation mark, so none is quoted."""
    options = csv.WriteOptions(include_header=False, quoting_style="none", batch_size=65_536)
    with path.open("wb") as file:
        file.write((",".join(table.column_names) + "\n").encode())
        csv.write_csv(table, file, options)
