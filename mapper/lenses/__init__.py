"""Lenses: which incidents count, with what weight, and what the result may be called."""
