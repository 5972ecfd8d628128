"""What truth.json says is planted is there: read back from the extract alone."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_discs, points_to_cells, strings_to_cells
from mapper.grid.neighbours import find_neighbours
from mapper.incidents.coordinates import grid_to_degrees
from mapper.incidents.flags import YES
from mapper.lenses.load import load_lens
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import benjamini_hochberg
from mapper.statistics.scores import score_counts

PATTERNS = {
    "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating",
    "historical",
}  # fmt: skip


@pytest.fixture(scope="module")
def force(demonstration):
    """Cell, month and indicator of each clean row, and the cells of the study area."""
    clean = demonstration.clean
    area = load_study_area("merseyside", resolution=9)
    cells = area.cells["cell"].to_numpy()
    lon = clean["longitude"].astype("float64").to_numpy(copy=True)
    lat = clean["latitude"].astype("float64").to_numpy(copy=True)
    grid = clean["easting"].notna().to_numpy()
    east, north = (clean[name][grid].astype("float64") for name in ("easting", "northing"))
    lon[grid], lat[grid] = grid_to_degrees(east.to_numpy(), north.to_numpy())
    start = pd.to_datetime(clean["from_at"], format="%Y-%m-%d %H:%M")
    return SimpleNamespace(
        cells=cells,
        area=area.cells,
        cell=points_to_cells(lon, lat, resolution=9),
        point=pd.Series(np.round(lon, 4)).astype(str) + pd.Series(np.round(lat, 4)).astype(str),
        start=start,
        month=((start.dt.year - 2021) * 12 + start.dt.month - 9).to_numpy(),
        counted={
            "county-lines": county_lines(clean),
            "domestic-abuse": yes(clean, "domestic_abuse"),
            "domestic-abuse-children": yes(clean, "child_at_address"),
        },
    )


def yes(clean, flag):
    return clean[flag].str.lower().isin(YES).to_numpy()


def county_lines(clean):
    named = [
        yes(clean, flag) for flag in ("county_line", "exploitation", "cuckooing", "missing_child")
    ]
    armed = yes(clean, "knife") & yes(clean, "young_person")
    return np.any(named, axis=0) | armed | (clean["incident_type"] == "Drug supply").to_numpy()


def counts_of(force, lens, month=None):
    chosen = force.counted[lens] if month is None else force.counted[lens] & (force.month == month)
    return np.bincount(np.searchsorted(force.cells, force.cell[chosen]), minlength=force.cells.size)


def positions(force, strings):
    found = np.searchsorted(force.cells, strings_to_cells(strings))
    assert (force.cells[found] == strings_to_cells(strings)).all()
    return found


def hot(counts, near):
    score = score_counts(counts.astype(np.int64), score="capped")
    return benjamini_hochberg(find_clusters(score, near).p) <= 0.05


def clusters(demonstration):
    return [plant for plant in demonstration.truth["planted"] if plant["signal"] == "cluster"]


def test_every_incident_lies_in_the_study_area(force):
    assert np.isin(force.cell, force.cells).all()


def test_each_pattern_is_planted_and_clusters_are_discs_far_apart(demonstration, force):
    lines = [p for p in clusters(demonstration) if p["lens"] == "county-lines"]
    assert {plant["pattern"] for plant in lines} == PATTERNS
    discs = {plant["cell"]: set(plant["cells"]) for plant in clusters(demonstration)}
    assert all(len(disc) == 7 for disc in discs.values())
    assert len(set.union(*discs.values())) == 7 * len(discs)
    for centre, disc in discs.items():
        ring = cells_to_discs(strings_to_cells([centre]), rings=1)[1]
        assert set(strings_to_cells(sorted(disc))) == set(ring)


def test_planted_cells_have_an_excess_over_what_surrounds_them(demonstration, force):
    for plant in clusters(demonstration):
        counts = counts_of(force, plant["lens"])
        centre = strings_to_cells([plant["cell"]])
        around = np.setdiff1d(cells_to_discs(centre, rings=4)[1], strings_to_cells(plant["cells"]))
        around = np.searchsorted(force.cells, np.intersect1d(around, force.cells))
        planted = counts[positions(force, plant["cells"])]
        assert planted.min() > 2 * counts[around].mean(), plant["id"]
        assert planted.sum() == plant["incidents_in_disc"] >= plant["incidents"]


def test_strong_clusters_and_only_they_pass_the_exact_disc_test(demonstration, force):
    near = find_neighbours(force.cells)
    found = {lens: hot(counts_of(force, lens), near) for lens in force.counted}
    for plant in demonstration.truth["planted"]:
        centre = positions(force, [plant["cell"]])[0]
        assert found[plant["lens"]][centre] == plant["strong"], plant["id"]


def test_months_of_county_lines_clusters_are_hot_as_planted(demonstration, force):
    near = find_neighbours(force.cells)
    monthly = [hot(counts_of(force, "county-lines", month), near) for month in range(12)]
    for plant in clusters(demonstration):
        if plant["lens"] == "county-lines":
            centre = positions(force, [plant["cell"]])[0]
            assert [bool(m[centre]) for m in monthly] == [n > 0 for n in plant["months"]], plant[
                "id"
            ]


def test_a_taken_over_home_is_one_address_in_a_quiet_place(demonstration, force):
    homes = [p for p in demonstration.truth["planted"] if p["signal"] == "single place"]
    counts = counts_of(force, "county-lines")
    for plant in homes:
        centre = positions(force, [plant["cell"]])[0]
        ring = cells_to_discs(strings_to_cells([plant["cell"]]), rings=1)[1]
        others = np.setdiff1d(np.searchsorted(force.cells, ring), centre)
        assert counts[centre] >= plant["incidents"] >= 30
        assert counts[others].sum() < counts[centre] / 2
        there = force.counted["county-lines"] & (force.cell == force.cells[centre])
        assert demonstration.clean["uprn"][there].value_counts().iloc[0] == plant["incidents"]
    assert len(homes) == 3


def test_two_lenses_coincide_in_one_place(demonstration):
    both = [p for p in demonstration.truth["planted"] if p["id"].startswith("coincidence-")]
    assert {plant["lens"] for plant in both} == {"county-lines", "domestic-abuse"}
    assert len({tuple(plant["cells"]) for plant in both}) == 1


def test_the_geocode_sink_is_one_point_with_its_share(demonstration, force):
    sink = demonstration.truth["geocode_sink"]
    at = (demonstration.clean["location"] == sink["location"]).to_numpy()
    assert at.sum() == sink["incidents"] == 3_750 == sink["share"] * 250_000
    assert (force.cell[at] == strings_to_cells([sink["cell"]])[0]).all()
    grid = demonstration.clean[["easting", "northing"]][at].dropna()
    assert len(grid.drop_duplicates()) == 1


def test_interventions_did_what_the_truth_says(demonstration, force):
    change = {}
    for plan in demonstration.truth["interventions"]:
        before = (force.start < pd.Timestamp(plan["start"])).to_numpy()
        for group in ("treated", "buffer", "control"):
            there = np.isin(force.cell, strings_to_cells(plan[f"{group}_cells"]))
            pair = [int((there & before).sum()), int((there & ~before).sum())]
            assert pair == plan["before_after"][group]
            change[plan["id"], group] = pair[1] / pair[0]
    # two half-years of a few hundred incidents: a ratio is good to about a tenth
    for plan in demonstration.truth["interventions"]:
        treated = change[plan["id"], "treated"] / change[plan["id"], "control"]
        assert treated == pytest.approx(1 - plan["fall"], abs=0.2)
        if plan["displaced"]:
            assert change[plan["id"], "buffer"] > 1.2
        else:
            assert change[plan["id"], "buffer"] == pytest.approx(1.05, abs=0.12)


def test_homes_repeat_as_they_do_in_life(demonstration, force):
    domestic = force.counted["domestic-abuse"]
    homes = demonstration.clean["uprn"][domestic].dropna().value_counts()
    repeated = homes[homes >= 2]
    assert 0.2 < repeated.sum() / homes.sum() < 0.5  # of incidents, at homes with an earlier one
    assert len(repeated) / len(homes) < 0.2
    assert homes.max() >= 10


def test_density_follows_residents_and_need(demonstration, force):
    special = {demonstration.truth["geocode_sink"]["cell"]}
    special |= {cell for plant in demonstration.truth["planted"] for cell in plant["cells"]}
    everyday = ~np.isin(force.cells, strings_to_cells(sorted(special)))
    counts = counts_of(force, "domestic-abuse")[everyday]
    residents = force.area["residents"].to_numpy()[everyday]
    assert np.corrcoef(counts, residents)[0, 1] > 0.6
    decile = force.area["deprivation_decile"].to_numpy()[everyday]
    rate = [counts[d].sum() / residents[d].sum() for d in (decile == 1, decile >= 8)]
    assert 1.8 < rate[0] / rate[1] < 4


def test_weeks_and_nights_have_their_rhythms(demonstration, force):
    kind = demonstration.clean["incident_type"]
    hour, day = force.start.dt.hour, force.start.dt.day_of_week
    violence = (
        kind.isin(["Violence with injury", "Public order"]) & ~force.counted["domestic-abuse"]
    )
    assert violence[hour.isin([23, 0, 1])].sum() > 2 * violence[hour.isin([7, 8, 9])].sum()
    assert violence[day.isin([5, 6])].sum() > 1.5 * violence[day.isin([1, 2])].sum()
    shoplifting = kind == "Shoplifting"
    assert shoplifting[hour.between(9, 20)].sum() > 20 * shoplifting[hour < 6].sum()
    antisocial = (kind == "Anti-social behaviour").groupby(force.month).sum()
    assert antisocial[[9, 10]].sum() > 1.3 * antisocial[[4, 5]].sum()


@pytest.mark.parametrize("lens", ["county-lines", "domestic-abuse", "domestic-abuse-children"])
def test_every_planted_place_is_listed_as_unusual_under_its_lens(demonstration, incidents, lens):
    """Clusters and taken-over homes alike, against what the lens itself names as expected."""
    found = analyse(incidents, lens=load_lens(lens), area=load_study_area("merseyside"))
    listed = set(found.cells.loc[found.cells["hot"], "cell"])
    planted = [plant for plant in demonstration.truth["planted"] if plant["lens"] == lens]
    assert len(planted) >= 2
    assert [plant["id"] for plant in planted if not listed & set(plant["cells"])] == []
