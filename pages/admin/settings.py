"""Settings: what is kept and for how long, releases, rules of audiences, who is signed in."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.admin.settings_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
