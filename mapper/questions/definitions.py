"""What each question asks, how its numbers are made and who first said so.

Kept apart from the questions themselves, so that the command line can tell its help without
loading a single statistic. Every text fits on one line of a terminal.
"""

from mapper.questions.choices import Definition

PATTERNS = Definition(
    id="patterns",
    title="Patterns over time",
    question="Is a place newly hot, hot for long, hot on and off, rising or fading?",
    definition="17 classes by the periods it was hot or cold in, and exact Mann-Kendall.",
    source="Classes after Esri's emerging hot spots; Mann 1945; Kendall 1975; mapper.",
)
CHANGE = Definition(
    id="change",
    title="What changed",
    question="Which places have more or fewer incidents than in the window before?",
    definition="Conditional test of two counts, dispersion of months allowed for; rate ratio.",
    source="Clopper & Pearson 1934; Wilson 1927; Smyth 2004; Benjamini 1995.",
)
SCAN = Definition(
    id="scan",
    title="Space-time scan",
    question="Where and when did incidents pile up most, beyond what chance makes?",
    definition="Largest likelihood ratio over discs and times; Monte Carlo and Gumbel p.",
    source="Kulldorff 1997, 2001; Kulldorff and others 2005; Abrams and others 2010.",
)
NEAR_REPEAT = Definition(
    id="near-repeat",
    title="Near repeats",
    question="After an incident, are more to be expected nearby and soon?",
    definition="Pairs by distance and delay over their mean when times are shuffled.",
    source="Knox 1964; Johnson and others 2007; Ratcliffe & Rengert 2008.",
)
CLOCK = Definition(
    id="clock",
    title="Week clock",
    question="At which of the 168 hours of the week did incidents probably happen?",
    definition="Each incident's weight of 1, spread over the hours it can have happened in.",
    source="Ratcliffe 2002, Journal of Quantitative Criminology 18.",
)
ACCURACY = Definition(
    id="accuracy",
    title="Accuracy",
    question="How much of what came later did each way of ranking places foretell?",
    definition="PAI, PEI and hit rate on later months; intervals by bootstrap over months.",
    source="Chainey, Tompson & Uhlig 2008; Hunt 2016.",
)
ROBUSTNESS = Definition(
    id="robustness",
    title="Robustness",
    question="Under how many other settings does each hot spot stay hot?",
    definition="Share of settings under which half its incidents lie in hot cells; ranks.",
    source="mapper: every combination of the usual choices, and a bootstrap of ranks.",
)
EVALUATE = Definition(
    id="evaluate",
    title="What worked",
    question="Did places acted on change more than places left alone?",
    definition="Incidents against expected, p among placebo places; buffer, WDQ, WDD.",
    source="Hauer 1997; Abadie et al. 2010; Bowers & Johnson 2003; Wheeler & Ratcliffe 2018.",
)
PROACTIVITY = Definition(
    id="proactivity",
    title="Reporting and proactivity",
    question="How much of the map is where officers worked, and who lives there?",
    definition="The list without police-generated incidents; residents; exact area rates.",
    source="Garwood 1936; Clopper & Pearson 1934; English Indices of Deprivation.",
)
DESCRIBE = Definition(
    id="describe",
    title="The whole map",
    question="Is there a pattern at all, where is its middle, and what shapes has it?",
    definition="Global Moran's I, local Geary, A-DBSCAN, mean centre, ellipse, breaks.",
    source="Moran 1950; Anselin 1995; Arribas-Bel and others 2021 (PySAL).",
)
DEFINITIONS = (
    PATTERNS,
    CHANGE,
    SCAN,
    NEAR_REPEAT,
    CLOCK,
    ACCURACY,
    ROBUSTNESS,
    EVALUATE,
    PROACTIVITY,
    DESCRIBE,
)
