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
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.incidents.assemble import assemble
from mapper.incidents.check import Checked, check_records, columns_wanted
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import IncidentFile, gather
from mapper.incidents.layout import layout_of
from mapper.incidents.mapping import ColumnMapping, load_mapping
from mapper.incidents.table import Incidents

if TYPE_CHECKING:
    from mapper.incidents.sheet import Sheet

_THREADS = 4  # more only hold more files in memory at once
_FAULTS_SHOWN = 5


def read_incidents(
    paths: Sequence[Path | str] | Path | str,
    *,
    mapping: ColumnMapping | Path | str | None = None,
    repair_swapped: bool = False,
    today: date | None = None,
    postcodes: Path | str | None = None,
    progress: Progress = no_progress,
) -> Incidents:
    r"""Read files, folders and zip archives into one table of incidents.

    Parameters
    ----------
    paths
        One or several: police.uk street files, extracts and, with a mapping, any other tables.
    mapping
        How the columns of other tables are read, or only the order of day and month; a mapping or
        the path of its file.
    repair_swapped
        Turn swapped latitudes and longitudes round, counted in a note, instead of rejecting them.
    today
        Later dates are rejected; today where not given.
    postcodes
        Directory of postcodes (file, folder or zip) for rows without coordinates; that which
        ``MAPPER_POSTCODES`` names where not given.
    progress
        Called with words and the share done, 0 to 1.

    Returns
    -------
    Incidents
        ``table`` of accepted and ``rejected`` rows, shape (rows, columns): places in degrees of
        WGS 84, times on the clock of Europe/London. Rows read = accepted + rejected.

    Raises
    ------
    InputError
        Naming every file that cannot be read, and what to do.
    AmbiguousDatesError
        When dates of a column could be day-first or month-first.
    MappingError
        When the mapping does not fit a file.

    Notes
    -----
    The columns are those of police.uk (https://data.police.uk/about/) and docs/data-standard.md.

    Examples
    --------
    >>> import mapper, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "extract.csv")
    >>> _ = path.write_text(
    ...     "from_at,incident_type,longitude,latitude\n"
    ...     "2025-03-01 22:10,Robbery,-2.98,53.40\n"
    ...     "2025-02-30 09:00,Robbery,-2.97,53.40\n"
    ... )
    >>> incidents = mapper.read(path)
    >>> len(incidents.table), incidents.rejected["reason"].tolist()
    (1, ['bad date'])
    """
    if isinstance(mapping, Path | str):
        mapping = load_mapping(mapping)
    directory = Path(postcodes) if postcodes else settings().postcodes
    work = partial(
        _read_one,
        postcodes=directory,
        mapping=mapping,
        repair_swapped=repair_swapped,
        today=today or date.today(),  # noqa: DTZ011 - the wall clock of the place of work is meant
    )
    if hasattr(paths, "columns"):
        raise InputError(
            "A table in memory is read by from_frame, which is told what its columns are:"
            ' mapper.from_frame(frame, when="...", kind="...").'
        )
    with gather([paths] if isinstance(paths, str | Path) else paths) as gathering:
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
    found: IncidentFile,
    *,
    mapping: ColumnMapping | None,
    repair_swapped: bool,
    today: date,
    postcodes: Path | None,
) -> list[Checked] | MapperError:
    """Open, lay out, read and check one file; a refusal is returned, so that all are gathered."""
    try:
        checked = []
        for sheet in open_sheets(found, mapping):
            layout = layout_of(sheet, mapping)
            checked.append(
                check_records(
                    sheet,
                    layout,
                    sheet.read(*columns_wanted(layout)),  # held by nobody else, to be let go
                    today=today,
                    repair_swapped=repair_swapped,
                    postcodes=postcodes,
                )
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
    shown = "\n".join(str(error.args[0]) for error in errors[:_FAULTS_SHOWN])
    names = dict.fromkeys(name for error in errors for name in error.names)
    more = f"\nand {len(errors) - _FAULTS_SHOWN} more" if len(errors) > _FAULTS_SHOWN else ""
    kinds = (AmbiguousDatesError, MappingError)
    kind = next((k for k in kinds if all(isinstance(e, k) for e in errors)), InputError)
    raise kind(f"{len(errors)} files cannot be read:\n{shown}{more}", names=names)


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
                f"{sheet.name}: is a copy of {earlier.name} byte for byte; it was not read again"
                f" ({count(checked.rows, 'row')})"
            )
    return kept, notes
