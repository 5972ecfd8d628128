"""Your area: official files in, what was recognised, the area drawn, kept and chosen."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.admin.area_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
