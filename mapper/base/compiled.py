"""Functions compiled by numba, which comes with the extra ``scan``: 200 MB for two questions.

Without it everything else works, and a compiled function says what to install when it is called.
"""

from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

from mapper.base.errors import RequestError

try:
    import numba
except ModuleNotFoundError:
    numba = None  # type: ignore[assignment]

_Given = ParamSpec("_Given")
_Back = TypeVar("_Back")


def compiled(function: Callable[_Given, _Back]) -> Callable[_Given, _Back]:
    """Return a function compiled when first called; kept on the disk, free of Python's lock.

    Raises
    ------
    RequestError
        When it is called and numba is not installed.
    """
    if numba is None:
        return _not_installed
    made: Callable[_Given, _Back] = numba.njit(cache=True, nogil=True)(function)
    return made


def _not_installed(*_given: object, **_named: object) -> NoReturn:
    """Say what the scan and near repeats need."""
    raise RequestError(
        "The scan and near repeats need numba, which is not installed:"
        " pip install 'mapper[scan]', or make install in a checkout."
    )
