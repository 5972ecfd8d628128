"""The files of an answer: CSV, workbook, Parquet and manifest, each written down when taken."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.taking import handed_out, require_live
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import FindingRelease, is_release
from mapper.outputs.finding_workbook import XLSX, finding_workbook
from mapper.outputs.findings import finding_csv, finding_parquet
from mapper.outputs.manifest import manifest

Maker = Callable[[FindingRelease], bytes]
FORMS: Mapping[str, tuple[str, str, Maker]] = MappingProxyType(
    {
        "csv": ("Table (CSV)", "text/csv", finding_csv),
        "xlsx": ("Workbook (Excel)", XLSX, finding_workbook),
        "parquet": ("Table (Parquet)", "application/vnd.apache.parquet", finding_parquet),
    }
)
_DIGITS = 12


def finding_file(shown: FindingRelease, suffix: str) -> str:
    """Return a file name that no other answer has: scan-1a2b3c4d5e6f.xlsx."""
    return f"{shown.id}-{shown.digest[:_DIGITS]}.{suffix}"


def manifest_of(shown: FindingRelease) -> bytes:
    """Return the manifest of every form as it is made now."""
    made = {finding_file(shown, form): make(shown) for form, (_, _, make) in FORMS.items()}
    return manifest(shown, outputs=made, made_at=datetime.now(tz=UTC))


def taken(viewer: Viewer, shown: FindingRelease, suffix: str, make: Maker) -> bytes:
    """Return a file that somebody takes away, once it is written down that they do.

    Raises
    ------
    RefusedError
        When they were signed out since the file was offered.
    """
    require_live(viewer)
    content = make(is_release(shown, FindingRelease))
    return handed_out(
        viewer,
        content,
        subject=finding_file(shown, suffix),
        detail={"question": shown.id, "lens": shown.lens_title, "release": shown.digest},
    )


def show_downloads(shown: FindingRelease) -> None:
    """Offer the files of an answer."""
    is_release(shown, FindingRelease)
    viewer = current_viewer()
    offers = {**FORMS, "manifest.json": ("Manifest (JSON)", "application/json", manifest_of)}
    with st.container(horizontal=True):
        for suffix, (label, kind, make) in offers.items():
            st.download_button(
                label,
                partial(taken, viewer, shown, suffix, make),
                file_name=finding_file(shown, suffix),
                mime=kind,
                key=f"download answer {suffix}",
                on_click="ignore",
            )
