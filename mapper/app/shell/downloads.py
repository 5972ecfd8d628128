"""Files to take away, of a map or an answer, made from a release when asked for and not before.

Each name carries the release's digest: Streamlit tells large downloads of one name apart by a
part of their content only, and could hand out an older one.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.basemap import printed_ground
from mapper.app.shell.data_in_use import current_dataset
from mapper.app.shell.surroundings import landmarks_near, place_files
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.base.reference_systems import DEGREES
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import AnyRelease, FindingRelease, is_release
from mapper.methods.load import glossary
from mapper.outputs.exports import export, forms_of
from mapper.outputs.forms import DRAWN
from mapper.outputs.manifest import manifest
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings

Maker = Callable[[AnyRelease], bytes]
OF_MAPS, OF_ANSWERS = ("csv", "geojson", "parquet", "html"), ("csv", "xlsx", "parquet")
_FIRST = ("png", "xlsx", "gpkg", "html")  # what most people take, as far as a release has them
_HELP = glossary()["manifest"]
_DIGITS = 12  # of the digest in a name


def offered(shown: AnyRelease) -> tuple[str, ...]:
    """Return the usual forms, as the command line writes them: those that the manifest lists."""
    return OF_ANSWERS if isinstance(shown, FindingRelease) else OF_MAPS


def form_name(shown: AnyRelease, form: str, crs: str = DEGREES) -> str:
    """Return the file name of a form without its release: hotspots-27700.gpkg, change.csv."""
    file = forms_of(shown)[form].file
    if isinstance(shown, FindingRelease):
        file = file.replace("answer", shown.id, 1)
    stem, _, suffix = file.rpartition(".")
    return f"{stem}{'' if crs == DEGREES else '-' + crs.rpartition(':')[2]}.{suffix}"


def file_name(name: str, shown: AnyRelease) -> str:
    """Return a file name that no other release has: hotspots-1a2b3c4d5e6f.csv."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{shown.digest[:_DIGITS]}.{suffix}"


def manifest_of(shown: AnyRelease) -> bytes:
    """Return the manifest of the files as they are made now."""
    outputs = {
        file_name(form_name(shown, form), shown): export(shown, form) for form in offered(shown)
    }
    return manifest(shown, outputs=outputs, made_at=datetime.now(tz=UTC))


def download_bytes(viewer: Viewer, shown: AnyRelease, name: str, make: Maker) -> bytes:
    """Return a file that somebody takes away, once it is written down that they do.

    Raises
    ------
    RefusedError
        When they were signed out since the file was offered.
    """
    require_live(viewer)
    content = make(is_release(shown, AnyRelease))
    if isinstance(shown, FindingRelease):
        detail = {"question": shown.id, "lens": shown.lens_title}
    else:
        detail = {"lens": shown.title, "area": shown.area_title}
    detail["release"] = shown.digest
    return handed_out(viewer, content, subject=file_name(name, shown), detail=detail)


def made(
    shown: AnyRelease,
    *,
    form: str,
    crs: str = DEGREES,
    around: Surroundings = NOTHING_AROUND,
) -> bytes:
    """Return a release in one form."""
    return export(shown, form, crs=crs, around=around)


def around_form(form: str) -> Surroundings:
    """Return what this session sees around a map, for a form that is a picture.

    Asked for while the page is drawn: a file is made on another thread, which knows of no session.
    """
    if form not in DRAWN:
        return NOTHING_AROUND
    dataset = current_dataset()
    readable = landmarks_near(dataset) is not None
    return Surroundings(printed_ground(), place_files(dataset) if readable else ())


def first_forms(shown: AnyRelease) -> list[str]:
    """Return the forms that stand at once under Export."""
    return [form for form in _FIRST if form in forms_of(shown)]


def show_downloads(shown: AnyRelease, forms: Sequence[str], *, told: bool = False) -> None:
    """Offer files of a release, and with ``told`` the manifest of the usual ones."""
    known, viewer = forms_of(shown), current_viewer()
    offers: list[tuple[str, str, str, Maker]] = [
        (
            form_name(shown, form),
            known[form].title,
            known[form].mime,
            partial(made, form=form, around=around_form(form)),
        )
        for form in forms
    ]
    if told:
        stem = form_name(shown, "csv").rpartition(".")[0]
        offers.append(
            (f"{stem}.manifest.json", "How it was made (JSON)", "application/json", manifest_of)
        )
    with st.container(horizontal=True):
        for name, label, kind, make in offers:
            offer_file(
                label,
                partial(download_bytes, viewer, shown, name, make),
                file_name=file_name(name, shown),
                mime=kind,
                key=f"download {name}",
                help=_HELP if name.endswith(".manifest.json") else None,
            )
