"""How the app was started: by ``mapper serve``, or by Streamlit itself with less protection."""

_STARTED: list[str] = []

LACKS = (
    "This app was started by Streamlit itself, not by mapper serve. It serves one person on this"
    " machine; nobody can sign in, and settings of Streamlit from elsewhere (its files, its"
    " variables, its options) can loosen what mapper serve holds fast: who may reach the app, how"
    " large uploads are, what an error shows."
)


def by_serve() -> None:
    """Note that mapper serve started this process."""
    _STARTED.append("mapper serve")


def is_by_serve() -> bool:
    """Tell whether mapper serve started this process."""
    return bool(_STARTED)
