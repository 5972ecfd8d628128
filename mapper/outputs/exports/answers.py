"""The answer to a question as a file: table, workbook, Parquet, or a page that opens anywhere.

Numbers have their full precision and text is always text; what is missing is left empty. Places as
layers are made in :mod:`mapper.outputs.exports.layers`.
"""

import pandas as pd

from mapper.disclosure.release import FindingRelease, is_release
from mapper.outputs.documents.model import Bullets, Document, Paragraph, Picture, Table
from mapper.outputs.documents.page import document_html
from mapper.outputs.exports.styles import GRADED
from mapper.outputs.exports.workbook import book_of
from mapper.outputs.manifest import said_of
from mapper.outputs.pictures.cell_map import cell_map
from mapper.outputs.pictures.place_map import place_map
from mapper.outputs.tables import csv_bytes, parquet_bytes, with_hex_id

# What a column's role means to a reader of the file.
_ROLES = {
    "key": "What the row is about",
    "count": "Incidents",
    "derived": "Worked out from counts",
    "class": "A class",
    "fact": "A fact that holds without incidents",
}


def answer_csv(release: FindingRelease) -> bytes:
    """Return the table of an answer as CSV."""
    table = answer_table(release)
    columns = [
        ["" if gone else value for value, gone in zip(column.tolist(), column.isna(), strict=True)]
        for _, column in table.items()
    ]
    return csv_bytes(table.columns, zip(*columns, strict=True))


def answer_parquet(release: FindingRelease) -> bytes:
    """Return the table as Parquet, with its words in the metadata under ``mapper``."""
    return parquet_bytes(answer_table(release), said=said_of(release))


def answer_workbook(release: FindingRelease) -> bytes:
    """Return an answer as XLSX, with sheets About, Answer and Fields."""
    said = said_of(is_release(release, FindingRelease))
    said.pop("columns")
    said["choices"] = [f"{name}: {value}" for name, value in said["choices"].items()]
    return book_of(release, said, {"Answer": answer_table(release), "Fields": _fields(release)})


def answer_html(release: FindingRelease) -> bytes:
    """Return an answer as one marked page with no script and nothing from outside."""
    table = answer_table(release)
    numbers = tuple(at for at, kind in enumerate(table.dtypes) if kind.kind in "iuf")
    rows = table.astype("str").where(table.notna(), "").itertuples(index=False, name=None)
    picture = _picture(release)
    page = Document(
        title=release.title,
        subtitle=f"{release.lens_title}, {release.area_title}, {release.period}",
        release=release,
        blocks=(
            Paragraph(release.question, "strong"),
            *([picture] if picture else []),
            Table("Answer", tuple(map(str, table.columns)), tuple(rows), numbers=numbers),
            Bullets(release.notes),
            Paragraph(f"{release.definition} Source: {release.source}", "small"),
            Paragraph(release.licence, "small"),
        ),
        made_by="",
    )
    return document_html(page)


def _picture(release: FindingRelease) -> Picture | None:
    """Return the map of an answer: its cells by the first count there is, or else its places."""
    table = release.table
    graded = next((name for name in GRADED["answer"] if name in table), "")
    by_cell = release.unit == "cell" and {"cell", "ward", "district"} <= set(table.columns)
    if by_cell and graded and release.where is not None:
        return cell_map(release, graded)
    return place_map(release)


def answer_table(release: FindingRelease) -> pd.DataFrame:
    """Return the table that is shared, its cells under the name that other programs know too.

    Raises
    ------
    DisclosureError
        When given anything but a release of a finding.
    """
    return with_hex_id(is_release(release, FindingRelease).table)


def _fields(release: FindingRelease) -> pd.DataFrame:
    """Return one row for each column: its role and type."""
    return pd.DataFrame(
        [
            (name, _ROLES[role], str(release.table[name].dtype))
            for name, role in release.roles.items()
        ],
        columns=["field", "role", "type"],
    )
