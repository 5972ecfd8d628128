"""Plans: what is to change at a place, who does what by when."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.plan_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
