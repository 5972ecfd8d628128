"""What the child process does with uploads: read them all, or say what would help.

Accepted incidents go to the parent as Parquet files that this program wrote, never as the bytes
that a stranger sent. Nothing here imports Streamlit.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapper.app.shell.incident_store import store_incidents
from mapper.base.errors import AmbiguousDatesError, InputError, MapperError, MappingError
from mapper.base.files import Progress
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import gather
from mapper.incidents.layout import layout_of
from mapper.incidents.mapping import ColumnMapping, load_mapping
from mapper.incidents.read import read_incidents

STAMP = "intake"
LONGEST_CELL = 500  # of the sample that helps a person to map columns


def read(told: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Read the uploads ``paths`` and store what they hold in ``folder``.

    Returns
    -------
    dict
        Empty where all went well; else ``refusal``, ``ambiguous`` and ``unknown``.
    """
    paths = [Path(path) for path in told["paths"]]
    mapping = load_mapping(told["mapping"]) if told["mapping"] else None
    try:
        incidents = read_incidents(
            paths,
            mapping=mapping,
            repair_swapped=told["repair"],
            postcodes=told["postcodes"],
            progress=progress,
        )
    except AmbiguousDatesError as error:
        return {"refusal": str(error), "ambiguous": True}
    except (InputError, MappingError) as error:
        return {"refusal": str(error), "unknown": _unknown_form(paths, mapping)}
    except MapperError as error:
        return {"refusal": str(error)}
    store_incidents(incidents, Path(told["folder"]), stamp=STAMP)
    return {}


def _unknown_form(paths: Sequence[Path], mapping: ColumnMapping | None) -> dict[str, Any] | None:
    """Return the first table of unknown form, if that is what stopped the reading."""
    try:
        with gather(paths) as gathering:
            for found in gathering.files:
                sheet = open_sheets(found, mapping)[0]
                try:
                    layout_of(sheet, mapping)
                except MapperError:
                    return {
                        "name": sheet.name,
                        "header": sheet.header,
                        "sample": [
                            [text[:LONGEST_CELL] for text in record] for record in sheet.sample()
                        ],
                        "located": sheet.located,
                    }
    except MapperError:
        pass  # the file cannot be opened at all: the refusal says so, and no mapping helps
    return None
