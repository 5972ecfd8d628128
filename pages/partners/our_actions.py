"""Our actions: what partner agencies are asked to do, and how it stands."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.partners.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
