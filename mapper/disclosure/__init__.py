"""Disclosure control: what an audience may see of a result."""
