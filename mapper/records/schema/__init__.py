"""Tables, one module an area; :func:`every_table` gathers them."""

import importlib
import pkgutil

from sqlalchemy import MetaData

from mapper.records.schema.base import metadata


def every_table() -> MetaData:
    """Return the metadata with the tables of every area in it."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return metadata
