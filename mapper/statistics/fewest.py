"""The fewest incidents on which anything is said, everywhere in mapper."""

FEWEST_INCIDENTS = 30  # in the study area: below this nothing can be said
FEWEST_IN_DISC = 5  # in a cell and its neighbours: below this a cell is never called hot or found
FEWEST_IN_HOTSPOT = 5  # in the cells of a hot spot themselves: below this it is not listed
