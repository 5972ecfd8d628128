"""The Briefing and Release pages: what partners see, and the release itself."""
