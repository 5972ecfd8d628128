"""Settings are read from the environment; one that cannot be used is named with what is wrong."""

from pathlib import Path

import pytest

from mapper.base.errors import MapperError
from mapper.base.settings import Secret, Settings, settings


@pytest.fixture
def told(monkeypatch):
    def told(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"MAPPER_{name.upper()}", value)
        return settings.__wrapped__()

    return told


def test_each_setting_is_read_as_what_it_is(told):
    found = told(
        workspace="work",
        database="postgresql://me:hush@host/db",
        demonstration_seed="7",
        outputs_for="group",
        hosts='["a.example", "b.example"]',
        stores="s3, ",
        idle_minutes="0.5",
        bind="",
    )
    assert found.workspace == Path("work")
    assert found.database.get_secret_value() == "postgresql://me:hush@host/db"
    assert (found.demonstration_seed, found.outputs_for) == (7, "group")
    assert found.hosts == ("a.example", "b.example")
    assert (found.stores, found.idle_minutes) == (("s3", ""), 0.5)
    assert (found.bind, found.upload_mb) == (Settings().bind, Settings().upload_mb)
    assert "hush" not in f"{found}{found!r}{found.database}{vars(found)}"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("upload_mb", "2001", "'2001' is no whole number of 1 or more and at most 2,000"),
        ("upload_mb", "many", "'many' is no whole number"),
        ("upload_mb", "0", "'0' is no whole number"),
        ("demonstration_seed", "-1", "'-1' is no whole number of 0 or more"),
        ("idle_minutes", "0", "'0' is no number above 0 and at most 1,440"),
        ("idle_minutes", "nan", "'nan' is no number"),
        ("session_hours", "24.5", "'24.5' is no number above 0 and at most 24"),
        ("session_hours", "x", "'x' is no number"),
        ("outputs_for", "me", "'me' is none of owner, group, everybody"),
        ("hosts", '["a",', "Expecting value"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason(told, name, value, words):
    with pytest.raises(MapperError, match=f"MAPPER_{name.upper()}: {words}"):
        told(**{name: value})


def test_all_faults_are_told_at_once_and_no_secret_among_them(told):
    with pytest.raises(MapperError) as refused:
        told(upload_mb="x", metrics_token="guessed")
    assert "MAPPER_UPLOAD_MB" in str(refused.value)
    assert "MAPPER_METRICS_TOKEN: a token needs 24 characters or more" in str(refused.value)
    assert "guessed" not in str(refused.value)


def test_an_empty_secret_is_none():
    assert not Secret()
    assert Secret("x")
