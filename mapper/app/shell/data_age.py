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
    return f"Data to {day_in_words(days_of(table)[1])}, {old_words(table, today=today)}"


def old_words(table: pd.DataFrame, *, today: date | None = None) -> str:
    """Return how old the last day of incidents is: 87 days old; the demonstration says it ends.

    Parameters
    ----------
    today
        As in :func:`age_words`.
    """
    if is_synthetic(table):
        return "where the demonstration ends"
    days = ((today or date.today()) - days_of(table)[1]).days  # noqa: DTZ011 - the day of whoever looks
    return f"{count(max(days, 0), 'day')} old"
