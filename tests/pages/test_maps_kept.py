"""Finished maps are made once for each release and never again on a rerun."""

import geopandas
import pytest
import shapely

from mapper.app.shell import results
from mapper.app.shell.basemap import WARNING
from mapper.app.shell.router import PAGES
from mapper.areas.background import background_path
from mapper.areas.ground_tiles import write_ground
from mapper.areas.stored import installed_table
from mapper.base.settings import settings
from tests.pages.conftest import drawn, said, start


@pytest.fixture
def made(monkeypatch):
    """The digest of each map that is really made."""
    digests, build = [], results.embed_map

    def counted(shown, **choices):
        digests.append(shown.digest)
        return build(shown, **choices)

    monkeypatch.setattr(results, "embed_map", counted)
    return digests


def test_a_rerun_a_way_back_and_another_visitor_make_no_map_again(made):
    app = start()
    assert len(made) == 1
    app.run()
    app.run()
    assert len(made) == 1
    app.sidebar.selectbox[0].select("domestic-abuse").run()
    assert len(made) == 2
    app.sidebar.selectbox[0].select("county-lines").run()
    assert len(made) == 2
    start()
    assert len(made) == len(set(made)) == 2


def test_a_background_is_offered_only_where_one_is_set_and_warned_of(monkeypatch, made):
    assert "basemap" not in {box.key for box in start().selectbox}
    monkeypatch.setenv("MAPPER_BASEMAP", "https://tiles.internal/{z}/{x}/{y}.png")
    settings.cache_clear()
    app = start()
    assert len(made) == 1
    app.selectbox(key="basemap").select("Tiles from tiles.internal").run()
    assert WARNING[:30] in said(app)
    assert len(made) == 1
    app.checkbox(key="basemap warned").check().run()
    assert len(made) == 2


def test_streets_made_for_the_area_stand_under_its_maps_until_taken_off(monkeypatch, made):
    under, build = [], results.embed_map

    def seen(shown, **choices):
        under.append(choices["basemap"])
        return build(shown, **choices)

    monkeypatch.setattr(results, "embed_map", seen)
    line = shapely.LineString([(-2.95, 53.4), (-2.94, 53.41)])
    frame = geopandas.GeoDataFrame(geometry=[line], crs=4326).assign(name="Lime Street", rank=2)
    kept = background_path(installed_table().stem)
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_ground({"streets": frame}, kept, title="Anyshire", credit="© us")
    try:
        app = start()
        assert (under[-1].path, under[-1].credit) == (kept, "© us")
        app.selectbox(key="basemap").select("Plain ground").run()
        assert under[-1] is None
    finally:
        kept.unlink()


def test_a_background_that_cannot_be_used_is_said_and_the_map_still_drawn(monkeypatch, made):
    monkeypatch.setenv("MAPPER_BASEMAP", "nowhere.pmtiles")
    settings.cache_clear()
    assert "MAPPER_BASEMAP: nowhere.pmtiles cannot be read" in said(start())
    assert len(made) == 1


def within(part):
    """A part of the page and all that stands in it."""
    yield part
    for one in getattr(part, "children", {}).values():
        yield from within(one)


def place_of_panel(app):
    """Under which number of the page its map and list stand."""
    shown = {id(part) for part in drawn(app)}
    inside = [[id(one) for one in within(part)] for part in app.main.children.values()]
    return [at for at, ids in zip(app.main.children, inside, strict=True) if shown & set(ids)]


def test_a_map_stays_where_it_is_when_its_answer_is_at_hand():
    """One that moves is for a moment drawn twice, and fetched again."""
    app = start()
    first = place_of_panel(app)
    assert place_of_panel(app.run()) == first != []
    first = place_of_panel(app.switch_page(str(PAGES / "patch/my_patch.py")).run())
    assert place_of_panel(app.run()) == first != []
