"""Files that ground is made from, and which of their layers and values become which of ours.

Sources: OS Open Zoomstack's technical specification and style sheets (GeoPackage and vector tiles);
GDAL's OSM driver for extracts as .osm.pbf; Geofabrik's layers as GeoPackage; the vector tile
schemas of Protomaps (version 4), OpenMapTiles and Shortbread.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_OSM = "© OpenStreetMap contributors"
_OS = "Contains OS data © Crown copyright and database right"
_ROADS = {
    "motorway": 1, "motorway_link": 1, "trunk": 2, "trunk_link": 2, "primary": 2,
    "primary_link": 2, "secondary": 3, "secondary_link": 3,
}  # fmt: skip
_STREETS = {
    "tertiary": 1, "tertiary_link": 1, "unclassified": 1, "minor": 1, "residential": 2,
    "living_street": 2, "pedestrian": 2, "busway": 2, "road": 2, "service": 3, "footway": 3,
    "path": 3, "cycleway": 3, "steps": 3, "track": 3, "bridleway": 3,
}  # fmt: skip
_RAIL = dict.fromkeys(("rail", "light_rail", "subway", "tram", "narrow_gauge"), 1)
_WOODS = {
    "wood": 1, "forest": 1, "park": 2, "recreation_ground": 2, "cemetery": 2, "grass": 2,
    "village_green": 2, "nature_reserve": 2, "golf_course": 2, "common": 2,
}  # fmt: skip
_WATER = dict.fromkeys(("water", "reservoir", "basin", "dock", "riverbank", "river", "ocean"), 1)
_RIVERS = dict.fromkeys(("river", "canal", "stream"), 1)
_PLACES = {
    "city": 1, "town": 2, "suburb": 3, "neighbourhood": 3, "quarter": 3, "village": 4, "hamlet": 5,
    "locality": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Take:
    """What is taken of one layer of a file."""

    layer: str  # pattern of its name
    into: str  # layer of ours
    column: str = ""  # that says the kind; empty takes every record
    ranks: Mapping[str, int] = field(default_factory=dict)  # by kind; empty: any kind there is
    name: str = "name"  # column with what it is called
    rank: int = 1  # where no kind says it


@dataclass(frozen=True)
class GroundSource:
    """A kind of file that people can download."""

    title: str
    marks: tuple[str, ...]  # patterns of layers by which it is told from the others
    credit: str  # words that its licence asks for
    takes: tuple[Take, ...]

    def fits(self, layers: Collection[str]) -> bool:
        """Tell whether a file with these layers is of this kind."""
        return all(any(re.fullmatch(mark, one) for one in layers) for mark in self.marks)


_ZOOMSTACK_ROADS = r"roads(_(national|regional|local))?"
SOURCES = (
    GroundSource(
        "OS Open Zoomstack",
        ("surfacewater", "waterlines"),
        _OS,
        (
            Take("woodland", "woods"),
            Take("greenspaces?", "woods", rank=2),
            Take("surfacewater|sea", "water"),
            Take(
                "waterlines",
                "rivers",
                "type",
                dict.fromkeys(("National", "Regional", "District", "Local"), 1),
            ),
            Take("(local_)?buildings", "buildings"),
            Take("rail", "rail"),
            Take(
                _ZOOMSTACK_ROADS,
                "streets",
                "type",
                {"Minor": 1, "Local": 2, "Restricted": 3, "Guided Busway": 2},
            ),
            Take(
                _ZOOMSTACK_ROADS,
                "roads",
                "type",
                {"Motorway": 1, "Primary": 2, "A Road": 2, "B Road": 3},
            ),
            Take(
                "names",
                "places",
                "type",
                {
                    "Capital": 1,
                    "City": 1,
                    "Town": 2,
                    "Suburban Area": 3,
                    "Village": 4,
                    "Hamlet": 5,
                    "Small Settlements": 5,
                },
                "name1",
            ),
        ),
    ),
    GroundSource(
        "an OpenStreetMap extract",
        ("lines", "multipolygons"),
        _OSM,
        (
            Take("multipolygons", "woods", "landuse", _WOODS),
            Take("multipolygons", "woods", "leisure", _WOODS),
            Take("multipolygons", "woods", "natural", {"wood": 1}),
            Take("multipolygons", "water", "natural", _WATER),
            Take("multipolygons", "water", "landuse", _WATER),
            Take("multipolygons", "buildings", "building"),
            Take("lines", "rivers", "waterway", _RIVERS),
            Take("lines", "rail", "railway", _RAIL),
            Take("lines", "streets", "highway", _STREETS),
            Take("lines", "roads", "highway", _ROADS),
            Take("points", "places", "place", _PLACES),
        ),
    ),
    GroundSource(
        "an OpenStreetMap extract by Geofabrik",
        (r"gis_osm_roads_free(_1)?",),
        _OSM,
        (
            Take(r"gis_osm_(landuse|natural)_a_free(_1)?", "woods", "fclass", _WOODS),
            Take(r"gis_osm_water_a_free(_1)?", "water", "fclass", _WATER),
            Take(r"gis_osm_waterways_free(_1)?", "rivers", "fclass", _RIVERS),
            Take(r"gis_osm_buildings_a_free(_1)?", "buildings"),
            Take(r"gis_osm_railways_free(_1)?", "rail", "fclass", _RAIL),
            Take(r"gis_osm_roads_free(_1)?", "streets", "fclass", _STREETS),
            Take(r"gis_osm_roads_free(_1)?", "roads", "fclass", _ROADS),
            Take(r"gis_osm_places_free(_1)?", "places", "fclass", _PLACES),
        ),
    ),
    GroundSource(
        "vector tiles of OpenMapTiles",
        ("transportation", "water"),
        _OSM,
        (
            Take("landcover", "woods", "class", _WOODS),
            Take("park", "woods", rank=2),
            Take("water", "water", "class", dict.fromkeys(("river", "lake", "ocean", "dock"), 1)),
            Take("waterway", "rivers", "class", _RIVERS),
            Take("building", "buildings"),
            Take("transportation", "rail", "class", {"rail": 1, "transit": 1}),
            Take("transportation(_name)?", "streets", "class", _STREETS),
            Take("transportation(_name)?", "roads", "class", _ROADS),
            Take("place", "places", "class", _PLACES),
        ),
    ),
    GroundSource(
        "vector tiles of Shortbread",
        ("street_labels", "water_polygons"),
        _OSM,
        (
            Take("land", "woods", "kind", _WOODS),
            Take("water_polygons|ocean", "water"),
            Take("water_lines", "rivers", "kind", _RIVERS),
            Take("buildings", "buildings"),
            Take("streets", "rail", "kind", _RAIL),
            Take("streets|street_labels", "streets", "kind", _STREETS),
            Take("streets|street_labels", "roads", "kind", _ROADS),
            Take("place_labels", "places", "kind", _PLACES),
        ),
    ),
    GroundSource(
        "vector tiles of Protomaps",
        ("earth", "roads", "landuse"),
        _OSM,
        (
            Take("landuse|landcover", "woods", "kind", _WOODS),
            Take(
                "water",
                "water",
                "kind",
                {**_WATER, "lake": 1, "canal": 1, "other": 1, "fountain": 1},
            ),
            Take("water", "rivers", "kind", _RIVERS),
            Take("buildings", "buildings"),
            Take("roads", "rail", "kind", {"rail": 1}),
            Take("roads", "streets", "kind", {"minor_road": 2, "path": 3, "other": 3}),
            Take("roads", "roads", "kind", {"highway": 1, "major_road": 2}),
            Take("places", "places", "kind_detail", _PLACES),
            Take("places", "places", "kind", {"neighbourhood": 3}),
        ),
    ),
)


def source_of(layers: Collection[str]) -> GroundSource | None:
    """Return what kind of file has these layers; none that is known."""
    return next((source for source in SOURCES if source.fits(layers)), None)
