"""A background of streets in a real Chromium: off until chosen, from one source alone."""

import geopandas
import pytest
import shapely

from mapper.app.shell.basemap import WARNING
from mapper.areas.ground_tiles import write_ground
from tests.browser.app_server import Visit, asked_by_server, serving
from tests.small_extract import write_extract
from tests.tiles import tile, write_tiles

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return write_extract(tmp_path_factory.mktemp("data") / "small.csv")


def tiles(visit):
    """The finished tiles of the map."""
    return visit.map.locator(".leaflet-tile-pane img.leaflet-tile-loaded")


@pytest.mark.soak
def test_a_file_of_tiles_is_drawn_and_nothing_leaves(browser, extract, tmp_path):
    file = write_tiles(tmp_path / "streets.pmtiles", deepest=6)
    with serving(tmp_path, demonstration_file=extract, basemap=file) as address:
        visit = Visit(browser, address).open()
        assert visit.map.locator(".leaflet-tile-pane img").count() == 0
        assert not any("/basemap/" in url for url in visit.asked)
        visit.choose("Background", "Streets from a file here")
        tiles(visit).first.wait_for(state="attached")
        visit.rest()
        right = visit.map.locator("body").evaluate(
            """() => {
                const image = document.querySelector("img.leaflet-tile-loaded");
                const copy = new OffscreenCanvas(1, 1).getContext("2d");
                copy.drawImage(image, 0, 0, 1, 1);
                return Array.from(copy.getImageData(0, 0, 1, 1).data).slice(0, 3);
            }"""
        )
        assert right == [40 * 6, 4 * 31, 4 * 20]  # the one tile of zoom 6 that holds Merseyside
        whole = visit.page.request.get(f"{address}/basemap/tiles")
        assert whole.status == 416
        for page, frame in (("My patch", ".stage:not([hidden]) iframe"), ("Briefing", "iframe")):
            # the page before stays on the screen until the server has begun with this one
            visit.click_until(
                visit.page.get_by_role("link", name=page, exact=True),
                visit.page.locator("h1", has_text=page),
            )
            visit.rest()
            drawn = visit.page.frame_locator(frame).locator("img.leaflet-tile-loaded")
            drawn.first.wait_for(state="attached")
        visit.click_until(
            visit.page.get_by_role("link", name="Hot spots", exact=True),
            visit.page.locator(".stage iframe"),
        )
        visit.wait_for_map()
        visit.choose("Background", "Plain ground")
        visit.map.locator(".leaflet-tile-pane img").first.wait_for(state="detached")
        visit.close()
    own = "blob:null/"  # pictures that the sandboxed frame made of the bytes it was handed
    assert [url for url in visit.elsewhere if not url.startswith(own)] == []
    assert visit.complaints == []
    assert asked_by_server(tmp_path) == []


def painted(frame):
    """How many points of the vector tiles in view have a colour; waits until some have."""
    return frame.locator("body").evaluate(
        """async () => {
            const some = canvas => {  // a copy is read: a canvas read often is complained of
                if (!canvas.width) { return false; }
                const copy = new OffscreenCanvas(canvas.width, canvas.height)
                    .getContext("2d", {willReadFrequently: true});
                copy.drawImage(canvas, 0, 0);
                return copy.getImageData(0, 0, canvas.width, canvas.height)
                    .data.some(one => one > 0);
            };
            for (let tries = 0; tries < 300; tries += 1) {
                const all = document.querySelectorAll(".leaflet-mapper-vector-pane canvas");
                const found = Array.from(all).filter(some).length;
                if (found) { return found; }
                await new Promise(done => setTimeout(done, 100));
            }
            return 0;
        }"""
    )


def test_streets_of_vector_tiles_stand_under_the_map_and_nothing_leaves(browser, extract, tmp_path):
    west, south, east, north = -3.2, 53.3, -2.6, 53.7
    lines = [
        shapely.LineString([(west + step * (east - west) / 40, side) for side in (south, north)])
        for step in range(41)
    ]
    frame = geopandas.GeoDataFrame(geometry=lines, crs=4326).assign(name="Long Street", rank=2)
    ground = tmp_path / "ground.pmtiles"
    layers = {"roads": frame, "streets": frame}
    write_ground(layers, ground, title="Anyshire", credit="© the makers of these streets")
    with serving(tmp_path, demonstration_file=extract, basemap=ground) as address:
        visit = Visit(browser, address).open()
        assert painted(visit.map) >= 1
        assert visit.map.locator(".m-credit").inner_text() == "© the makers of these streets"
        visit.choose("Background", "Plain ground")
        visit.map.locator(".leaflet-mapper-vector-pane canvas").first.wait_for(state="detached")
        visit.rest()
        visit.close()
    assert visit.elsewhere == []
    assert visit.complaints == []
    assert asked_by_server(tmp_path) == []


def test_tiles_of_an_address_are_asked_for_only_after_the_warning(browser, extract, tmp_path):
    host = "https://tiles.internal.example"
    given = f"{host}/{{z}}/{{x}}/{{y}}.png"
    with serving(tmp_path, demonstration_file=extract, basemap=given) as address:
        visit = Visit(browser, address)
        visit.context.route(
            f"{host}/**",
            lambda route: route.fulfill(body=tile(1, 1, 1), content_type="image/png"),
        )
        visit.open()
        visit.choose("Background", "Tiles from tiles.internal.example")
        visit.page.get_by_text(WARNING[:40]).wait_for()
        visit.rest()
        assert visit.elsewhere == []
        visit.page.get_by_text(f"I have read this: ask {host} for tiles").click()
        tiles(visit).first.wait_for(state="attached")
        visit.rest()
        stolen = visit.page.frames[-1].evaluate(
            """() => new Promise(done => {
                const image = new Image();
                image.onload = () => done("loaded");
                image.onerror = () => done("stopped");
                image.src = "https://elsewhere.example/a.png";
            })"""
        )
        assert stolen == "stopped"
        visit.close()
    other = "https://elsewhere.example"  # the browser reports it, and that the policy stopped it
    assert any(url.startswith(f"{host}/") for url in visit.elsewhere)
    assert all(url.startswith((f"{host}/", other)) for url in visit.elsewhere)
    stops = [said for said in visit.complaints if "Content Security Policy" in said]
    assert any(other in said for said in stops)
    assert [said for said in visit.complaints if other not in said and said not in stops] == []
    assert asked_by_server(tmp_path) == []
