"""The part of the Your area page on its files: what each is taken for, and what a person says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from mapper.app.shell.words import notice, plain
from mapper.areas.build import build_area
from mapper.areas.recognise import KIND_WORDS, KINDS, ROLES, Kind, Recognised, settled
from mapper.areas.stored import kept_path, short_name
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress, write_whole

_NOT_USED = "leave it out"


@dataclass(frozen=True)
class FilesSaid:
    """What every file is, which columns say what, and which districts are kept."""

    files: tuple[Recognised, ...]
    only: tuple[str, ...] = ()


def ask_what_they_are(seen: Sequence[Recognised]) -> FilesSaid:
    """Show what was recognised, file by file, let a person mend it, and ask for the districts."""
    files = tuple(_ask_one(one, at) for at, one in enumerate(seen))
    names = next((one.names for one in _widest_first(files) if one.names), ())
    only: list[str] = []
    if len(names) > 1:
        only = st.multiselect(
            "Districts of your area",
            names,
            placeholder=f"All {len(names)}: choose yours",
            key="area districts",
        )
    return FilesSaid(files, tuple(only))


def build_said(
    said: FilesSaid,
    paths: Sequence[Path],
    *,
    title: str,
    licence: str,
    folder: Path,
    progress: Progress,
) -> tuple[StudyArea, bytes]:
    """Return the area made of files, and its table.

    Raises
    ------
    AreaError
        When two files are of one kind, or the area cannot be made.
    """
    used = [(one, path) for one, path in zip(said.files, paths, strict=True) if one.kind]
    taken = settled([one for one, _ in used])
    out = folder / "area.parquet"
    of_kind: dict[str, Path] = {kind: used[at][1] for kind, at in taken.items()}
    area = build_area(
        lsoa=of_kind.get("lsoa"),
        wards=of_kind.get("wards"),
        districts=of_kind.get("districts"),
        population=of_kind.get("population"),
        population_by_age=of_kind.get("population_by_age"),
        deprivation=of_kind.get("deprivation"),
        columns={kind: dict(used[at][0].columns) for kind, at in taken.items()},
        only=said.only,
        name=short_name(title),
        title=title.strip(),
        licence=licence.strip(),
        out=out,
        progress=progress,
    )
    return area, out.read_bytes()


def keep_built(name: str, table: bytes) -> None:
    """Keep an area's table in the workspace.

    Raises
    ------
    MapperError
        When its name cannot be that of a file, or the workspace cannot be written.
    """
    write_whole(kept_path(name, to_write=True), table)


def _widest_first(files: Sequence[Recognised]) -> list[Recognised]:
    """Return the files of boundaries, districts before wards and LSOAs."""
    order: dict[Kind | None, int] = {"districts": 0, "wards": 1, "lsoa": 2}
    return sorted((one for one in files if one.kind in order), key=lambda one: order[one.kind])


def _ask_one(one: Recognised, at: int) -> Recognised:
    """Show what a file was taken for, and return what a person says it is."""
    if one.kind is None:
        notice(f"Left out. {one.words}", kind="look")
        return one
    with st.expander(plain(one.words)):
        kinds = [kind for kind in KINDS if (kind in ROLES) == (one.kind in ROLES)]
        chosen = st.selectbox(
            "What it is",
            [*kinds, _NOT_USED],
            index=kinds.index(one.kind),
            format_func=lambda kind: KIND_WORDS.get(kind, kind).capitalize(),
            key=f"area kind {at} {one.name}",
        )
        kind = next((each for each in kinds if each == chosen), None)
        columns = {} if kind is None else _ask_columns(one, kind, at)
    for note in one.notes:
        st.caption(plain(note))
    return replace(one, kind=kind, columns=columns)


def _ask_columns(one: Recognised, kind: Kind, at: int) -> dict[str, str]:
    """Ask which column says what, in one row; what was recognised is chosen."""
    roles = tuple(ROLES.get(kind, ()))
    if not roles:
        roles = ("code", "deciles" if kind == "deprivation" else "residents")
    found: dict[str, str] = {}
    for place, role in zip(st.columns(len(roles)), roles, strict=True):
        guess = one.columns.get(role, "")
        options = ["", *dict.fromkeys([*([guess] if guess else []), *one.headings])]
        heading = place.selectbox(
            f"Column of the {role}",
            options,
            index=options.index(guess),
            format_func=lambda name: name or "none",
            key=f"area {role} {kind} {at} {one.name}",
        )
        if heading:
            found[role] = heading
    return found
