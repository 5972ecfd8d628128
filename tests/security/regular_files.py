"""Give every reader what is no file, and print what each says.

It is a process of its own, since a reader may hang. Run as
``python -m tests.security.regular_files FOLDER``, where ``FOLDER`` is empty.
"""

import json
import os
import socket
import sys
from functools import partial
from pathlib import Path

from mapper.app.door.people_file import read_people_file
from mapper.areas.base_table import read_base_table
from mapper.areas.boundaries import read_boundary
from mapper.areas.load import load_study_area
from mapper.areas.official_table import read_official
from mapper.base.errors import MapperError
from mapper.cli.hotspots import earlier_ids
from mapper.cli.job_file import read_job
from mapper.cli.work import import_all
from mapper.context.phases import read_phase_rules
from mapper.context.place_files import read_places
from mapper.context.school_days import read_school_days
from mapper.context.sink_choices import read_sink_choices
from mapper.disclosure.rules import read_rules
from mapper.incidents.mapping import load_mapping
from mapper.incidents.postcodes import load_postcodes
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.maps.basemap import basemap_of
from mapper.records.audit_check import read_head

INCIDENTS = ("csv", "json", "geojson", "parquet", "xlsx", "gpkg", "shp", "gz", "zip", "db")
READERS = {
    **{f"incidents.{suffix}": lambda p: read_incidents([p]) for suffix in INCIDENTS},
    "area.geojson": lambda p: load_study_area(str(p)),
    "area.parquet": lambda p: load_study_area(str(p)),
    "boundary.gpkg": read_boundary,
    "residents.csv": read_official,
    "residents.xlsx": read_official,
    "expected.csv": read_base_table,
    "lens.toml": load_lens,
    "mapping.toml": load_mapping,
    "job.toml": read_job,
    "phases.toml": read_phase_rules,
    "terms.toml": read_school_days,
    "sinks.toml": read_sink_choices,
    "people.toml": read_people_file,
    "rules.toml": read_rules,
    "streets.pmtiles": lambda p: basemap_of(str(p)),
    "places.csv": read_places,
    "places.xml": read_places,
    "places.gpkg": read_places,
    "postcodes.csv": load_postcodes,
    "postcodes.zip": load_postcodes,
    "head.json": read_head,
    "work.zip": partial(import_all, sha256=""),
}


def pipe(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def listening(path):
    here = Path.cwd()
    os.chdir(path.parent)  # an address is short
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(here)


KINDS = {"pipe": pipe, "device": device, "socket": listening, "folder": Path.mkdir}


def said(read, path):
    """Return the refusal of a reader, or what it did instead."""
    try:
        return f"took it: {read(path)!r}"
    except MapperError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the test shows it
        return f"fell: {error!r}"


def main(folder):
    """Print what every reader says of every kind."""
    for kind, make in KINDS.items():
        (folder / kind).mkdir()
        for name, read in READERS.items():
            path = folder / kind / name
            make(path)
            sys.stdout.write(f"{json.dumps([kind, name, said(read, path)])}\n")
        previous = folder / kind / "earlier"
        previous.mkdir()
        make(previous / "cells.parquet")
        sys.stdout.write(f"{json.dumps([kind, 'earlier', said(earlier_ids, previous)])}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
