"""Exported maps in a real Chromium: they draw, ask nobody for anything, and run no one's text."""

import h3
import pandas as pd
import pytest

from mapper.base.text import shown_name
from mapper.outputs.maps import build_map, embed_map, export_map
from mapper.outputs.write import write_outputs

pytestmark = pytest.mark.browser

FAR = [53.5, -2.95]  # away from every other name
ATTACKS = [
    "{{7*7}}{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% for x in (1,2) %}{{ x }}{% endfor %}",
    "{# gone #} {{ ''.__class__ }} {{",
    "${window.ran=1} `${window.ran=1}`",
    "</script><script>window.ran=1;alert(1)</script>",
    "</style><script>window.ran=1</script><!--",
    '<img src=x onerror="window.ran=1;alert(1)">',
    "\"><svg onload=window.ran=1><a href='https://example.org/x'>",
    "' onmouseover='window.ran=1' x='",
    "a\u2028window.ran=1;//\u2029b\\",
    "&lt;img src=x onerror=window.ran=1&gt; &amp;#123;",
]


@pytest.fixture(scope="module")
def window(browser):
    """One window, and everything it asked for or complained of since that was last looked at."""
    page, faults = browser.new_page(), []
    page.set_default_timeout(5_000)
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda asked: faults.append(asked.url))
    yield page, faults
    page.close()


@pytest.fixture
def visit(window, tmp_path):
    """Open a page from a file; afterwards it must have asked for nothing and complained of none."""
    page, faults = window
    faults.clear()

    def opened(html, *, width=1366, height=768):
        path = tmp_path / "map.html"
        path.write_bytes(html.encode())
        page.set_viewport_size({"width": width, "height": height})
        page.mouse.move(0, 0)
        page.goto(path.as_uri())
        page.wait_for_selector(".leaflet-overlay-pane canvas")
        assert faults.pop(0) == path.as_uri()
        return page

    yield opened
    page.goto("about:blank")
    assert faults == []


def hostile(make_release, text):
    """Return a release with the text wherever a file could have put it."""
    plain = make_release(rings=3, spots=1)
    cells = plain.cells.assign(
        ward=pd.Categorical([text] * len(plain.cells)),
        district=pd.Categorical([text] * len(plain.cells)),
        hotspot_id=plain.cells["hotspot_id"].where(~plain.cells["hot"], text),
    )
    columns = dict.fromkeys(("name", "ward", "district", "reason", "hotspot_id"), text)
    members = dict.fromkeys(
        ("title", "question", "period", "area_title", "licence", "marking"), text
    )
    streets = named(plain, text).assign(lat=FAR[0], lon=FAR[1])
    return make_release(
        rings=3, spots=1, hotspots=columns, cells=cells, caveats=(text,), streets=streets, **members
    )


