"""Incidents: reading files, checking every row, and saying how good the data is."""
