"""The Hot spots page: controls, map and list, one place in its context."""