def named(release, *names):
    """Return streets, one a little east of the other, in the middle of a release."""
    cell = release.cells["cell"].iloc[len(release.cells) // 2]
    lat, lon = h3.cell_to_latlng(cell)
    east = [lon + 0.004 * at for at in range(len(names))]
    return pd.DataFrame({"street": names, "cell": cell, "lon": east, "lat": lat})


def shown(text):
    """Return text as a browser reports it: white space folded."""
    return " ".join(text.split())


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_runs_and_all_of_it_is_shown(make_release, visit, text):
    page = visit(export_map(hostile(make_release, text)))
    words = shown(text)
    assert words in shown(page.locator("h1").inner_text())
    assert words in shown(page.title())
    assert words in shown(page.locator("tbody").inner_text())
    assert words in shown(page.locator("aside li").first.inner_text())
    assert words in shown(page.locator(".m-label").first.text_content())
    page.locator("tbody button").click()
    card = page.locator(".leaflet-popup-content")
    assert shown(card.locator("h3").inner_text()) == words
    assert words in shown(card.locator(".m-where").inner_text())
    page.locator(".leaflet-popup-close-button").click()
    page.locator(".m-rank").hover()
    assert words in shown(page.locator(".m-tip").inner_text())
    page.get_by_label("Find on this map").fill(text)
    page.keyboard.press("Enter")
    assert [shown(name) for name in zoomed(page, 16, at=FAR)] == [shown(shown_name(text))]
    assert page.evaluate("window.ran === undefined")
    assert page.locator("img, svg, a[href^=http]").count() == 0
    assert page.locator("script").count() == 2


def zoomed(page, zoom, *, at=None):
    """Show a point, or the middle of the map, at a zoom; give the streets that are named."""
    page.evaluate(
        """([zoom, at]) => {
            const map = window[Object.keys(window).find(one => one.startsWith("map_"))];
            map.setView(at || map.options.center, zoom, {animate: false});
        }""",
        [zoom, at],
    )
    return page.locator(".m-street").all_inner_texts()


def test_streets_are_named_from_zoom_14_and_never_on_one_another(make_release, visit):
    plain = make_release(rings=8)
    streets = named(plain, "Lime Street", "Bold Street", "Lime Street", "Elm Row")
    streets.loc[3, ["lon", "lat"]] = streets.loc[0, ["lon", "lat"]].to_numpy() + 1e-5
    page = visit(export_map(make_release(rings=8, streets=streets)))
    assert zoomed(page, 13.75) == []
    near = zoomed(page, 14)
    assert set(near) <= {"Lime Street", "Bold Street"}
    assert near.count("Lime Street") == 1
    closer = zoomed(page, 16, at=streets.loc[1, ["lat", "lon"]].tolist())
    assert closer.count("Lime Street") == 2
    assert "Elm Row" not in closer
    assert page.locator(".m-here").inner_text().startswith("Ward ")
    assert zoomed(page, 12) == []
    assert page.locator(".m-here").inner_text() == ""


def at_a_street(make_release, visit):
    """Open a map at a street that it names."""
    streets = named(make_release(rings=8), "Lime Street")
    page = visit(export_map(make_release(rings=8, streets=streets)))
    at = streets.loc[0, ["lat", "lon"]].tolist()
    assert zoomed(page, 16, at=at) == ["Lime Street"]
    return page


def test_names_of_streets_go_where_the_ground_below_has_its_own(make_release, visit):
    page = at_a_street(make_release, visit)
    page.evaluate(
        """() => {
            const map = window[Object.keys(window).find(one => one.startsWith("map_"))];
            map.eachLayer(one => {
                if (one.overTiles) { one.overTiles({land: true, streets: true}); }
            });
        }"""
    )
    assert page.locator(".m-street").all_inner_texts() == []
    assert zoomed(page, 15) == []


def test_no_street_is_named_under_what_lies_on_the_map(make_release, visit):
    page = at_a_street(make_release, visit)
    page.evaluate(
        """() => {
            const map = window[Object.keys(window).find(one => one.startsWith("map_"))];
            const box = document.querySelector(".find").getBoundingClientRect();
            const from = map.getContainer().getBoundingClientRect(), middle = map.getSize();
            map.panBy([middle.x / 2 - box.left + from.left, middle.y / 2 - box.top + from.top],
                {animate: false});
        }"""
    )
    assert page.locator(".m-street").all_inner_texts() == []


def test_what_has_a_name_is_found_on_the_map(make_release, visit):
    streets = named(make_release(rings=8), "Lime Street", "Limekiln Lane")
    page = visit(export_map(make_release(rings=8, streets=streets)))
    box = page.get_by_label("Find on this map")
    box.fill("lime st")
    offered = page.locator(".find option").evaluate_all("all => all.map(one => one.value)")
    assert len(offered) == 1
    assert offered[0].startswith("Lime Street, Ward ")
    box.press("Enter")
    page.get_by_role("tooltip", name=offered[0], exact=True).wait_for()
    assert "Lime Street" in page.locator(".m-street").all_inner_texts()
    box.fill("sefton")
    box.press("Enter")
    page.get_by_role("tooltip", name="Sefton", exact=True).wait_for()
    box.fill("Nowhere Row")
    box.press("Enter")
    assert page.locator(".find output").inner_text().startswith("Not on this map")


def attacked(make_release):
    """Return a release with another hostile text in each hot spot, and all in the caveats."""
    columns = dict.fromkeys(("name", "ward", "district", "reason"), ATTACKS)
    return make_release(
        rings=20, spots=len(ATTACKS), seed=3, hotspots=columns, caveats=tuple(ATTACKS)
    )


def test_no_text_runs_in_the_frame_either(make_release, visit):
    release = attacked(make_release)
    page = visit(embed_map(release, selected=release.hotspots["hotspot_id"][4]))
    card = page.locator(".leaflet-popup-content")
    assert shown(card.locator("h3").inner_text()) == shown(ATTACKS[4])
    assert page.evaluate("window.ran === undefined")


def test_no_text_runs_without_a_content_security_policy(make_release, visit):
    """The policy is the second lock: with it taken away the first one still holds."""
    text = export_map(attacked(make_release))
    page = visit(text.replace("Content-Security-Policy", "x-none"))
    for at, attack in enumerate(ATTACKS):
        page.locator("tbody button").nth(at).click()
        assert shown(page.locator(".leaflet-popup-content h3").last.inner_text()) == shown(attack)
        page.locator(".leaflet-popup-close-button").last.click()
        page.locator(".m-rank.m-chosen").hover()
        assert shown(attack) in shown(page.locator(".m-tip").last.inner_text())
    page.wait_for_timeout(50)
    assert page.evaluate("window.ran === undefined")


def test_the_policy_stops_what_the_encoder_would_miss(make_release, browser, tmp_path):
    """The second lock alone: script put into the finished page does not run."""
    evil = "<script>window.ran=1</script><img src='x:y' onerror='window.ran=1'>"
    path = tmp_path / "map.html"
    path.write_text(export_map(make_release(rings=2)).replace("<main>", f"{evil}<main>"))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-overlay-pane canvas")
    assert page.evaluate("window.ran === undefined")
    page.close()


def test_hover_and_click_give_the_facts_of_a_cell(make_release, visit):
    release = make_release(rings=6, spots=1)
    page = visit(export_map(release))
    box = page.locator(".m-rank").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] - 6)
    page.wait_for_timeout(100)
    page.mouse.move(box["x"] + 11, box["y"] - 7)
    tip = page.locator(".m-tip").inner_text()
    assert "in this cell" in tip
    assert "Hot spot 1: " + release.hotspots["name"][0] in tip
    page.mouse.click(box["x"] + 11, box["y"] - 7)
    card = page.locator(".leaflet-popup-content").inner_text()
    for words in (
        "Incidents in this cell",
        "Residents",
        "said of the whole",
        release.hotspots["reason"][0],
    ):
        assert words in card
    assert page.locator("tbody[aria-current=true]").count() == 1


