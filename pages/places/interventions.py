"""Interventions: what was done at a place, and whether it worked."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.interventions_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
