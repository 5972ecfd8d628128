"""How old the data of a page are: told beside its headline, from the day of whoever looks.

The demonstration is set in a year of its own: its age is told from its own last day, so that a map
of its last quarter is as fresh as it was meant to be.
"""

from datetime import date

import pandas as pd

from mapper.app.shell.choices import days_of
from mapper.base.text import count, day_in_words
from mapper.incidents.synthetic import is_synthetic


def age_words(table: pd.DataFrame, *, today: date | None = None) -> str:
    """Return to which day incidents reach and how old that is: to 31 August 2022, 87 days old.

    Parameters
    ----------
    today
        From which the age is counted; the day on this machine's clock when not given.
    """
    last = days_of(table)[1]
    if is_synthetic(table):
        return f"Data to {day_in_words(last)}, where the demonstration ends"
    days = ((today or date.today()) - last).days  # noqa: DTZ011 - the day of whoever looks
    return f"Data to {day_in_words(last)}, {count(max(days, 0), 'day')} old"
