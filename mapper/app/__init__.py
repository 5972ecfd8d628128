"""The app: one wing a page, the door (who may come in) and the shell (what every page wears)."""
