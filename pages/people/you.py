"""Your sign-in: who you are here, what you may see, and the way out."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.admin.you_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
