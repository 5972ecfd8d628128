"""Briefings for the pages: what partners are given is made once, and only when somebody says so.

Whoever may release sees a preview first, checked against every earlier release and kept nowhere:
trying out lenses and periods uses nothing up. Partners are shown what was released to them; where
nothing was yet, the usual quarter is released to them when they first look.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import streamlit as st

from mapper.app.shell.area_in_use import area_name_here
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.day import today_here
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.once import given_once
from mapper.app.shell.surroundings import landmarks_near
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.base.files import Progress, no_progress
from mapper.disclosure.for_viewer import FOR_PARTNERS
from mapper.disclosure.people import Viewer, may, require, role_of
from mapper.disclosure.plan_month import given_months
from mapper.disclosure.refusal import months_around
from mapper.disclosure.register import MemoryRegister, Register, StoredRelease
from mapper.disclosure.release_plan import AUDIENCE, release_plan
from mapper.disclosure.rules import rules
from mapper.outputs.briefing.choices import (
    BriefingChoices,
    as_json,
    days_of_data,
    from_json,
    windows_of_period,
)
from mapper.outputs.briefing.content import Briefing, briefing_content
from mapper.outputs.briefing.gather import Gathered, gather
from mapper.questions.windows import Window
from mapper.records.briefings import ReleasedBriefing, release_briefing, released_briefing
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister
from mapper.records.shared import Shared, shared_records

_KEPT = "mapper_briefings"
_MOST = 6  # a session goes back and forth between a few
_RELEASES = "mapper_releases"  # where a meeting record looks for what was shown last


class PreviewRegister:
    """All that was released before, and what is tried out now: kept by nobody."""

    def __init__(self, kept: Register) -> None:
        self._kept = kept
        self._tried = MemoryRegister()

    def earlier(self, audience: str) -> Sequence[StoredRelease]:
        """Return the releases of an audience, and those tried out."""
        return (*self._kept.earlier(audience), *self._tried.earlier(audience))

    def add(self, stored: StoredRelease) -> None:
        """Keep a release as long as the preview is made."""
        self._tried.add(stored)

    def stamp(self) -> object:
        """Return the same always: what nobody keeps need not be checked beside later releases."""
        return None

    def turn(self) -> AbstractContextManager[object]:
        """Wait for nobody."""
        return nullcontext()

    def hold(self) -> AbstractContextManager[None]:
        """Hold nothing: a preview takes nothing from anybody."""
        return nullcontext()


@dataclass(frozen=True, eq=False)
class ShownBriefing:
    """A briefing on screen, and whether partners have been given it."""

    content: Briefing
    released: bool


def first_choices(viewer: Viewer, dataset: Dataset) -> BriefingChoices:
    """Return what a viewer is shown first: what was released, else the usual quarter.

    Raises
    ------
    MapperError
        When the data is too short.
    """
    kept = released_choices(dataset)
    return kept or usual_choices(viewer, dataset)


def released_choices(dataset: Dataset) -> BriefingChoices | None:
    """Return the choices that were released to partners for this data, if any were."""
    kept = released_briefing(database())
    if kept is None or kept.choices.get("data") != dataset.digest:
        return None
    return from_json(kept.choices)


def usual_choices(viewer: Viewer, dataset: Dataset) -> BriefingChoices:
    """Return the first lens that fits over the latest quarter, or month where data is short.

    Where a release plan gave two months or more, its first lens over the latest two of them.
    """
    require(viewer, "see partnership releases")
    planned = _planned_choices(viewer)
    if planned is not None:
        return planned
    first, last = days_of_data(dataset.incidents.table)
    long = (last - first).days > 200  # noqa: PLR2004 - two quarters and a broken month
    before, after = windows_of_period(first, last, "quarter" if long else "month")
    lens = lenses_for(dataset.digest, _dataset=dataset).lenses[0]
    return BriefingChoices(lens=lens.id, before=before, after=after, area=area_name_here())


def _planned_choices(viewer: Viewer) -> BriefingChoices | None:
    """Return what a release plan lets partners see at first; nothing without two months given."""
    plan = release_plan()
    if plan is None:
        return None
    given = given_months(plan, register_of(viewer).earlier(AUDIENCE))
    if len(given) < 2:  # noqa: PLR2004 - a month is set against another
        return None
    before, after = (Window(*months_around(month, month)) for month in given[-2:])
    return BriefingChoices(
        lens=plan.lenses[0],
        before=before,
        after=after,
        area=plan.area,
        resolution=plan.resolution,
    )


def briefing_for(viewer: Viewer, dataset: Dataset, choices: BriefingChoices) -> ShownBriefing:
    """Return a briefing, with the records as they stand now, and write down who saw it.

    Raises
    ------
    MapperError
        When disclosure control refuses its map, or the look cannot be written down.
    """
    require(viewer, "see partnership releases")
    released = is_released(dataset, choices) or not may(viewer, "release")
    kept: dict[object, Gathered] = st.session_state.setdefault(_KEPT, {})
    key = (viewer, dataset.digest, choices, released)
    with shown_progress("Making the briefing") as progress:
        if key not in kept:
            kept[key] = _gathered(viewer, dataset, choices, progress, keep=released)
            for oldest in list(kept)[:-_MOST]:
                del kept[oldest]
            _trace_look(viewer, dataset, kept[key], released=released)
    near = landmarks_near(dataset)
    content = briefing_content(kept[key], shared=shared_for(viewer), places=near)
    _offer_to_meeting(content)
    return ShownBriefing(content, released)


def release_to_partners(
    viewer: Viewer, dataset: Dataset, choices: BriefingChoices, progress: Progress = no_progress
) -> Briefing:
    """Register a briefing's releases and make it the one that partners are shown.

    Nothing of the page is touched: a file to take away is made on another thread.

    Parameters
    ----------
    progress
        Takes how far it is.

    Raises
    ------
    MapperError
        When the viewer may not release, disclosure control refuses, or it cannot be written down.
    """
    require(viewer, "release")
    gathered = gather(
        dataset.incidents,
        choices,
        register=register_of(viewer),
        made_by=viewer.name,
        progress=progress,
    )
    release_briefing(
        database(),
        viewer,
        release=gathered.now.digest,
        choices={**as_json(choices), "data": dataset.digest},
    )
    return briefing_content(gathered, shared=shared_for(viewer), places=landmarks_near(dataset))


def is_released(dataset: Dataset, choices: BriefingChoices) -> bool:
    """Tell whether partners were given this very briefing last."""
    return released_choices(dataset) == choices


def last_release() -> ReleasedBriefing | None:
    """Return what was last released to partners."""
    return released_briefing(database())


def shared_for(viewer: Viewer) -> Shared:
    """Return what partners see of the records today."""
    rule = rules().audiences["partnership"]
    return shared_records(database(), viewer, rule=rule, today=today_here())


def register_of(viewer: Viewer) -> DatabaseRegister:
    """Return the register of releases, as a viewer uses it."""
    return DatabaseRegister(database(), person=viewer.name, role=role_of(viewer))


def _gathered(
    viewer: Viewer, dataset: Dataset, choices: BriefingChoices, progress: Progress, *, keep: bool
) -> Gathered:
    """Return the releases of a briefing, registered or tried out.

    What was released is made again under the name of who released it: it is the same release to
    the byte, whoever looks at it. What was tried out stands as long as nothing else was given.
    """
    register = register_of(viewer)
    last = last_release()
    by = last.person if last and is_released(dataset, choices) else FOR_PARTNERS

    def make() -> Gathered:
        return gather(
            dataset.incidents,
            choices,
            register=register if keep else PreviewRegister(register),
            made_by=by if keep else viewer.name,
            progress=progress,
        )

    as_whom = (by,) if keep else ("preview", viewer.name, repr(register.stamp()))
    asked = ("briefing", dataset.digest, repr(choices), *as_whom)
    return given_once(asked, make, stamp=register.stamp)


def _trace_look(viewer: Viewer, dataset: Dataset, shown: Gathered, *, released: bool) -> None:
    """Write down that somebody is shown a briefing."""
    detail = {
        **as_json(shown.choices),
        "data": dataset.title,
        "state": "released" if released else "preview",
    }
    trace(viewer, "view", subject="Briefing", digest=shown.now.digest, detail=detail)


def _offer_to_meeting(content: Briefing) -> None:
    """Let a meeting record that is started now keep what is on this screen."""
    kept = st.session_state.setdefault(_RELEASES, {})
    key = ("briefing", content.map.digest)
    kept.pop(key, None)  # the latest stands last
    kept[key] = content.map
