"""Campaigns: from the places that a lens ranks to what was reached."""
