"""Libraries that load when something of them is first used, so that the command line starts fast.

For libraries only, never for modules of mapper: their imports stay in sight of the layer test.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class Lazy(ModuleType):
    """A library by its name; the import lock makes its first use safe from several threads."""

    def __getattr__(self, name: str) -> Any:
        """Return what the library calls ``name``, importing it when this is the first."""
        return getattr(import_module(self.__name__), name)


# Parts of NumPy that take as long to load as the rest of ``scipy.special``.
_SPARED = {"f2py": Lazy("numpy.f2py"), "testing": Lazy("numpy.testing")}


def spare_numpy() -> None:
    """Leave some parts of NumPy for when they are used; SciPy names all of it as it loads."""
    numpy = import_module("numpy")
    for name, part in _SPARED.items():
        if name not in vars(numpy):
            setattr(numpy, name, part)
