"""Interventions: what was done at a place, and whether it worked."""

from mapper.ui.guard import require_router

require_router()

from mapper.ui.interventions_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
