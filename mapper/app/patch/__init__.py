"""My patch: what matters on a team's wards now."""
