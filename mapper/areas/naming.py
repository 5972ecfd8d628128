"""How an area is named wherever it is asked for."""

AREA_HELP = (
    "A kept area, a district or ward, or a boundary file; if left out, this installation's own"
    " (MAPPER_AREA)."
)
