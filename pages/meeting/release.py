"""Release to partners: what the next briefing hides and why, and its release."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.briefing.release_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
