"""Workbooks (XLSX, XLSM, XLS, ODS), parsed only in a child process under limits.

A 4.7 KB workbook with cells A1 and XFD1048576 ends the process that parses it, and a small zip can
unpack to gigabytes: sizes and declared dimensions are checked first, and whatever still happens
happens to the child.
"""

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.sandbox import in_child
from mapper.incidents import limits
from mapper.incidents.gather import Found
from mapper.incidents.sheet import Sheet, from_table, is_blank

_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)"')
_LOOKED_AT = 4096
_HEADER_WITHIN = 100  # rows from the top


def open_workbook(found: Found, data: bytes) -> Sheet:
    """Read the first visible sheet of a workbook that holds anything; its header comes first.

    Raises
    ------
    InputError
        When it is damaged, protected, a trap, or too large.
    """
    _check_size(found.name, data)
    sha256, size = found.digest(data)
    cells, told = _in_child(found, data)
    above = cells.slice(0, _HEADER_WITHIN).to_pylist()
    at = next((i for i, row in enumerate(above) if not is_blank(list(row.values()))), None)
    if at is None:
        raise InputError(f"{found.name}: no header in the first {_HEADER_WITHIN} rows.")
    body = cells.slice(at + 1)
    notes: tuple[str, ...] = ()
    if told["others"]:
        others = ", ".join(repr(name[:60]) for name in told["others"][:5])
        notes = (f"{found.name}: sheet {told['sheet'][:60]!r} was read; not read: {others}",)

    def sample() -> list[list[str]]:
        rows = body.slice(0, limits.SAMPLE_RECORDS).to_pylist()
        return [list(row.values()) for row in rows]

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=tuple(text.strip() for text in above[at].values()),
        sample=sample,
        read=from_table(body, first=at + 2),
        notes=notes,
    )


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


def _in_child(found: Found, data: bytes) -> tuple[pa.Table, dict[str, Any]]:
    """Return all cells as text, and what the child says of the sheet."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        source = Path(folder, "workbook").with_suffix(found.suffix)
        target = Path(folder, "cells.arrow")
        source.write_bytes(data)
        told = in_child(
            "mapper.incidents.workbook_child:convert",
            {
                "name": found.name,
                "source": str(source),
                "target": str(target),
                "cells": limits.MAX_WORKBOOK_CELLS,
            },
            name=found.name,
            seconds=limits.WORKBOOK_SECONDS,
        )
        with pa.OSFile(str(target), "rb") as file:
            return pa.ipc.open_file(file).read_all(), told
