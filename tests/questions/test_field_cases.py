"""The field cases answered: each answer that rests on the data tells what misleads in it first."""

import re

import pytest

AFTER = "2022-03-01:2022-08-31"
WINDOWS = ("--before", "2021-09-01:2022-02-28", "--after", AFTER)


def test_two_archives_count_their_common_month_once(field, ask):
    windows = ("--before", "2026-01-01:2026-01-31", "--after", "2026-02-01:2026-02-28")
    source = field / "two-archives"
    table, manifest = ask("change", *windows, "--by", "area", source=source, lens="public-all")
    (row,) = table.to_dict("records")
    assert (row["before"], row["after"], row["direction"]) == (145, 140, "cannot be told")
    assert any("75 without a reference" in note for note in manifest["notes"])


def test_a_row_for_each_person_counts_every_flag(field, run, tmp_path):
    out = tmp_path / "clock.csv"
    source = field / "row-per-person" / "incidents.csv"
    said = run("clock", source, "--lens", "domestic-abuse", "--out", out)
    assert "300 incidents spread over the week" in said.out
    assert "120 incidents stand on several rows that disagree on domestic_abuse" in said.out


def test_a_part_that_stops_is_neither_a_fall_nor_a_success(field, ask):
    choices = {"source": field / "part-stops" / "incidents.csv", "lens": "all-demand"}
    table, _ = ask("change", *WINDOWS, "--by", "district", **choices)
    wirral = table.set_index("district").loc["Wirral"]
    assert (wirral["before"], wirral["after"], wirral["direction"]) == (210, 26, "cannot be told")
    assert not table["clear"].any()
    cells, _ = ask("signals", **choices)
    mine = cells[cells["district"] == "Wirral"]
    cell = mine.loc[mine["incidents"].idxmax(), "cell"]
    figures, _ = ask("evaluate", "--cell", cell, *WINDOWS, **choices)
    verdict = figures.set_index("figure").loc["treated against expected"]
    assert verdict["code"] == "data at fault"
    assert "stops on 1 March 2022" in verdict["words"]


@pytest.mark.parametrize("command", ["clock", "shifts"])
def test_midnight_for_unknown_is_no_hour(field, ask, command):
    source = field / "midnight" / "incidents.csv"
    table, manifest = ask(command, source=source, lens="all-demand")
    assert any(note.startswith("567 of 1,698 times (33%) are 00:00") for note in manifest["notes"])
    if command == "shifts":
        places = table.groupby("hotspot_id")["weight"].sum().sum()
        (left,) = [note for note in manifest["notes"] if note.startswith("Left out")]
        unknown, listed = map(int, re.findall(r"\d+", left.replace(",", "")))
        assert 0 < unknown < 567
        assert listed - unknown == pytest.approx(places)
        table, manifest = ask(command, "--by", "area", source=source, lens="all-demand")
        assert table["weight"].sum() == pytest.approx(1_131)
        assert any(
            "567 incidents without a known hour, of the 1,698" in note for note in manifest["notes"]
        )
    if command == "clock":
        assert table["weight"].sum() == pytest.approx(1_131)
        assert table.groupby("hour")["weight"].sum()[0] < 1_131 / 12


def test_a_default_point_is_said_beside_its_place(field, ask):
    source = field / "default-point" / "incidents.csv"
    table, manifest = ask("signals", "--by", "place", source=source, lens="all-demand")
    beside = table.loc[table["name"].str.contains("Fixed Location"), "words"]
    assert len(beside) == 1
    assert beside.str.contains("40 of them lie at a point where incidents are recorded").all()
    assert any("no fixed location" in note for note in manifest["notes"])


def test_days_after_a_stop_tell_it_and_have_no_verdict_on_its_ground(field, ask):
    choices = {"source": field / "part-stops" / "incidents.csv", "lens": "all-demand"}
    windows = ("--before", "2022-03-01:2022-05-31", "--after", "2022-06-01:2022-08-31")
    table, manifest = ask("change", *windows, "--by", "district", **choices)
    rows = table.set_index("district")
    assert rows["direction"].to_dict() == dict.fromkeys(rows.index, "no clear change") | {
        "Wirral": "cannot be told"
    }
    assert "(district) stop on 1 March 2022, before these days" in rows.loc["Wirral", "words"]
    for days, told in ((("2022-03-01", "2022-08-31"), True), (("2021-09-01", "2022-02-28"), False)):
        _, manifest = ask("signals", "--from", days[0], "--to", days[1], **choices)
        assert any("stops on 1 March 2022" in note for note in manifest["notes"]) == told


def test_what_misleads_is_mended_by_an_option_and_in_a_job(field, ask, run, tmp_path):
    path, lens = field / "part-stops" / "incidents.csv", "all-demand"
    mend = ("--mend", "part stops: Wirral")
    table, manifest = ask("change", *WINDOWS, "--by", "district", *mend, source=path, lens=lens)
    rows = table.set_index("district")
    assert (rows.loc["Wirral", "after"], rows.loc["Wirral", "direction"]) == (0, "cannot be told")
    assert "the data holds nothing at all there" in rows.loc["Wirral", "words"]
    assert "236 incidents set aside, as chosen (part stops: Wirral)" in manifest["notes"]
    job = tmp_path / "job.toml"
    text = JOB.format(path=path, lens=lens).replace(
        "[analysis]", 'mend = ["part stops: Wirral"]\n[analysis]'
    )
    job.write_text(text, encoding="utf-8")
    run("run", job)
    assert "1 written, 0 failed" in (tmp_path / "run.log").read_text(encoding="utf-8")
    for one in (tmp_path / "out").rglob("*manifest.json"):
        assert "236 incidents set aside, as chosen" in one.read_text(encoding="utf-8")


JOB = """
title = "Field"
out = "out"
log = "run.log"
[incidents]
paths = ["{path}"]
[analysis]
lenses = ["{lens}"]
areas = ["merseyside"]
[outputs]
forms = ["csv"]
[[questions]]
id = "shifts"
by = "area"
"""
TOLD = {
    "default-point": ("all-demand", "40 incidents (2.0%) lie where a system puts what it cannot"),
    "midnight": ("all-demand", "567 of 1,698 times (33%) are 00:00"),
    "part-stops": ("all-demand", "“Wirral” (district) stops on 1 March 2022"),
    "row-per-person": ("domestic-abuse", "120 incidents stand on several rows that disagree"),
    "two-archives": ("public-all", "75 rows whose reference stands in both, 75 without a"),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_job_tells_it_in_its_log_and_beside_each_answer(field, run, tmp_path, case):
    lens, words = TOLD[case]
    path = field / case if case == "two-archives" else field / case / "incidents.csv"
    job = tmp_path / "job.toml"
    job.write_text(JOB.format(path=path, lens=lens), encoding="utf-8")
    run("run", job)
    log = (tmp_path / "run.log").read_text(encoding="utf-8")
    assert "1 written, 0 failed, 1 in all" in log
    assert words in log
    manifests = list((tmp_path / "out").rglob("*manifest.json"))
    assert len(manifests) == (1 if case == "two-archives" else 2)  # months have no shifts
    for one in manifests:
        assert words in one.read_text(encoding="utf-8")
