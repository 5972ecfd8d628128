"""Briefing: a partnership meeting on one screen, and the printed briefing."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.briefing.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
