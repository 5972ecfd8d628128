"""Shared by tests of statistics: PySAL without its compiler."""

import importlib

import pytest


@pytest.fixture
def uncompiled_esda(monkeypatch):
    """Run esda's own permutation code as plain Python: compiling it takes 20 s a statistic."""
    from numba.core.dispatcher import Dispatcher

    for name in ("crand", "moran", "getisord", "geary_local"):
        module = importlib.import_module(f"esda.{name}")
        for key, value in list(vars(module).items()):
            if isinstance(value, Dispatcher):
                monkeypatch.setattr(module, key, value.py_func)
    monkeypatch.setattr("esda.crand.boolean", bool)
