"""How an area is named wherever it is asked for."""

AREA_HELP = (
    "A kept area, districts or wards with ; between, or a boundary file; if left out, this"
    " installation's own (MAPPER_AREA)."
)
