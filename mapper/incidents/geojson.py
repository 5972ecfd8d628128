"""GeoJSON and records in JSON to sheets, by Python's own parser, which follows no link."""

from mapper.base.json_text import SMALL
from mapper.incidents.encoding import to_utf8
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geojson_child import table_of
from mapper.incidents.parquet import converted, located_sheet
from mapper.incidents.sheet import Sheet


def open_geojson(found: IncidentFile, data: bytes) -> Sheet:
    """Read a GeoJSON feature collection, or records in JSON: a large one in a child process.

    Raises
    ------
    InputError
        When it is not JSON, or not a collection of features.
    """
    text, encoding = to_utf8(data, name=found.name)
    if len(text) > SMALL:
        told, table = converted(text, by="geojson_child", name=found.name)
        header, crs = told["header"], told["crs"]
    else:
        header, table, crs = table_of(text, found.name)
    return located_sheet(found, data, header, table, crs=crs, encoding=encoding)
