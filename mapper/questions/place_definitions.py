"""What each question about places asks, how its numbers are made, and who first said so.

Every text fits on one line of a terminal.
"""

from mapper.questions.choices import Definition

CHILDREN = Definition(
    id="children",
    title="Domestic abuse with children",
    question="In how many homes with domestic abuse is there a child, or a baby under one?",
    definition="Incidents flagged domestic abuse; shares with child, baby, repeat, high risk.",
    source="mapper; exact intervals of Clopper & Pearson 1934.",
)
SIGNATURE = Definition(
    id="signature",
    title="Place signature",
    question="Which indicators drive a place, how many, over how long, and how sure is it?",
    definition="Share of each indicator here over its share in the rest of the area, exact.",
    source="mapper; Przyborowski & Wilenski 1940; Bonferroni 1936.",
)
CORRIDORS = Definition(
    id="corridors",
    title="Missing-from to found corridors",
    question="From where to where do people who go missing travel?",
    definition="Missing people by place gone from and place found, cells and travel hubs.",
    source="mapper.",
)
CORRIDOR_TOTALS = Definition(
    id="corridors-by-district",
    title="Missing-from to found, by district",
    question="From which district to which do people who go missing travel?",
    definition="Missing people by district gone from and district found; some are found outside.",
    source="mapper.",
)
CONTEXT = Definition(
    id="context",
    title="What is near",
    question="What surrounds a place: risks and protective assets alike?",
    definition="Places in the cells and rings around it, and metres to the nearest of a kind.",
    source="mapper; distances on a sphere, off by under 0.3 %.",
)
SHIFT = Definition(
    id="shifts",
    title="Shifts of the week",
    question="In which shifts of the week is a place busy?",
    definition="Aoristic weights by early, late and night; peaks by exact binomial.",
    source="Ratcliffe 2002; mapper.",
)
DAYS = Definition(
    id="days",
    title="School days, holidays and pay days",
    question="Is a place busier in school holidays, or around pay days?",
    definition="Incidents a day by kind of day, exact ratio; also against the rest of the area.",
    source="Przyborowski & Wilenski 1940; Cornfield 1956; mapper.",
)
PHASES = Definition(
    id="phases",
    title="Prevention phases",
    question="Which prevention phase do the pattern and context of a hot spot suggest?",
    definition="The first fitting rule of an editable table; a suggestion, people decide.",
    source="mapper; phases of prevention after Caplan 1964.",
)
DEFINITIONS = (CHILDREN, SIGNATURE, CORRIDORS, CORRIDOR_TOTALS, CONTEXT, SHIFT, DAYS, PHASES)
