"""How old data are is told from today for real incidents, from their own end for invented ones."""

from datetime import date

import pandas as pd

from mapper.app.shell.data_age import age_words


def incidents(reference, *, precision="minute", start="2022-08-31 23:10"):
    return pd.DataFrame(
        {
            "reference": [reference],
            "start": [pd.Timestamp(start)],
            "precision": pd.Categorical([precision]),
        }
    )


def test_real_data_are_as_old_as_the_day_says():
    told = age_words(incidents("A1"), today=date(2022, 11, 26))
    assert told == "Data to 31 August 2022, 87 days old"
    assert age_words(incidents("A1"), today=date(2022, 9, 1)).endswith(", 1 day old")


def test_months_are_told_by_their_last_day():
    told = age_words(incidents("A1", precision="month", start="2022-08-01"), today=date(2022, 9, 1))
    assert told == "Data to 31 August 2022, 1 day old"


def test_the_demonstration_ends_where_it_ends():
    told = age_words(incidents("DEMO-1"), today=date(2030, 1, 1))
    assert told == "Data to 31 August 2022, where the demonstration ends"
