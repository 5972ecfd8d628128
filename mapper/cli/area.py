"""``mapper area``: build an area, and say what was made, to be compared with published totals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.base.text import count
from mapper.cli.progress import shown_progress
from mapper.cli.saying import say, say_aside

if TYPE_CHECKING:
    from mapper.areas.study_area import StudyArea


def build(
    files: Sequence[Path],
    named: "Mapping[str, Path | None]",
    *,
    title: str,
    name: str,
    out: Path | None,
    only: Sequence[str],
    resolution: int,
    licence: str,
) -> None:
    """Recognise files, build the area of them and of those named by kind, and keep or write it."""
    from mapper.areas.build import build_area
    from mapper.areas.recognise import recognise, settled
    from mapper.areas.stored import kept_path, short_name

    with shown_progress() as progress:
        progress("Looking at the files", 0.0)
        found = [recognise(path) for path in files]
        for one in found:
            if one.kind is not None:  # the others are refused below
                say_aside(one.words)
        taken: dict[str, Any] = {kind: files[at] for kind, at in settled(found).items()}
        taken |= {kind: path for kind, path in named.items() if path is not None}
        short = name or short_name(title)
        target = out or kept_path(short, to_write=True)
        area = build_area(
            **taken,
            name=short,
            title=title,
            only=only,
            resolution=resolution,
            licence=licence,
            out=target,
            progress=progress,
        )
    say(describe(area, target), area=area.name, cells=len(area.cells), written=[target])


def describe(area: "StudyArea", out: Path) -> str:
    """Say how many cells and residents a new study area has, by district."""
    from mapper.areas.study_area import residents_in_words

    size = f"{count(len(area.cells), 'cell')}, {residents_in_words(area.cells)}"
    every = f"{area.title}, resolution {area.resolution}: {size}"
    groups = area.cells.groupby("district", observed=True)
    return "\n".join(
        [
            every,
            *(
                f"  {name}: {count(len(cells), 'cell')}, {residents_in_words(cells)}"
                for name, cells in groups
            ),
            *(f"  {note}" for note in area.notes),
            f"Written to {out}",
        ]
    )


def background(files: Sequence[Path], *, area: str, out: Path | None, credit: str) -> None:
    """Make the background of an area and say what it holds and how to use it."""
    from mapper.areas.background import build_background
    from mapper.areas.load import load_study_area

    with shown_progress() as progress:
        made = build_background(
            files, load_study_area(area), out=out, credit=credit, progress=progress
        )
    held = ", ".join(f"{number:,} {layer}" for layer, number in made.held.items())
    use = (
        "Maps of this area draw it from now on."
        if out is None
        else (f"Set MAPPER_BASEMAP={made.path} for maps to draw it.")
    )
    say(
        f"Made of {', '.join(made.made_of)}: {held}.\n"
        f"Written to {made.path} ({made.size / 1e6:.1f} MB). {use}",
        written=[made.path],
        layers=made.held,
        credit=made.credit,
    )


def groups(name: str, lookups: Sequence[Path]) -> None:
    """Keep the groups of an area's districts and say which there are."""
    from mapper.areas.groups import group_area

    area, notes = group_area(name, lookups)
    lines = [
        f"{group.kind} {group.name}: {count(len(group.districts), 'district')}"
        for group in area.groups
    ]
    said = "\n".join([*lines, *notes])
    say(f"{said}\nEach is an area to choose by name.", groups=[one.name for one in area.groups])


def list_areas() -> None:
    """Print every area with its title and where its table lies, the installation's own first."""
    from mapper.areas.load import known_tables
    from mapper.areas.study_area import read_title

    tables = {path: read_title(path) for path in known_tables()}
    lines = [f"{path.stem}: {title} ({path})" for path, title in tables.items()]
    say("\n".join(lines), areas=[path.stem for path in tables])
