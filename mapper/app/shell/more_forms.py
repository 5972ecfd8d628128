"""One button for every form of a release to take away: workbook, layers, pictures, fields.

A form is made when its button is pressed. Its name carries the release's digest and, for layers in
National Grid coordinates, their reference system, so no two contents share a name.
"""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.downloads import (
    around_form,
    download_bytes,
    file_name,
    first_forms,
    form_name,
    made,
    offered,
    show_downloads,
)
from mapper.app.shell.taking import offer_file
from mapper.base.reference_systems import DEGREES
from mapper.disclosure.release import AnyRelease
from mapper.outputs.exports import export, forms_of
from mapper.outputs.forms import FORMS, REFERENCE_SYSTEMS
from mapper.outputs.manifest import manifest
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings

_SYSTEMS = {
    "EPSG:4326": "Degrees, WGS 84 (EPSG:4326)",
    "EPSG:27700": "National Grid (EPSG:27700)",
}


def manifest_of_form(
    shown: AnyRelease, *, form: str, crs: str, around: Surroundings = NOTHING_AROUND
) -> bytes:
    """Return the manifest of one form and the dictionary of its fields, as they are made now."""
    content = made(shown, form=form, crs=crs, around=around)
    outputs = {file_name(form_name(shown, form, crs), shown): content}
    if "fields" in forms_of(shown):
        outputs[file_name(FORMS["fields"].file, shown)] = export(shown, "fields")
    return manifest(shown, outputs=outputs, made_at=datetime.now(tz=UTC), around=around)


def show_export(shown: AnyRelease) -> None:
    """Offer every form of a release behind one button: what most people take, then the rest."""
    with st.popover("Export", icon=":material/download:"):
        first = first_forms(shown)
        show_downloads(shown, first)
        st.caption("Every file carries its marking, question and caveats. Keep it as marked.")
        with st.expander("More"):
            rest = [form for form in offered(shown) if form not in first]
            show_downloads(shown, rest, told=True)
            st.caption("“How it was made” says how to make the files again.")
            _show_every(shown)


def _show_every(shown: AnyRelease) -> None:
    """Offer every form in either reference system, with fields and manifest."""
    forms = forms_of(shown)
    every = tuple(name for name in forms if name != "fields")
    form = st.selectbox(
        "Form",
        every,
        index=every.index("xlsx"),
        format_func=lambda name: forms[name].title,
        key="form to take",
    )
    crs = DEGREES
    if forms[form].on_grid:
        crs = st.selectbox(
            "Reference system",
            REFERENCE_SYSTEMS,
            format_func=_SYSTEMS.__getitem__,
            key="form system",
        )
    _offer(shown, form, crs)


def _offer(shown: AnyRelease, form: str, crs: str) -> None:
    """Draw the three buttons of one form."""
    viewer, chosen = current_viewer(), forms_of(shown)[form]
    fields, around = FORMS["fields"], around_form(form)
    make = partial(made, form=form, crs=crs, around=around)
    files = [
        ("Download", form_name(shown, form, crs), chosen.mime, make),
        (fields.title, fields.file, fields.mime, partial(export, form="fields")),
        (
            "How this form was made (JSON)",
            f"{form}.manifest.json",
            "application/json",
            partial(manifest_of_form, form=form, crs=crs, around=around),
        ),
    ]
    if "fields" not in forms_of(shown):  # an answer holds them in its workbook
        del files[1]
    with st.container(horizontal=True):
        for label, name, mime, make in files:
            offer_file(
                f"Download: {chosen.title}" if label == "Download" else label,
                partial(download_bytes, viewer, shown, name, make),
                file_name=file_name(name, shown),
                mime=mime,
                key=f"take {name}",
            )
