"""Printed documents (briefing, shift sheet, dossier): PDF/UA-1, Word and a web page."""
