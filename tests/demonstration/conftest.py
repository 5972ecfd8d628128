"""The demonstration force, written once for all tests of it."""

import json
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from pyarrow import csv, string

from demonstration.writing import write_demonstration
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.read import read_incidents


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """Files of seed 1, their truth, and their rows as text with blanks missing."""
    files = write_demonstration(tmp_path_factory.mktemp("demonstration"), patrols=True)
    truth = json.loads(files.truth.read_text(encoding="utf-8"))
    types = {column.name: string() for column in EXTRACT_COLUMNS}
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    table = csv.read_csv(files.incidents, convert_options=options).to_pandas()
    dirty = [row for fault in truth["dirty_rows"].values() for row in fault["rows"]]
    clean = table.drop(index=np.array(dirty) - 2).reset_index(drop=True)
    return SimpleNamespace(files=files, truth=truth, table=table, clean=clean)


@pytest.fixture(scope="session")
def incidents(demonstration):
    """The demonstration as the product reads it."""
    return read_incidents([demonstration.files.incidents], today=date(2026, 1, 1))
