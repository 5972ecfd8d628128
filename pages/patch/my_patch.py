"""My patch: what matters on a team's wards now, why, when, and what is being done."""

from mapper.app.shell.guard import require_router

require_router("see own wards")

from mapper.app.patch.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
