"""Visits: minutes at places of work, from a form or from positions."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.visits_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
