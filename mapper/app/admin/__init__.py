"""Audit, settings, and the page about oneself."""
