"""The Data page: files in, faults shown, unknown tables mapped, data put to use and back."""

import re

import pandas as pd
import pytest

from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from tests.pages.conftest import said, start
from tests.small_extract import write_extract, write_police_uk, write_unknown_table

pytestmark = pytest.mark.usefixtures("loaded_here")  # test_kept_data starts the child on this page


@pytest.fixture
def data_page(app):
    """The Data page, reached through the menu."""
    return app.switch_page("pages/data/load.py").run()


def load(page, path):
    """Load one file."""
    return page.file_uploader[0].set_value((path.name, path.read_bytes(), "text/csv")).run()


def test_it_opens_on_the_quality_of_the_data_in_use(data_page):
    assert not data_page.exception
    assert "In use: small.csv, 1,470 incidents." in said(data_page)
    assert "Every row was accepted." in said(data_page)


def test_faults_are_counted_and_the_rows_shown(data_page, tmp_path):
    load(data_page, write_police_uk(tmp_path / "street.csv"))
    assert not data_page.exception
    reasons, rejected = (table.value for table in data_page.dataframe[:2])
    assert dict(zip(reasons["Reason"], reasons["Rows"], strict=True)) == {
        "no date": 2,
        "no coordinates": 3,
        "zero coordinates": 2,
    }
    assert len(rejected) == 7
    for number in ("628", "621", "7"):
        assert f"<dd>{number}</dd>" in said(data_page)


def test_loaded_data_is_used_and_given_back(data_page, tmp_path):
    assert SYNTHETIC_NOTICE in said(data_page)
    load(data_page, write_police_uk(tmp_path / "street.csv"))
    assert SYNTHETIC_NOTICE not in said(data_page)
    page = next(b for b in data_page.button if b.label == "Use this data").click().run()
    page.switch_page("pages/hotspots/overview.py").run()
    assert page.sidebar.selectbox[0].options[0].endswith("(police.uk)")
    page.sidebar.selectbox[0].select("public-violence").run()
    assert "street.csv, 1 May 2023 to 30 June 2023" in said(page)
    page.switch_page("pages/data/load.py").run()
    next(b for b in page.button if b.label == "Back to what everybody sees").click().run()
    assert "In use: small.csv" in said(page)


def test_loaded_data_outlive_a_reload_and_another_page_until_given_back(data_page, tmp_path):
    load(data_page, write_police_uk(tmp_path / "street.csv"))
    page = next(b for b in data_page.button if b.label == "Use this data").click().run()
    page.switch_page("pages/data/load.py").run()
    assert "Loaded before: street.csv." in said(page)
    fresh = start().switch_page("pages/data/load.py").run()
    assert "In use: street.csv, 621 incidents." in said(fresh)
    next(b for b in fresh.button if b.label == "Back to what everybody sees").click().run()
    assert "In use: small.csv" in said(start().switch_page("pages/data/load.py").run())


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (["Grid Sq", "Easting", "Northing"], ["SJ", "35011", "9115{n}"]),
        (["X", "Y"], ["-331643.03", "70598{n}8.69"]),
    ],
)
def test_places_that_need_more_than_two_columns_are_read_as_proposed(
    data_page, tmp_path, names, cells
):
    head = ["URN", "When", *names, "Offence"]
    rows = [["R{n}{n}", "15/05/2025 16:43", *cells, "Robbery"]] * 10
    lines = [head, *([cell.format(n=n) for cell in row] for n, row in enumerate(rows))]
    (tmp_path / "table.csv").write_text("\n".join(map(",".join, lines)))
    load(data_page, tmp_path / "table.csv")
    next(b for b in data_page.button if b.label == "Read with these columns").click().run()
    assert not data_page.exception
    assert "<dt>Accepted</dt><dd>10</dd>" in said(data_page).replace("\n", "")


def test_an_unknown_table_is_mapped_and_its_dates_asked_about(data_page, tmp_path):
    load(data_page, write_unknown_table(tmp_path / "table.csv"))
    assert "neither a police.uk file nor an extract" in said(data_page)
    assert data_page.selectbox(key="column table.csv from_at").value == "When"
    data_page.selectbox(key="column table.csv easting").select("East")
    data_page.selectbox(key="column table.csv northing").select("North")
    next(b for b in data_page.button if b.label == "Read with these columns").click().run()
    assert not data_page.exception
    data_page.radio(key="date order").set_value("day-first").run()
    assert "<dd>60</dd>" in said(data_page)
    offered = [button.proto.label for button in data_page.get("download_button")]
    assert "Save this mapping (TOML)" in offered


def test_the_first_rows_are_previewed_as_they_would_be_read(data_page, tmp_path):
    rows = ["Ref;When;East;North;Offence;Road"]
    rows += [f"A{n};{n + 13}/04/2024 22:15;33450{n};390300;Robbery;High Street" for n in range(3)]
    rows += ["B1;99/99/2024;334500;390300;Robbery;High Street"]
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(rows))
    load(data_page, path)
    assert "3 rows of the first 4 would be read, 1 would be rejected." in said(data_page)
    preview = data_page.dataframe[1].value
    assert preview["Read as"].tolist() == ["an incident"] * 3 + ["rejected: bad date"]
    assert preview["When"].iloc[0] == "13 Apr 2024 22:15"
    assert preview["Where"].iloc[0].startswith("53.4")
    data_page.selectbox(key="column odd.csv northing").select("Ref").run()
    assert not data_page.exception
    assert "0 rows of the first 4 would be read, 4 would be rejected." in said(data_page)
    next(b for b in data_page.selectbox if b.key == "column odd.csv from_at").select("(none)").run()
    assert "no time is mapped" in said(data_page)
    (button,) = [b for b in data_page.button if b.label == "Read with these columns"]
    assert button.disabled


