"""Stations on the map of hot spots: named, and only once the map is close enough for them."""

import pytest

from tests.browser.app_server import Visit, serving
from tests.small_extract import PLACES, write_extract

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The app on the small extract, with a station where its incidents gather."""
    folder = tmp_path_factory.mktemp("data")
    extract = write_extract(folder / "small.csv")
    rows = [f"Station {n},railway station,{lon},{lat}" for n, (lon, lat) in enumerate(PLACES)]
    rows += [f"School {n},school,{lon},{lat}" for n, (lon, lat) in enumerate(PLACES)]
    (folder / "places.csv").write_text("\n".join(["name,type,lon,lat", *rows]))
    with serving(tmp_path_factory.mktemp("app"), demonstration_file=extract) as found:
        yield found


def test_stations_are_named_once_the_map_is_close(browser, address):
    visit = Visit(browser, address).open()
    stations = visit.map.locator(".m-place")
    assert stations.count() == 0
    visit.click_until(visit.page.locator(".list tbody button").first, stations)
    assert set(stations.all_inner_texts()) == {"R"}
    seen = visit.page.locator(".stage").bounding_box()
    near = next(
        station
        for station in stations.all()
        if (box := station.bounding_box())
        and seen["x"] < box["x"] < seen["x"] + seen["width"]
        and seen["y"] < box["y"] < seen["y"] + seen["height"]
    )
    near.dispatch_event("mouseover")  # the hot spot's own mark may lie upon it
    visit.map.locator(".m-tip", has_text="Station").wait_for()
    assert visit.map.get_by_text("School").count() == 0
    assert "railway station" in visit.map.locator(".legend").inner_text()
    assert visit.complaints == []
    assert visit.elsewhere == []
    visit.close()
