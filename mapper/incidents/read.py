"""Read incidents from files of any accepted format, every row accepted or rejected with a reason.

Files are read on a few threads at once; what each holds is checked on its own, and repeated
references are then looked for over all of them, in the order in which the files were given.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.errors import AmbiguousDatesError, InputError, MapperError, MappingError
from mapper.base.files import Progress, no_progress
from mapper.incidents.assemble import assemble
from mapper.incidents.check import Checked, check_records, columns_wanted
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import Found, gather
from mapper.incidents.layout import layout_of
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.table import Incidents

if TYPE_CHECKING:
    from mapper.incidents.sheet import Sheet

_THREADS = 4  # more only hold more files in memory at once
_FAULTS_SHOWN = 5


def read_incidents(
    paths: Sequence[Path | str],
    *,
    mapping: ColumnMapping | None = None,
    repair_swapped: bool = False,
    today: date | None = None,
    progress: Progress = no_progress,
) -> Incidents:
    """Read files, folders and zip archives into one table of incidents.

    Parameters
    ----------
    paths
        Police.uk street files, extracts and, with a mapping, any other tables.
    mapping
        How the columns of other tables are read, or only the order of day and month.
    repair_swapped
        Turn swapped latitudes and longitudes round, counted in a note, instead of rejecting them.
    today
        Later dates are rejected; today where not given.

    Raises
    ------
    InputError
        Naming every file that cannot be read, and what to do.
    AmbiguousDatesError
        When dates of a column could be day-first or month-first.
    MappingError
        When the mapping does not fit a file.
    """
    work = partial(
        _read_one,
        mapping=mapping,
        repair_swapped=repair_swapped,
        today=today or date.today(),  # noqa: DTZ011 - the wall clock of the place of work is meant
    )
    with gather(paths) as gathering:
        files = gathering.files
        read: list[list[Checked] | MapperError] = []
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS, len(files))) as pool:
            for file, result in zip(files, pool.map(work, files), strict=True):
                read.append(result)
                progress(f"Read {file.name}", len(read) / len(files))
        _refuse([result for result in read if isinstance(result, MapperError)])
        sheets, notes = _each_once(
            [one for result in read if isinstance(result, list) for one in result]
        )
        return assemble(
            sheets,
            [*gathering.notes, *notes],
            references=mapping.references if mapping else "all",
        )


def _read_one(
    found: Found, *, mapping: ColumnMapping | None, repair_swapped: bool, today: date
) -> list[Checked] | MapperError:
    """Open, lay out, read and check one file; a refusal is returned, so that all are gathered."""
    try:
        checked = []
        for sheet in open_sheets(found, mapping):
            layout = layout_of(sheet, mapping)
            records = sheet.read(*columns_wanted(layout))
            checked.append(
                check_records(sheet, layout, records, today=today, repair_swapped=repair_swapped)
            )
    except MapperError as error:
        return error
    else:
        return checked


def _refuse(errors: list[MapperError]) -> None:
    """Raise all refusals as one."""
    if not errors:
        return
    if len(errors) == 1:
        raise errors[0]
    shown = "\n".join(str(error) for error in errors[:_FAULTS_SHOWN])
    more = f"\nand {len(errors) - _FAULTS_SHOWN} more" if len(errors) > _FAULTS_SHOWN else ""
    kinds = (AmbiguousDatesError, MappingError)
    kind = next((k for k in kinds if all(isinstance(e, k) for e in errors)), InputError)
    raise kind(f"{len(errors)} files cannot be read:\n{shown}{more}")


def _each_once(sheets: list[Checked]) -> tuple[list[Checked], list[str]]:
    """Return the sheets without copies of files read before, and a note for each copy."""
    first: dict[str, Sheet] = {}
    kept, notes = [], []
    for checked in sheets:
        sheet = checked.sheet
        # The digest of a shapefile is that of its points alone: it may not be a copy.
        same = sheet.name if sheet.name.lower().endswith(".shp") else sheet.content or sheet.sha256
        earlier = first.setdefault(same, sheet)
        if earlier is sheet:
            kept.append(checked)
        else:
            notes.append(
                f"{sheet.name}: is a copy of {earlier.name} byte for byte; its {checked.rows} rows"
                " were not read again"
            )
    return kept, notes
