"""The H3 grid: cells, their neighbours and outlines, overlap with other shapes, counts by cell."""
