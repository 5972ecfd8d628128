"""A release, a map or an answer, in the forms that other programs open.

Each form holds the same rows as the list and the cells of :mod:`mapper.outputs.tables`, carries
marking, audience, question, dates, caveats and licence, and comes with a dictionary of its fields.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mapper.base.errors import OutputError
from mapper.base.reference_systems import DEGREES
from mapper.disclosure.release import AnyRelease, FindingRelease, Release, is_release
from mapper.outputs.exports.answers import (
    answer_csv,
    answer_html,
    answer_parquet,
    answer_workbook,
)
from mapper.outputs.exports.described import SUFFIX, description, with_comments
from mapper.outputs.exports.fields import field_dictionary
from mapper.outputs.exports.layers import geojson, geopackage, geoparquet, geoparquet_cells, kml
from mapper.outputs.exports.pictures import map_png, map_svg
from mapper.outputs.exports.workbook import workbook
from mapper.outputs.forms import (
    ANSWER_FORMS,
    DRAWN,
    FORMS,
    REFERENCE_SYSTEMS,
    ExportFormat,
)
from mapper.outputs.maps import export_map
from mapper.outputs.surroundings import NOTHING_AROUND, Surroundings
from mapper.outputs.tables import cells_parquet, districts_csv, hotspots_csv, hotspots_geojson

_MAP_MAKERS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {
        "csv": hotspots_csv,
        "xlsx": workbook,
        "geojson": hotspots_geojson,
        "gpkg": geopackage,
        "geoparquet": geoparquet,
        "cells-geoparquet": geoparquet_cells,
        "parquet": cells_parquet,
        "kml": kml,
        "png": map_png,
        "svg": map_svg,
        "html": lambda release: export_map(release).encode(),
        "fields": field_dictionary,
    }
)
_ANSWER_MAKERS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {
        "csv": answer_csv,
        "xlsx": answer_workbook,
        "parquet": answer_parquet,
        "geojson": geojson,
        "gpkg": geopackage,
        "geoparquet": geoparquet,
        "kml": kml,
        "html": answer_html,
    }
)


def forms_of(release: AnyRelease) -> Mapping[str, ExportFormat]:
    """Return the forms in which a release can be had."""
    is_answer = isinstance(is_release(release, AnyRelease), FindingRelease)
    return ANSWER_FORMS if is_answer else FORMS


def export(
    release: AnyRelease,
    form: str,
    *,
    crs: str = DEGREES,
    around: Surroundings = NOTHING_AROUND,
) -> bytes:
    """Return a release, a map or an answer, in one form.

    Parameters
    ----------
    form
        A key of :func:`forms_of`.
    crs
        ``EPSG:4326`` or ``EPSG:27700`` (National Grid, by OSTN15), for forms that hold layers.
    around
        Streets that pictures are drawn over, and places of which landmarks are named.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    OutputError
        When the form or the reference system is unknown, or they do not go together.
    """
    forms = forms_of(release)
    if form not in forms:
        raise OutputError(f"There is no export “{form}”. Choose one of {', '.join(forms)}.")
    if crs not in REFERENCE_SYSTEMS:
        raise OutputError(f"{crs} is not offered. Choose {' or '.join(REFERENCE_SYSTEMS)}.")
    if crs != DEGREES and not forms[form].on_grid:
        raise OutputError(f"{forms[form].title} is always in degrees. Leave {DEGREES} as it is.")
    make = (_MAP_MAKERS if forms is FORMS else _ANSWER_MAKERS)[form]
    if form in DRAWN:
        return make(release, ground=around.ground, places=around.places)
    return make(release, crs=crs) if forms[form].on_grid else make(release)


def exports(
    release: AnyRelease,
    forms: Iterable[str],
    *,
    crs: str = DEGREES,
    stem: str = "",
    comments: bool = False,
    around: Surroundings = NOTHING_AROUND,
) -> dict[str, bytes]:
    """Return a release in several forms by file name, each CSV file with its description beside.

    Parameters
    ----------
    crs
        For the forms that hold layers.
    stem
        Begins the names of the files of an answer: ``change`` for ``change.csv``.
    comments
        Put what a CSV file says of itself above its header too, in lines that begin with ``#``.
    around
        For pictures, as :func:`export` takes it.
    """
    made = {}
    for form in forms:
        one = forms_of(release)[form]
        name = one.file.replace("answer", stem, 1) if stem else one.file
        made[name] = export(release, form, crs=crs if one.on_grid else DEGREES, around=around)
    if isinstance(release, Release) and "hotspots.csv" in made and release.districts is not None:
        made["districts.csv"] = districts_csv(release)
    for name in [name for name in made if name.endswith(".csv")]:
        if comments:
            made[name] = with_comments(made[name], release)
        made[f"{name}{SUFFIX}"] = description(name, made[name], release)
    return made