def test_the_list_works_by_keyboard_alone(make_release, visit):
    release = make_release(rings=8, spots=3)
    page = visit(export_map(release))
    page.locator("tbody button").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup h3").inner_text() == release.hotspots["name"][1]
    assert page.locator("tbody.chosen .rank").inner_text() == "2"
    assert "m-chosen" in page.locator(".m-rank").nth(1).get_attribute("class")


def test_a_rank_on_the_map_selects_its_row(make_release, visit):
    page = visit(export_map(make_release(rings=8, spots=3)))
    page.locator(".m-rank").nth(2).focus()
    page.keyboard.press("Enter")
    assert page.locator("tbody.chosen .rank").inner_text() == "3"


def test_the_markings_stay_in_sight_and_nothing_is_wider_than_a_phone(make_release, visit):
    page = visit(export_map(make_release()), width=390, height=844)
    for place in (".marking.header", ".marking.foot"):
        box = page.locator(place).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(100)
    assert page.locator(".marking.header").bounding_box()["y"] == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_map_legend_and_list_share_a_small_laptop_screen(make_release, visit):
    page = visit(export_map(make_release(spots=5)))
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    canvas = page.locator(".folium-map").bounding_box()
    assert canvas["width"] > 800
    assert canvas["height"] > 500
    assert page.locator(".legend").is_visible()


def test_a_framed_map_and_the_page_around_it_tell_each_other_what_is_chosen(make_release, browser):
    ids = ["h<1>&'", "h{2}"]
    release = make_release(rings=12, spots=2, hotspots={"hotspot_id": ids})
    page = browser.new_page()
    page.set_default_timeout(5_000)
    page.set_content("<iframe sandbox='allow-scripts' width=900 height=600></iframe>")
    page.evaluate(
        """text => {
            window.told = [];
            addEventListener("message", event => told.push(event.data));
            document.querySelector("iframe").srcdoc = text;
        }""",
        embed_map(release),
    )
    page.wait_for_function("told.length === 1")
    page.evaluate("frames[0].postMessage({mapper: 'choose', id: 'not there'}, '*')")
    page.evaluate("id => frames[0].postMessage({mapper: 'choose', id}, '*')", ids[1])
    frame = page.frame_locator("iframe")
    frame.locator(".m-rank.m-chosen").wait_for()
    assert frame.locator(".m-rank.m-chosen").inner_text().startswith("2")
    frame.locator(".whole").click()
    frame.locator(".m-rank").nth(0).press("Enter")
    page.wait_for_function("told.length === 2")  # what the page said is not said back
    assert page.evaluate("told") == [{"mapper": "ready"}, {"mapper": "chosen", "id": ids[0]}]
    page.close()


def test_the_map_for_the_app_draws_with_the_apps_own_leaflet(make_release, browser, tmp_path):
    from xstatic.pkg.leaflet import BASE_DIR

    drawn = build_map(make_release(rings=3), leaflet_url=f"file://{BASE_DIR}")
    path = tmp_path / "map.html"
    path.write_text(drawn.get_root().render())
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".m-rank")
    assert asked
    assert all(url.startswith("file:") for url in asked)
    page.close()


def test_a_written_map_opens(make_release, browser, tmp_path):
    paths = write_outputs(make_release(), tmp_path)
    page = browser.new_page()
    page.goto(paths[3].as_uri())
    page.wait_for_selector(".m-rank")
    page.close()
