"""Workbooks (XLSX, XLSM, XLS, ODS), parsed only in a child process under limits.

A 4.7 KB workbook with cells A1 and XFD1048576 ends the process that parses it, and a small zip can
unpack to gigabytes: sizes and declared dimensions are checked first, and whatever still happens
happens to the child.
"""

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.sandbox import in_child
from mapper.incidents import limits
from mapper.incidents.gather import IncidentFile
from mapper.incidents.headers import WITHIN, Known, above_words, find_header
from mapper.incidents.sheet import Sheet, from_table

_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)"')
_LOOKED_AT = 4096


def open_workbook(
    found: IncidentFile, data: bytes, *, known: Known, header_row: int = 0
) -> tuple[Sheet, ...]:
    """Read the visible sheet of a workbook that is a table, and others of the same columns.

    That is the one with most known columns; where none has any, the first with at least half as
    many columns as the widest, so that a cover sheet is passed over.

    Raises
    ------
    InputError
        When it is damaged, protected, a trap, or too large.
    """
    _check_size(found.name, data)
    cells, told = _in_child(found, data)
    notes = _notes(found.name, told)
    tables = {
        name: sheet
        for name, table in cells.items()
        if (sheet := sheet_of(found, data, table, known=known, header_row=header_row, part=name))
    }
    if not tables:
        raise InputError(f"{found.name}: no header in the first {WITHIN} rows.")
    chosen = _chosen(tables, known)
    others = [name for name in cells if name not in chosen]
    if len(chosen) == 1:
        (name, sheet), *_ = chosen.items()
        if others:
            shown = ", ".join(repr(other[:60]) for other in others[:5])
            notes += (f"{found.name}: sheet {name[:60]!r} was read; not read: {shown}",)
        above = tuple(note.replace(f"{sheet.name}:", f"{found.name}:", 1) for note in sheet.notes)
        return (replace(sheet, name=found.name, notes=(*notes, *above)),)
    shown = ", ".join(repr(name[:60]) for name in chosen)
    notes += (f"{found.name}: sheets of the same columns were read together: {shown}",)
    if others:
        notes += (f"{found.name}: sheets not read: {', '.join(map(repr, others[:5]))}",)
    first, *more = chosen.values()
    return (replace(first, notes=(*notes, *first.notes)), *more)


def sheet_of(
    found: IncidentFile,
    data: bytes,
    cells: pa.Table,
    *,
    known: Known,
    header_row: int = 0,
    part: str = "",
) -> Sheet | None:
    """Return a table of cells as a sheet, or nothing where no row can be its header."""
    above = [list(row.values()) for row in cells.slice(0, WITHIN).to_pylist()]
    name = f"{found.name}/{part}" if part else found.name
    header = find_header(above, known, chosen=header_row, name=name)
    if header is None:
        return None
    body = cells.slice(header.at + 1)
    sha256, size = found.digest(data)

    def sample() -> list[list[str]]:
        rows = body.slice(0, limits.SAMPLE_RECORDS).to_pylist()
        return [list(row.values()) for row in rows]

    return Sheet(
        name=name,
        sha256=sha256,
        size=size,
        header=header.names,
        sample=sample,
        read=from_table(body, first=header.at + 2),
        content=f"{sha256}/{part}" if part else "",
        notes=above_words(name, header.above),
    )


def _chosen(tables: Mapping[str, Sheet], known: Known) -> dict[str, Sheet]:
    """Return the sheet to read and those that have all its columns."""
    worth = {name: known(sheet.header) for name, sheet in tables.items()}
    width = {name: sum(map(bool, sheet.header)) for name, sheet in tables.items()}
    best = max(worth.values())
    first = next(
        name
        for name in tables
        if (best and worth[name] == best) or (not best and 2 * width[name] >= max(width.values()))
    )
    shape = _shape(tables[first])
    return {name: sheet for name, sheet in tables.items() if _shape(sheet) >= shape}


def _shape(sheet: Sheet) -> frozenset[str]:
    """Return the columns of a sheet without regard to case and order."""
    return frozenset(name.lower() for name in sheet.header if name)


def _notes(name: str, told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the child says of hidden sheets and rows."""
    notes: tuple[str, ...] = ()
    if told["hidden"]:
        shown = ", ".join(repr(sheet[:60]) for sheet in told["hidden"][:5])
        notes = (f"{name}: hidden sheets were not read: {shown}",)
    if rows := told["hidden_rows"]:
        notes += (f"{name}: {rows:,} hidden or filtered rows of the workbook were read as well",)
    return notes


def _check_size(name: str, data: bytes) -> None:
    """Refuse a workbook that is, or says it is, too large."""
    if len(data) > limits.MAX_WORKBOOK_BYTES:
        raise InputError(f"{name}: is too large for a workbook. Export it as CSV.")
    if not data.startswith(b"PK"):
        return
    try:
        unpacked, heads = _look_inside(data)
    except Exception as error:  # zipfile, zlib and lzma errors have no common parent
        raise InputError(f"{name}: is a damaged workbook ({error}). Save it again.") from error
    if unpacked > limits.MAX_WORKBOOK_UNPACKED:
        raise InputError(f"{name}: unpacks to too many bytes. Export it as CSV.")
    for head in heads:
        _check_dimension(name, head)


def _look_inside(data: bytes) -> tuple[int, list[bytes]]:
    """Return the unpacked size of a workbook and the first bytes of each sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        members = opened.infolist()
        heads = []
        for info in members:
            if info.filename.startswith("xl/worksheets/") and not info.is_dir():
                with opened.open(info) as file:
                    heads.append(file.read(_LOOKED_AT))
        return sum(info.file_size for info in members), heads


def _check_dimension(name: str, head: bytes) -> None:
    """Refuse a sheet that declares more cells than can be held."""
    found = _DIMENSION.search(head)
    if found is None:
        return
    width = 0
    for letter in found.group(1):
        width = width * 26 + letter - ord("A") + 1
    if width * int(found.group(2)) > limits.MAX_WORKBOOK_CELLS:
        raise InputError(
            f"{name}: a sheet declares {width} columns and {int(found.group(2))} rows. Delete the"
            " empty ones or export it as CSV."
        )


def _in_child(found: IncidentFile, data: bytes) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Return the cells of each visible sheet as text, and what the child says of the workbook."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        # calamine goes by the name, which may say .csv of a workbook and .xls of a new one
        zipped = found.suffix if found.suffix in (".xlsm", ".xlsb", ".ods") else ".xlsx"
        source = Path(folder, "workbook").with_suffix(zipped if data.startswith(b"PK") else ".xls")
        source.write_bytes(data)
        told = in_child(
            "mapper.incidents.workbook_child:convert",
            {
                "name": found.name,
                "source": str(source),
                "folder": folder,
                "cells": limits.MAX_WORKBOOK_CELLS,
            },
            name=found.name,
            size=len(data),
            seconds=limits.WORKBOOK_SECONDS,
        )
        cells = {}
        for sheet in told["sheets"]:
            with pa.OSFile(sheet["file"], "rb") as file:
                cells[str(sheet["name"])] = pa.ipc.open_file(file).read_all()
        return cells, told
