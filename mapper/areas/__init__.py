"""Study areas: every cell inside a boundary, out of a shipped table or a user's own files."""
