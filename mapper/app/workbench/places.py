"""Files of places around: read in a guarded child, kept in the session, found again by digest."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from mapper.app.data.intake import safe_name
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import notice
from mapper.base.errors import ContextError, MapperError
from mapper.base.files import Progress
from mapper.base.sandbox import in_child
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.context.place_files import read_all_places
from mapper.context.places import PLACE_COLUMNS, Places

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_WORK = 20 * 1024**2  # bytes: what the joining of any files may use stands for so many
_KEPT = "mapper_workbench_places"
_TYPES = ["csv", "tsv", "txt", "xml", "parquet"]


@dataclass(frozen=True, eq=False)
class PlacesAround:
    """Places around, and the digest of the files they came from."""

    places: Places
    digest: str
    title: str


def places_at_hand() -> PlacesAround | None:
    """Return the places this session read last."""
    kept = st.session_state.get(_KEPT)
    return kept if isinstance(kept, PlacesAround) else None


def ask_places(dataset: Dataset) -> PlacesAround | None:
    """Ask for files of places; the demonstration brings invented ones."""
    uploads = st.file_uploader(
        "Places around (stations, schools, licensed premises ...)",
        type=_TYPES,
        accept_multiple_files=True,
        max_upload_size=settings().upload_mb,
        key="workbench places",
        help="Official files as they come, or a table with a type column: see the guide.",
    )
    if not uploads:
        return _demonstration(dataset)
    try:
        found = _read_once(uploads)
    except MapperError as error:
        notice(str(error), kind="stop")
        return None
    st.caption(f"{count(len(found.places.table), 'place')} from {found.title}.")
    return found


def _demonstration(dataset: Dataset) -> PlacesAround | None:
    """Return the invented places that stand beside the demonstration, where there are any."""
    now = settings()
    given = now.demonstration_file
    folder = given.parent if given else now.workspace / f"demonstration-{now.demonstration_seed}"
    path = folder / "places.csv"
    if not dataset.demonstration or not path.is_file():
        return None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = st.session_state.get(_KEPT)
    if not (isinstance(kept, PlacesAround) and kept.digest == digest):
        kept = PlacesAround(read_all_places([path]), digest, "the demonstration")
        st.session_state[_KEPT] = kept
    st.caption(f"{count(len(kept.places.table), 'invented place')} of the demonstration are used.")
    return kept


def _read_once(uploads: Sequence["UploadedFile"]) -> PlacesAround:
    """Return uploaded places; the same files are read once in a session."""
    digest = hashlib.sha256(b"".join(_digest(each) for each in uploads)).hexdigest()
    kept = st.session_state.get(_KEPT)
    if isinstance(kept, PlacesAround) and kept.digest == digest:
        return kept
    title = uploads[0].name if len(uploads) == 1 else f"{len(uploads)} files"
    st.session_state[_KEPT] = found = PlacesAround(_read(uploads), digest, title)
    return found


def _digest(upload: "UploadedFile") -> bytes:
    return hashlib.sha256(upload.getvalue()).digest()


def _read(uploads: Sequence["UploadedFile"]) -> Places:
    """Have uploads read in a child process."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        paths = []
        for number, upload in enumerate(uploads):
            path = Path(folder) / str(number) / safe_name(upload.name)
            path.parent.mkdir()
            path.write_bytes(upload.getvalue())
            paths.append(str(path))
        out = Path(folder) / "places.parquet"
        told = in_child(
            "mapper.app.workbench.places:read_in_child",
            {"paths": paths, "out": str(out)},
            name="Places around",
            size=_WORK + sum(Path(path).stat().st_size for path in paths),
            kind=ContextError,
            advice="Export the places as CSV and load them again.",
        )
        table = pd.read_parquet(out).astype(dict(PLACE_COLUMNS))
        return Places(table, tuple(told["notes"]), bool(told["synthetic"]))


def read_in_child(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Read files of places and leave them as Parquet; runs in the guarded child."""
    found = read_all_places([Path(path) for path in told["paths"]])
    found.table.to_parquet(told["out"])
    return {"notes": list(found.notes), "synthetic": found.synthetic}
