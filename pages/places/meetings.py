"""Meetings: what was shown and decided, and what changed since the last one."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.meetings_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
