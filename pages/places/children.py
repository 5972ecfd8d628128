"""Children: domestic abuse with children by place, and where missing people go."""

from mapper.ui.guard import require_router

require_router()

from mapper.ui.children_page import show_page  # noqa: E402 - guarded before anything is read

show_page()
