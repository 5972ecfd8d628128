"""Each command about context: its figures by counting the file's rows by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.context.phases import PhaseRules, shipped_phase_rules
from mapper.context.place_files import read_places
from mapper.grid.hexagons import cells_to_strings, points_to_cells
from mapper.questions.phases import PhasesChoices, ask_phases, phase_facts
from mapper.questions.registry import QUESTIONS
from mapper.questions.verdicts import CANNOT
from tests.small_extract import write_police_uk


def cells_of(rows):
    lon, lat = (rows[name].to_numpy(dtype=np.float64) for name in ("longitude", "latitude"))
    return cells_to_strings(points_to_cells(lon, lat, resolution=9))


@pytest.fixture(scope="module")
def result(study):
    return find_hotspots(study)


@pytest.mark.parametrize("definition", QUESTIONS.values(), ids=lambda one: one.id)
def test_help_fits_a_terminal_and_says_what_is_counted(definition):
    texts = (definition.question, definition.definition, definition.source)
    assert all(len(text) < 90 for text in texts)


def test_children_by_area_and_hot_spot(ask, rows, result):
    table, manifest = ask("children", "--by", "area")
    abuse = (rows["domestic_abuse"] == "yes") & np.isin(cells_of(rows), result.cells["cell"])
    child = abuse & ((rows["child_at_address"] == "yes") | (rows["child_under_1"] == "yes"))
    assert table.loc[0, "incidents"] == abuse.sum()
    assert table.loc[0, "with_child"] == child.sum()
    assert table.loc[0, "with_baby"] == (abuse & (rows["child_under_1"] == "yes")).sum()
    assert table.loc[0, "graded"] == (abuse & (rows["risk_grade"] != "")).sum()
    assert manifest["choices"]["by"] == "area"
    spots, _ = ask("children", "--by", "hotspot")
    assert spots["incidents"].tolist() == result.hotspots["incidents"].tolist()


def test_children_under_another_lens_are_refused(run, extract, tmp_path):
    out = tmp_path / "x.csv"
    said = run("children", extract, "--lens", "county-lines", "--out", out)
    assert said.code == 2
    assert "Choose “Domestic abuse” (domestic-abuse) or one of its kind" in said.err
    assert not out.exists()


def test_signature_of_one_cell(ask, rows):
    at = cells_of(rows)
    cell = str(
        cells_to_strings(points_to_cells(np.array([-2.95]), np.array([53.42]), resolution=9))[0]
    )
    table, _ = ask("signature", "--cell", cell)
    abuse = (rows["domestic_abuse"] == "yes").to_numpy()
    table = table.set_index("indicator")
    repeat = abuse & (rows["repeat_victim"] == "yes").to_numpy()
    assert table.loc["Repeat victim", "incidents"] == (repeat & (at == cell)).sum()
    assert table.loc["Repeat victim", "of"] == (abuse & (at == cell)).sum()


def test_unknown_places_are_refused(run, extract, tmp_path):
    for option, name in (("--hotspot", "HS-NONE"), ("--cell", "891951073a7ffff0")):
        out = tmp_path / "x.csv"
        said = run("signature", extract, "--lens", "domestic-abuse", "--out", out, option, name)
        assert said.code == 2
        assert name in said.err


def test_context_of_hot_spots(ask, near, run, extract, tmp_path):
    table, manifest = ask("context", "--places", near, "--reach", 2)
    assert list(table.columns[-6:]) == [
        "ring_0", "ring_1", "ring_2", "within", "nearest_m", "nearest",
    ]  # fmt: skip
    assert set(table["kind"]) == {"railway station", "school", "library"}
    first = table[table["hotspot_id"] == table["hotspot_id"].iloc[0]]
    assert first["side"].tolist() == ["risk", "both", "protective"]
    assert manifest["choices"] == {"hotspot": None, "cell": None, "reach": 2, "places": 3}
    said = run("context", extract, "--lens", "domestic-abuse", "--out", tmp_path / "x.csv",
               "--places", near, "--reach", 11)  # fmt: skip
    assert (said.code, "choose 1 to 10" in said.err) == (2, True)


def test_corridors_to_the_hub(ask, near, rows):
    table, _ = ask("corridors", "--places", near)
    gone = rows["missing"] == "yes"
    hub = gone & (rows["found_longitude"] == "-2.978")
    assert table["reports"].sum() == gone.sum()
    assert table.loc[table["to"] == "Lime Street", "reports"].sum() == hub.sum()
    plain, _ = ask("corridors", "--ends", 8)
    assert set(plain["to_kind"]) == {"cell"}
    assert plain["to"].nunique() == 2


def test_corridors_between_districts_hold_every_report_inside_that_says_both(ask, study):
    table, manifest = ask("corridors", "--between", "districts")
    gone = study.incidents.table["missing"].to_numpy(dtype=bool)
    inside = gone & (study.counts.position >= 0)
    assert table["reports"].sum() == inside.sum()
    assert 0 < inside.sum() < gone.sum()
    assert f"{inside.sum()} of {gone.sum()} reports" in str(manifest["notes"])
    assert len(table) == 5 * 6
    assert not table.duplicated(["from_district", "to_district"]).any()
    district = study.area.cells["district"].astype("str").to_numpy()[study.counts.position]
    by_hand = pd.Series(district[inside]).value_counts()
    sums = table.groupby("from_district")["reports"].sum()
    assert sums[sums > 0].to_dict() == by_hand.to_dict()


def test_corridors_no_finer_than_the_study(run, extract, tmp_path):
    out = tmp_path / "x.csv"
    said = run("corridors", extract, "--lens", "domestic-abuse", "--out", out, "--ends", 10)
    assert (said.code, "Choose 7 to 9" in said.err) == (2, True)


def test_shifts_hold_every_incident(ask, study):
    table, _ = ask("shifts", "--by", "area")
    assert len(table) == 21
    assert table["weight"].sum() == pytest.approx(study.counts.total)
    start = study.incidents.table["start"][study.counted]
    late_friday = (start.dt.day_of_week == 4) & start.dt.hour.between(15, 22)
    row = table[(table["day"] == "Friday") & (table["shift"] == "late")].iloc[0]
    assert row["weight"] == pytest.approx(late_friday.sum())


def test_months_alone_tell_no_day_or_hour(run, tmp_path):
    path = write_police_uk(tmp_path / "2023-05-merseyside-street.csv")
    for command in ("shifts", "days"):
        said = run(command, path, "--lens", "public-violence", "--out", tmp_path / "x.csv")
        assert said.code == 2
        assert "only the month of each incident" in said.err


def test_days_by_the_calendar(ask, study, tmp_path):
    table, manifest = ask("days", "--by", "area")
    days = table.set_index("contrast")
    both = days.loc["pay days against other days", ["incidents", "other_incidents"]]
    assert both.sum() == study.counts.total
    assert manifest["choices"]["calendar"] == "school-days.toml"
    own = tmp_path / "own.toml"
    own.write_text(
        'title = "t"\nversion = "9"\nsource = "s"\n[[school_year]]\nname = "a"\n'
        "first = 2023-01-01\nlast = 2023-12-31\nterms = [[2023-01-09, 2023-01-13]]\n"
    )
    table, manifest = ask("days", "--by", "area", "--school-days", own)
    assert table["other_days"].iloc[0] == 5
    assert manifest["choices"]["calendar_version"] == "9"


def test_phases_with_rules_of_ones_own(ask, tmp_path, result):
    shipped, _ = ask("phases")
    assert shipped["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    assert set(shipped["phase"]) <= {"primary", "secondary", "tertiary"}
    own = tmp_path / "own.toml"
    least = int(result.hotspots["incidents"].max())
    own.write_text(
        f'title = "t"\nversion = "1"\n[[rule]]\nname = "Many"\nphase = "primary"\nreason = "r"\n'
        f"when = {{ incidents = {{ at_least = {least} }} }}\n"
    )
    table, manifest = ask("phases", "--rules", own)
    expected = np.where(result.hotspots["incidents"] >= least, "primary", "")
    assert table["phase"].tolist() == expected.tolist()
    assert manifest["choices"]["rules"] == "own.toml"


def test_facts_by_plain_counting(study, result, near):
    facts = phase_facts(study, result=result, places=read_places(near))
    table = study.incidents.table
    of_cell = result.cells["hotspot_id"].to_numpy()
    at = of_cell[study.counts.position]
    decile = study.area.cells["deprivation_decile"]
    for name, found in zip(result.hotspots["hotspot_id"], facts, strict=True):
        mine = table[study.counted & (at == name)]
        assert found["incidents"] == len(mine)
        if mine.empty:  # hot by what lies around it
            assert found["repeat_share"] is found["one_address_share"] is None
            continue
        assert found["repeat_share"] == mine["repeat_victim"].mean()
        assert found["children_share"] == mine["child_at_address"].mean()
        assert found["high_risk_share"] == (mine["risk_grade"] == "high").mean()
        points = mine[["lon", "lat"]].round(6).value_counts()
        assert found["one_address_share"] == points.iloc[0] / len(mine)
        assert found["deprivation_decile"] == decile[of_cell == name].median()
    assert {fact["protective_assets"] for fact in facts} <= {0.0, 1.0}
    assert all(fact["one_address_share"] for fact in facts)
    assert phase_facts(study, result=result)[0]["protective_assets"] is None


def test_facts_of_being_drawn_in_by_plain_counting(study, result, near):
    facts = phase_facts(study, result=result, places=read_places(near))
    table = study.incidents.table
    at = result.cells["hotspot_id"].to_numpy()[study.counts.position]
    for name, found in zip(result.hotspots["hotspot_id"], facts, strict=True):
        mine = table[study.counted & (at == name)]
        flagged = mine["exploitation"] | mine["county_line"] | mine["cuckooing"]
        assert found["exploitation_share"] == flagged.mean()
        assert found["missing_share"] == mine["missing_child"].mean()
        assert 0 <= found["school_age_venues"] <= found["protective_assets"] + 3


@pytest.mark.parametrize("by", ["ward", "district"])
def test_a_ward_or_district_is_asked_about_as_a_whole_population(study, result, by):
    found = ask_phases(study, PhasesChoices(by=by), result=result)
    table = found.table
    assert found.unit == by
    keys = ["district", "ward"][: 2 if by == "ward" else 1]
    where = study.area.cells[keys].astype("str").agg("/".join, axis=1).to_numpy()
    where = where[study.counts.position]
    for row in table.to_dict("records"):
        name = "/".join(row[key] for key in keys)
        assert row["incidents"] == (study.counted & (where == name)).sum()
        silent = row["pattern"] == CANNOT  # nothing at all is known of it
        assert row["pattern"] in {"no hot spot", CANNOT}
        assert row["phase"] in ({""} if silent else {"primary", "secondary"})
    everyone = table[table["phase"] == "primary"]
    assert (everyone["service"] == shipped_phase_rules().universal[study.lens.id]).all()
    assert len(everyone)


def test_a_hot_spot_of_few_incidents_keeps_its_place_and_gets_no_phase(study, result):
    rules = replace(shipped_phase_rules(), fewest=10_000)
    found = ask_phases(study, PhasesChoices(rules=rules), result=result)
    assert found.table["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    assert set(found.table["phase"]) == {""}
    few = found.table["reason"].str.startswith(("Too few to suggest a phase", "No pattern can"))
    assert few.all()


def test_a_table_without_rules_that_fit_gives_no_phase(study, result):
    nothing = PhaseRules("t", "1", (), "none.toml")
    found = ask_phases(study, PhasesChoices(rules=nothing), result=result)
    assert set(found.table["phase"]) == {""}


def test_sinks_are_listed_and_written_once(run, extract, tmp_path):
    out = tmp_path / "sinks.toml"
    said = run("sinks", extract, "--out", out)
    assert said.code == 0
    assert "-2.950000, 53.420000  Example Road: 60 incidents" in said.out
    assert 'choice = "keep"' in out.read_text()
    again = run("sinks", extract, "--out", out)
    assert (again.code, "is there already" in again.err) == (2, True)
