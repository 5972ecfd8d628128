"""Column mappings kept in the workspace, offered again when a table has the same columns."""

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from mapper.app.data.intake import UnknownForm
from mapper.app.shell.words import notice, plain
from mapper.base.errors import MapperError, MappingError
from mapper.base.settings import settings
from mapper.incidents.mapping import ColumnMapping, load_mapping, save_mapping

FOLDER = "mappings"
_NAME = re.compile(r"[\w][\w \-]{0,59}")


def mappings_folder() -> Path:
    """Return the folder of kept mappings."""
    return settings().workspace / FOLDER


def keep_mapping(mapping: ColumnMapping, name: str) -> Path:
    """Keep a mapping under a name; one that is there already stays as it is.

    Raises
    ------
    MappingError
        When the name cannot be a file's, or is taken.
    InputError
        When the folder cannot be written.
    """
    if not _NAME.fullmatch(name.strip()):
        raise MappingError("Name the mapping in letters, digits, spaces and hyphens, 60 at most.")
    path = mappings_folder() / f"{name.strip()}.toml"
    if path.exists():
        raise MappingError(f"A mapping “{name.strip()}” is kept already. Choose another name.")
    save_mapping(mapping, path)
    return path


def fitting_mappings(header: Iterable[str]) -> dict[str, ColumnMapping]:
    """Return the kept mappings, by name, all of whose columns a table has."""
    columns, found = set(header), {}
    for path in sorted(mappings_folder().glob("*.toml")):
        try:
            mapping = load_mapping(path)
        except MapperError:
            continue  # a file that somebody broke is not offered
        if mapping.columns and all(columns & set(names) for names in mapping.columns.values()):
            found[path.stem] = mapping
    return found


def offer_kept(form: UnknownForm) -> ColumnMapping | None:
    """Offer the kept mappings that fit a table; return the one that was chosen."""
    fitting = fitting_mappings(form.header)
    if not fitting:
        return None
    st.text("A kept mapping has these columns:")
    with st.container(horizontal=True):
        for name, mapping in fitting.items():
            if st.button(plain(f"Read with “{name}”"), key=f"kept mapping {name}"):
                return mapping
    return None


def offer_to_keep(mapping: ColumnMapping) -> None:
    """Offer to keep the mapping that was used, for the next file of its kind."""
    with st.popover("Keep this mapping"):
        name = st.text_input("Name", placeholder="Monthly extract", key="mapping name")
        if st.button("Keep", type="primary", key="keep mapping"):
            try:
                path = keep_mapping(mapping, name)
            except MapperError as error:
                notice(str(error), kind="stop")
                return
            notice(f"Kept as {path.stem}: offered when a table has these columns.", kind="good")
