"""Settings that cannot be used are told plainly, every one of them."""

import pytest

from mapper.base.errors import MapperError
from mapper.base.settings import settings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("UPLOAD_MB", "x", "UPLOAD_MB: “x” will not do: give a whole number"),
        ("UPLOAD_MB", "5000", "UPLOAD_MB: “5000” will not do: give 2000 or less"),
        ("IDLE_MINUTES", "-1", "IDLE_MINUTES: “-1” will not do: give more than 0"),
        ("OUTPUTS_FOR", "all", "OUTPUTS_FOR: “all” will not do: give 'owner', 'group' or"),
        ("METRICS_TOKEN", "abc", "METRICS_TOKEN: a token needs 24 characters or more"),
    ],
)
def test_a_setting_that_will_not_do_is_named_with_what_would(monkeypatch, name, value, told):
    monkeypatch.setenv(f"MAPPER_{name}", value)
    settings.cache_clear()
    try:
        with pytest.raises(MapperError) as refused:
            settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert told in str(refused.value)
    assert "Input should" not in str(refused.value)
