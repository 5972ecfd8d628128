"""How anyone can tell that data is synthetic: every reference of the demonstration starts so."""

import pandas as pd

SYNTHETIC_MARK = "DEMO-"
SYNTHETIC_NOTICE = "Synthetic demonstration data: no record describes a real event, person or home."


def is_synthetic(table: pd.DataFrame) -> bool:
    """Return whether any incident of a table is a demonstration one.

    One is enough: real records mixed with invented ones describe no real place either.
    """
    return bool(table["reference"].str.startswith(SYNTHETIC_MARK, na=False).any())
