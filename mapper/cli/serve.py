"""``mapper serve``: the app on this machine."""

from functools import partial


def run(*, port: int | None, browser: bool) -> None:
    """Start the app and stay until it is stopped."""
    from mapper.app.door.serve import serve

    serve(port=port, browser=browser, say=partial(print, flush=True))
