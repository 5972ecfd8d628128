"""The demonstration force, as the product reads it, for the attacker."""

from datetime import date

import pytest

from demonstration.writing import write_demonstration
from mapper.incidents.read import read_incidents


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """Incidents of the demonstration of seed 1."""
    files = write_demonstration(tmp_path_factory.mktemp("demonstration"))
    return read_incidents([files.incidents], today=date(2026, 1, 1))
