"""Meetings: what was shown and decided, and what changed since the last one."""

from mapper.ui.guard import require_router

require_router()

from mapper.ui.meetings_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
