"""Briefing: a partnership meeting on one screen, and the printed briefing."""

from mapper.ui.guard import require_router

require_router()

from mapper.ui.briefing_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
