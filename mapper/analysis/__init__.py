"""From incidents, a lens and a study area to hot spots, and how firm they are."""
