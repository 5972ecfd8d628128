"""Tour: what is planted in the demonstration, and where it is seen."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.help.tour_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
