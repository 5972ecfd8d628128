"""Reference systems in which places come and are given, by their names in the register of EPSG."""

DEGREES, NATIONAL_GRID = "EPSG:4326", "EPSG:27700"
WEB_METRES = "EPSG:3857"  # of the maps of the web
FULL_CIRCLE = 360  # degrees: numbers beyond are none
