"""Every other form of a release to take away: workbook, layers, pictures, and their fields.

A form is made when its button is pressed. Its name carries the release's digest and, for layers in
National Grid coordinates, their reference system, so no two contents share a name.
"""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.downloads import file_name, taken
from mapper.disclosure.release import Release, is_release
from mapper.outputs.exports import DEGREES, FORMS, REFERENCE_SYSTEMS, export
from mapper.outputs.manifest import manifest

_SYSTEMS = {
    "EPSG:4326": "Degrees, WGS 84 (EPSG:4326)",
    "EPSG:27700": "National Grid (EPSG:27700)",
}
_OFFERED = tuple(name for name in FORMS if name != "fields")


def form_name(form: str, crs: str) -> str:
    """Return the file name of a form: hotspots-27700.gpkg."""
    stem, _, suffix = FORMS[form].file.rpartition(".")
    return f"{stem}{'' if crs == DEGREES else '-' + crs.rpartition(':')[2]}.{suffix}"


def manifest_of_form(shown: Release, *, form: str, crs: str) -> bytes:
    """Return the manifest of one form and the dictionary of its fields, as they are made now."""
    outputs = {
        file_name(form_name(form, crs), shown): export(shown, form, crs=crs),
        file_name(FORMS["fields"].file, shown): export(shown, "fields"),
    }
    return manifest(shown, outputs=outputs, made_at=datetime.now(tz=UTC))


def show_more_forms(shown: Release) -> None:
    """Offer every form in either reference system, with fields and manifest."""
    is_release(shown)
    with st.expander("More forms: Excel, GeoPackage, GeoParquet, KML, picture"):
        left, right = st.columns(2)
        with left:
            form = st.selectbox(
                "Form",
                _OFFERED,
                index=_OFFERED.index("xlsx"),
                format_func=lambda name: FORMS[name].title,
                key="form to take",
            )
        crs = DEGREES
        with right:
            if FORMS[form].on_grid:
                crs = st.selectbox(
                    "Reference system",
                    REFERENCE_SYSTEMS,
                    format_func=_SYSTEMS.__getitem__,
                    key="form system",
                )
        _offer(shown, form, crs)


def _offer(shown: Release, form: str, crs: str) -> None:
    """Draw the three buttons of one form."""
    viewer, chosen = current_viewer(), FORMS[form]
    files = (
        ("Download", form_name(form, crs), chosen.mime, partial(export, form=form, crs=crs)),
        (FORMS["fields"].title, FORMS["fields"].file, "text/csv", partial(export, form="fields")),
        (
            "Manifest of this form (JSON)",
            f"{form}.manifest.json",
            "application/json",
            partial(manifest_of_form, form=form, crs=crs),
        ),
    )
    with st.container(horizontal=True):
        for label, name, mime, make in files:
            st.download_button(
                f"Download: {chosen.title}" if label == "Download" else label,
                partial(taken, viewer, shown, name, make),
                file_name=file_name(name, shown),
                mime=mime,
                key=f"take {name}",
                on_click="ignore",
            )
