"""On the Data page: sinks decided for every page, mappings kept; and the trap of shared caches."""

import csv
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import streamlit as st
from sqlalchemy import text

from mapper.app.data.saved_mappings import fitting_mappings, keep_mapping
from mapper.app.data.sinks_form import sinks_of
from mapper.app.shell.datasets import dataset_of
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.router import PAGES
from mapper.base.errors import MappingError
from mapper.base.settings import settings
from mapper.context.sink_choices import read_sink_choices
from mapper.incidents.mapping import ColumnMapping
from mapper.records.open import database
from tests.builders import disc, incidents_at
from tests.pages.conftest import forget, said, start
from tests.small_extract import write_extract

MOVED = 150


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The app on data with a desk that holds 150 incidents."""
    path = write_extract(tmp_path / "desk.csv")
    with path.open("a", newline="") as file:
        csv.writer(file).writerows(
            [f"DESK-{n}", f"2023-03-{1 + n % 28:02d} 10:00", -2.9, 53.4, "Violence",
             "Police Station", "yes", "no", "no", "yes"]
            for n in range(MOVED)
        )  # fmt: skip
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(path))
    forget()
    return start().switch_page(str(PAGES / "data" / "load.py")).run()


def test_a_sink_moved_out_is_gone_from_every_page_and_can_be_undone(desk):
    app = desk
    assert "Police Station" in said(app)
    app.selectbox(key="sink 0").select("move out").run()
    app.button(key="apply sinks").click().run()
    assert "Say who decided, and why" in said(app)
    app.text_input(key="sink reason 0").input("Arrests are recorded at the desk.")
    app.text_input(key="sinks decided by").input("Analysis lead")
    app.button(key="apply sinks").click().run()
    assert not app.exception
    assert "1 default point decided, 1,470 incidents" in said(app)
    app.switch_page(str(PAGES / "hotspots" / "overview.py")).run()
    assert "1 default point decided" in said(app)
    (path,) = (settings().workspace / "sinks").glob("*.toml")
    (kept,) = read_sink_choices(path).choices
    assert (kept.choice, kept.decided_by, kept.label) == (
        *("move out", "Analysis lead", "Police Station"),
    )
    assert isinstance(kept.decided_on, date)
    with database().read() as connection:
        subjects = connection.execute(text("SELECT subject FROM audit")).scalars().all()
    assert "geocode sinks" in subjects
    app.switch_page(str(PAGES / "data" / "load.py")).run()
    next(
        one for one in app.button if one.label == "Undo the choices about default points"
    ).click().run()
    assert f"{1_470 + MOVED:,} incidents" in said(app)
    next(one for one in app.button if one.label == "Use the choices kept for it").click().run()
    assert "1 default point decided" in said(app)


def test_a_mapping_is_kept_and_offered_to_tables_with_its_columns():
    settings.cache_clear()
    mapping = ColumnMapping(
        {"reference": ("Ref No",), "from_at": ("When",)}, date_order="day-first"
    )
    path = keep_mapping(mapping, "Monthly extract")
    assert path == settings().workspace / "mappings" / "Monthly extract.toml"
    assert fitting_mappings(["What", "When", "Ref No"]) == {"Monthly extract": mapping}
    assert fitting_mappings(["When"]) == {}
    with pytest.raises(MappingError, match="kept already"):
        keep_mapping(mapping, "Monthly extract")
    for name in ("", "../up", "a/b", "x" * 61):
        with pytest.raises(MappingError, match="Name the mapping"):
            keep_mapping(mapping, name)


def altered(base, number):
    """A dataset of a large frame, one value of it changed far from where a sample would look."""
    table = base.table.copy()
    table.loc[150_001 + number, "lon"] += 0.01
    file = replace(base.files[0], sha256=f"{number:064x}")
    return dataset_of(replace(base, table=table, files=(file,)), title="big.csv")


def test_five_altered_copies_of_a_large_frame_never_get_a_stale_result():
    """st.cache_data would hash a sample of a frame this large and answer all five with the first.

    What is shared is therefore keyed by the digest of the file, and the frame goes in unhashed.
    """
    base = incidents_at(np.random.default_rng(1).choice(disc(12), size=300_000))
    sets = [altered(base, number) for number in range(5)]
    assert len({each.digest for each in sets}) == 5
    results = [points_of(each) for each in sets]
    assert len(set(results)) == 5
    assert [points_of(each) for each in sets] == results
    found = [sinks_of(each.digest, _dataset=each) for each in sets]
    assert sinks_of(sets[0].digest, _dataset=sets[0]) is found[0]
    assert len({id(each) for each in [lenses_for(d.digest, _dataset=d) for d in sets]}) == 5


def points_of(dataset):
    """What the app's own pattern gives: the digest as key, the frame as an underscore argument."""
    return _sum_of_longitudes(dataset.digest, _dataset=dataset)


@st.cache_resource
def _sum_of_longitudes(digest, *, _dataset):
    return digest, float(_dataset.incidents.table["lon"].sum())
