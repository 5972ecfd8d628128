"""The tables of the page Children as whoever looks may see them, each worked out once.

Partners are given the nearest that they may be shown (:mod:`mapper.disclosure.nearest_table`).
"""

from datetime import date
from typing import Literal, cast

import streamlit as st

from mapper.analysis.study import Study, prepare
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.surroundings import places_near
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.errors import RefusedError
from mapper.disclosure.child_shares import release_child_shares
from mapper.disclosure.make import release
from mapper.disclosure.nearest_table import TableAsked, places_from, release_table_nearest
from mapper.disclosure.people import Viewer, in_wards, role_of, scope_of
from mapper.disclosure.release import FindingRelease
from mapper.disclosure.shapes import Shape
from mapper.lenses.load import load_lens
from mapper.questions.children import QUESTION, ChildrenChoices, ask_children
from mapper.questions.corridors import Between, CorridorsChoices, ask_corridors
from mapper.questions.finding import Finding, only_rows
from mapper.questions.usual_choices import Rows
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister

LENS = "domestic-abuse"
Days = tuple[date | None, date | None]  # first and last; none: where the data begins or ends


def counts_shown(viewer: Viewer, dataset: Dataset, by: Rows, days: Days) -> FindingRelease:
    """Return the table of children as a viewer may see it: partners, the nearest that they may."""
    if scope_of(viewer) != "partnership":
        return _released(viewer, _children(dataset, by, days))

    def ask(shape: Shape) -> Finding:
        by, days = cast("Rows", shape.by), (shape.request.start, shape.request.end)
        return _children(dataset, by, days, resolution=shape.request.resolution)

    places = places_from(QUESTION, ChildrenChoices(by=by))
    return _nearest(viewer, TableAsked(_study(dataset, area_here(), days), ask, places))


def corridors_shown(viewer: Viewer, dataset: Dataset, days: Days) -> FindingRelease:
    """Return the corridors as a viewer may see them: partners, between districts."""
    if scope_of(viewer) != "partnership":
        return _released(viewer, _corridors(dataset, days, by_district=False))

    def ask(shape: Shape) -> Finding:
        return _corridors(dataset, (shape.request.start, shape.request.end), by_district=True)

    return _nearest(viewer, TableAsked(_study(dataset, area_here(), days), ask))


def shares_shown(
    viewer: Viewer, dataset: Dataset, by: Literal["district", "ward"], days: Days
) -> FindingRelease:
    """Return the share with a child in safe steps, whatever partners were given before."""
    return release_child_shares(
        _study(dataset, area_here(), days),
        by=by,
        audience="partnership",
        register=_register(viewer),
        made_by=viewer.name,
    )


def _register(viewer: Viewer) -> DatabaseRegister:
    """Return the installation's register of releases, as a viewer uses it."""
    return DatabaseRegister(database(), person=viewer.name, role=role_of(viewer))


def _nearest(viewer: Viewer, asked: TableAsked) -> FindingRelease:
    """Return what partners may see of a table, or the nearest to it."""
    return release_table_nearest(
        asked,
        audience="partnership",
        register=_register(viewer),
        made_by=viewer.name,
    )


def _released(viewer: Viewer, finding: Finding) -> FindingRelease:
    """Return what a viewer of full counts may see of a finding.

    Raises
    ------
    RefusedError
        When their roles show them nothing, or not full counts.
    """
    scope = scope_of(viewer)
    if scope == "own wards":
        finding = only_rows(finding, in_wards(finding.table, viewer.wards).to_numpy())
    if scope == "partnership":
        raise RefusedError("Partners are given what disclosure control leaves. Ask an analyst.")
    return release(finding, made_by=viewer.name)


def _children(dataset: Dataset, by: Rows, days: Days, *, resolution: int | None = None) -> Finding:
    """Return the table of children, worked out once."""
    area = area_here()
    if resolution not in {None, area.resolution}:
        area = load_study_area(area.name, resolution=resolution)
    key = (dataset.digest, f"{area.sha256} {area.resolution}", by, days)
    return _children_finding(*key, _dataset=dataset, _area=area)


def _corridors(dataset: Dataset, days: Days, *, by_district: bool) -> Finding:
    """Return the corridors, worked out once."""
    area = area_here()
    key = (dataset.digest, area.sha256, by_district, days)
    return _corridors_finding(*key, _dataset=dataset, _area=area)


@st.cache_resource(max_entries=12, show_spinner="Counting")
def _children_finding(
    digest: str, area: str, by: Rows, days: Days, *, _dataset: Dataset, _area: StudyArea
) -> Finding:
    """Return domestic abuse with children by place, before disclosure control."""
    del digest, area
    return ask_children(_study(_dataset, _area, days), ChildrenChoices(by=by))


@st.cache_resource(max_entries=4, show_spinner="Counting")
def _corridors_finding(
    digest: str,
    area: str,
    by_district: bool,  # noqa: FBT001 - part of the key
    days: Days,
    *,
    _dataset: Dataset,
    _area: StudyArea,
) -> Finding:
    """Return missing-from to found corridors, before disclosure control."""
    del digest, area
    between: Between = "districts" if by_district else "cells"
    choices = CorridorsChoices(between=between, places=places_near(_dataset))
    return ask_corridors(_study(_dataset, _area, days), choices)


def _study(dataset: Dataset, area: StudyArea, days: Days) -> Study:
    """Return the incidents seen through the lens of domestic abuse, over the whole area."""
    first, last = days
    return prepare(dataset.incidents, lens=load_lens(LENS), area=area, start=first, end=last)
