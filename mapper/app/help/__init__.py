"""Methods and the tour."""
