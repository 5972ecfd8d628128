"""Functions compiled by numba when first called; it comes with the extra ``scan``, 200 MB.

Nothing of numba is loaded before. Without it everything else works, and a compiled function says
what to install when it is called.
"""

from collections.abc import Callable
from functools import update_wrapper
from importlib import import_module
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

from mapper.base.errors import RequestError

_Given = ParamSpec("_Given")
_Back = TypeVar("_Back")
_LOCK = Lock()


class compiled(Generic[_Given, _Back]):  # noqa: N801 - a decorator
    """A function compiled when first called; kept on the disk, free of Python's lock.

    The compiled functions of a module may call one another: they are made ready together.
    """

    def __init__(self, function: Callable[_Given, _Back]) -> None:
        update_wrapper(self, function)
        self._function = function
        self._made: Callable[_Given, _Back] | None = None

    def __call__(self, *given: _Given.args, **named: _Given.kwargs) -> _Back:
        """Call the compiled function.

        Raises
        ------
        RequestError
            When numba is not installed.
        """
        with _LOCK:
            if self._made is None:
                _make_ready(self._function.__globals__)
        assert self._made is not None  # noqa: S101 - narrows the type: it was made above
        return self._made(*given, **named)


def _make_ready(module: dict[str, Any]) -> None:
    """Put numba's functions in the place of those of a module that wait to be compiled."""
    try:
        numba = import_module("numba")
    except ModuleNotFoundError as error:
        raise RequestError(
            "The scan and near repeats need numba, which is not installed:"
            " pip install 'mapper[scan]', or make install in a checkout."
        ) from error
    for name, value in list(module.items()):
        if isinstance(value, compiled):
            value._made = module[name] = numba.njit(cache=True, nogil=True)(value._function)  # noqa: SLF001