def test_a_file_that_is_no_table_is_refused_in_words(data_page, tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    load(data_page, path)
    assert not data_page.exception
    assert "m-notice m-stop" in said(data_page)
    assert "broken.parquet" in said(data_page)


def test_text_from_a_file_is_shown_as_it_is(data_page):
    name = "<img src=x>![x](x.png).csv"
    data_page.file_uploader[0].set_value((name, b"", "text/csv")).run()
    assert not data_page.exception
    html = "\n".join(part.proto.body for part in data_page.get("html"))
    assert "<img" not in html
    assert "&#60;img src=x&#62;![x](x.png).csv" in html
    assert not [part for part in data_page.markdown if "x.png" in part.value]


def test_a_date_and_its_clock_are_joined_and_the_row_of_the_header_can_be_chosen(
    data_page, tmp_path
):
    rows = ["Ref;Date;Time;Grid E;Grid N;Offence", "No;of;the;first;header;row"]
    rows += [f"A{n};{n + 13}/04/2024;2215;33450{n};390300;Robbery" for n in range(8)]
    path = tmp_path / "clock.csv"
    path.write_text("\n".join(rows))
    load(data_page, path)
    assert data_page.selectbox(key="column clock.csv from_at").value == "Date"
    assert data_page.selectbox(key="clock clock.csv from_at").value == "Time"
    data_page.number_input[0].set_value(2)
    data_page.button(key="header row").click().run()
    assert not data_page.exception
    assert data_page.selectbox(key="column clock.csv from_at").options[1:3] == ["No", "of"]
    data_page.number_input[0].set_value(1)
    data_page.button(key="header row").click().run()
    (button,) = [b for b in data_page.button if b.label == "Read with these columns"]
    button.click().run()
    assert "<dd>9</dd>" in said(data_page)
    assert "<dd>8</dd>" in said(data_page)


def test_what_may_mislead_is_told_with_the_days_that_mend_it(data_page, tmp_path):
    path = write_extract(tmp_path / "stops.csv")
    lines = path.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        if int(row[0].removeprefix("DEMO-")) % 4 == 0:
            row[4] = "Robbery"
    left = [row for row in rows if row[4] == "Violence" or row[1] < "2023-07-01"]
    path.write_text("\n".join([lines[0], *map(",".join, left)]) + "\n")
    load(data_page, path)
    assert not data_page.exception
    assert re.search(
        r"“Robbery” \(type\) stops on (29|30) June|stops on 1 July 2023", said(data_page)
    )
    assert "No verdict over time stands on it." in said(data_page)
    button = next(b for b in data_page.button if b.label.startswith("Use the days up to"))
    page = button.click().run()
    assert not page.exception
    page.switch_page("pages/data/load.py").run()
    assert "stops.csv, use the days up to" in said(page)
    assert "stops on" not in said(page)
    assert "in days left out" in page.dataframe[0].value["Reason"].tolist()


def test_rows_that_share_a_reference_are_joined_or_kept_at_a_click(data_page, tmp_path):
    """Of 300 incidents a hundred have a second row, of another type, a minute later."""
    first = pd.read_csv(write_extract(tmp_path / "made.csv")).head(300)
    first["reference"] = [f"R{number:05}" for number in range(300)]
    second = first.head(100).copy()
    moments = pd.to_datetime(second["from_at"]) + pd.Timedelta(minutes=1)
    second["from_at"] = moments.dt.strftime("%Y-%m-%d %H:%M")
    path = tmp_path / "people.csv"
    pd.concat([first, second]).to_csv(path, index=False)
    load(data_page, path)
    assert "200 rows share 100 references and differ" in said(data_page)
    data_page.button(key="references joined").click().run()
    assert not data_page.exception
    assert "<dd>300</dd>" in said(data_page)
    assert "share 100 references" not in said(data_page)
    data_page.button(key="references all").click().run()
    assert "200 rows share 100 references and differ" in said(data_page)


def test_data_in_use_is_mended_at_a_click(data_page, tmp_path):
    """Rows of a reference are joined, and one moment left out, without their files."""
    first = pd.read_csv(write_extract(tmp_path / "made.csv")).head(300)
    first["reference"] = [f"R{number:05}" for number in range(300)]
    first.loc[200:249, "from_at"] = "2024-01-09 10:17"
    second = first.head(100).copy()
    second["incident_type"] = "Murder"
    path = tmp_path / "people.csv"
    pd.concat([first, second]).to_csv(path, index=False)
    load(data_page, path)
    page = _used(data_page)
    labels = [button.label for button in page.button]
    assert "Leave out 50 incidents (batch entry)" in labels
    joined = next(b for b in page.button if b.label.startswith("Count the rows of each reference"))
    page = joined.click().run()
    assert not page.exception
    assert "<dd>300</dd>" in said(page)
    assert "joined to its reference" in page.dataframe[0].value["Reason"].tolist()
    left = next(b for b in page.button if b.label.startswith("Leave out"))
    page = left.click().run()
    assert not page.exception
    assert "<dd>250</dd>" in said(page)


def _used(page):
    """Use what was loaded, and come back to the Data page without its files."""
    page = next(b for b in page.button if b.label == "Use this data").click().run()
    page.switch_page("pages/data/load.py").run()
    return next(b for b in page.button if b.label == "Take other files").click().run()
