"""What each question asks, how its numbers are made and who first said so.

Kept apart from the questions themselves, so that the command line can tell its help without
loading a single statistic. Every text fits on one line of a terminal.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """One question in words."""

    id: str  # the command's name
    title: str  # what people call it
    question: str
    definition: str  # how the numbers are made
    source: str  # author and year, or this project

    @property
    def help(self) -> str:
        """Return three lines for a terminal; the first character keeps them as they are."""
        return f"\b\n{self.question}\n{self.definition}\nSource: {self.source}"


SIGNALS = Definition(
    id="signals",
    title="Signals",
    question="Where do incidents gather, stand out, or exceed demand or residents?",
    definition="Exact upper-tail p of four nulls for each cell, with q, expected, excess.",
    source="Getis & Ord 1996; Marshall 1991; Anselin 1995; Berger 1982; mapper.",
)
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
    definition="Exact conditional binomial test of two counts; rate ratio with interval.",
    source="Przyborowski & Wilenski 1940; Clopper & Pearson 1934; Benjamini 1995.",
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
CONCENTRATION = Definition(
    id="concentration",
    title="Concentration",
    question="How few places hold how much, and do they stay the same?",
    definition="Lorenz curve, Gini and its sparse form, top cells kept between periods.",
    source="Lorenz 1905; Bernasco & Steenbeek 2017; Weisburd 2015.",
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
    SIGNALS,
    PATTERNS,
    CHANGE,
    SCAN,
    NEAR_REPEAT,
    CLOCK,
    CONCENTRATION,
    ACCURACY,
    ROBUSTNESS,
    EVALUATE,
    PROACTIVITY,
    DESCRIBE,
)
