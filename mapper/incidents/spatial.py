"""GeoPackages, shapefiles and databases in a file to records, in a child process.

GDAL opens a file by what it finds inside, and some of its drivers follow links; the first bytes are
checked before it sees the file. Members of an archive go to a temporary folder under plain names.
"""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.files import read_regular
from mapper.base.sandbox import in_child
from mapper.incidents import limits
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geometry import from_wkb
from mapper.incidents.sheet import Sheet, from_table, sample_of
from mapper.incidents.spatial_child import GEOMETRY

_SQLITE = b"SQLite format 3\0"
_SHAPE = b"\x00\x00\x27\x0a"
_SHAPE_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")


def open_spatial(found: IncidentFile, data: bytes) -> Sheet:
    """Read one layer of a GeoPackage, SpatiaLite file or shapefile: the first that holds points.

    Where none can, the first with geometries. Of an SQLite or DuckDB file the table or query that
    was asked for is read, with its places if it has any.

    Raises
    ------
    InputError
        When it is damaged, has no layer, or does not say its coordinate system.
    """
    if not data.startswith((_SQLITE, _SHAPE)) and not is_duckdb(data):
        raise InputError(f"{found.name}: is not a {found.suffix[1:]} file inside. Export it again.")
    sha256, size = found.digest(data)
    with _on_disk(found, data) as path:
        told, table = _read(path, found, sum(p.stat().st_size for p in path.parent.iterdir()))
    texts, geometry = table, None
    if GEOMETRY in table.column_names:
        texts = table.drop_columns([GEOMETRY])
        wkb = table.column(GEOMETRY).to_numpy(zero_copy_only=False)
        geometry = from_wkb(wkb, crs=told["crs"], name=found.name)
    first, *others = told["layers"]
    notes: tuple[str, ...] = ()
    elsewhere = ""
    if others:
        notes = (f"{found.name}: layer {first!r} was read; not read: {', '.join(others)}",)
        elsewhere = (
            f"This is its layer {first!r}; if the incidents are in another ({', '.join(others)}),"
            " give sqlite:///FILE?table=NAME, or save that layer to a file of its own."
        )
    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=tuple(told["header"]),
        sample=sample_of(texts),
        read=from_table(texts, geometry=geometry),
        encoding=told["encoding"],
        located=geometry is not None,
        notes=notes,
        elsewhere=elsewhere,
    )


@contextmanager
def _on_disk(found: IncidentFile, data: bytes) -> Iterator[Path]:
    """Give the path of a copy under a plain name, with the parts of a shapefile beside it."""
    shape = data.startswith(_SHAPE)
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        path = Path(folder, f"layer.{'shp' if shape else _kind_of(data)}")
        path.write_bytes(data)
        if shape:
            for suffix, part in _parts(found):
                Path(folder, f"layer{suffix}").write_bytes(part)
            if not Path(folder, "layer.dbf").exists():
                raise InputError(f"{found.name}: its .dbf part is absent. Add it beside the .shp.")
        yield path


def _parts(found: IncidentFile) -> Iterator[tuple[str, bytes]]:
    """Yield the other parts of a shapefile, from its archive or folder."""
    if found.archive is not None:
        for member in found.siblings():
            suffix = PurePosixPath(member).suffix.lower()
            if suffix in _SHAPE_PARTS[1:]:
                yield suffix, found.archive.read(member)
        return
    for beside in sorted(found.path.parent.glob(f"{_escaped(found.path.stem)}.*")):
        if beside.suffix.lower() in _SHAPE_PARTS[1:]:
            yield beside.suffix.lower(), read_regular(beside, at_most=limits.MAX_FILE_BYTES)


def is_duckdb(data: bytes) -> bool:
    """Return whether bytes are a DuckDB database."""
    return data[8:12] == b"DUCK"


def _kind_of(data: bytes) -> str:
    """Return the suffix by which GDAL knows an SQLite file: a GeoPackage says what it is."""
    if is_duckdb(data):
        return "duckdb"
    return "gpkg" if data[68:72].startswith((b"GPKG", b"GP1")) else "sqlite"


def _escaped(stem: str) -> str:
    """Return a file name's stem with what has a meaning in patterns taken literally."""
    return glob.escape(stem)


def _read(path: Path, found: IncidentFile, size: int) -> tuple[dict[str, Any], pa.Table]:
    """Return what the child process reads of the first layer with geometries."""
    target = path.with_name("layer.arrow")
    reader = "duckdb_child" if path.suffix == ".duckdb" else "spatial_child"
    told = in_child(
        f"mapper.incidents.{reader}:convert",
        {
            "name": found.name,
            "source": str(path),
            "target": str(target),
            "table": found.source.table if found.source else "",
            "query": found.source.query if found.source else "",
        },
        name=found.name,
        size=size,
    )
    with pa.OSFile(str(target), "rb") as file:
        return told, pa.ipc.open_file(file).read_all()
