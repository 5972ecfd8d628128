"""Drawings as SVG for print and for screens without script: maps, bars, strips, week clocks.

Each comes with the words that stand for it, and tells its parts apart in grey as well: by
pattern, number or label, never by colour alone.
"""
