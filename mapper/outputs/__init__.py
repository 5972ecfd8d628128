"""Outputs: maps, tables and manifests, made from releases only."""
