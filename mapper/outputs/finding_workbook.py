"""A finding as an Excel workbook: what it says of itself, its table, and what each column is.

Numbers are numbers at full precision and text is always text; the marking stands in the first row
of every sheet and on every printed page.
"""

import pandas as pd

from mapper.disclosure.release import FindingRelease, is_release
from mapper.outputs.exports.workbook import book_of
from mapper.outputs.manifest import said_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a column's role means to a reader of the file.
_ROLES = {
    "key": "What the row is about",
    "count": "Incidents",
    "derived": "Worked out from counts",
    "class": "A class",
    "fact": "A fact that holds without incidents",
}


def finding_workbook(release: FindingRelease) -> bytes:
    """Return a finding as XLSX, with sheets About, Answer and Fields.

    Raises
    ------
    DisclosureError
        When given anything but a release of a finding.
    """
    table = is_release(release, FindingRelease).table
    return book_of(release, _said(release), {"Answer": table, "Fields": _fields(release)})


def _said(release: FindingRelease) -> dict[str, object]:
    """Return what the file says of itself, the choices one beside another."""
    said = said_of(release)
    said.pop("columns")
    said["choices"] = [f"{name}: {value}" for name, value in said["choices"].items()]
    return said


def _fields(release: FindingRelease) -> pd.DataFrame:
    """Return one row for each column: its role and type."""
    return pd.DataFrame(
        [
            (name, _ROLES[role], str(release.table[name].dtype))
            for name, role in release.roles.items()
        ],
        columns=["field", "role", "type"],
    )
