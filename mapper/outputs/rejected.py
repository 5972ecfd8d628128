"""The rejected rows as a file: what a person who mends the source works through.

These are rows of the user's own file going back to that user, so no disclosure control applies;
text that a spreadsheet would read as a formula is prefixed all the same.
"""

import pandas as pd

from mapper.base.tables import REJECTED_COLUMNS, check_columns
from mapper.outputs.tables import csv_bytes


def rejected_csv(rejected: pd.DataFrame) -> bytes:
    """Return rejected rows (columns of ``REJECTED_COLUMNS``) as CSV: UTF-8, one row each."""
    table = check_columns(rejected, REJECTED_COLUMNS, name="rejected rows")
    return csv_bytes(REJECTED_COLUMNS, table.itertuples(index=False))
