"""What happens: the kinds of incident, how many of each, and what each is like.

The totals add up to published Merseyside figures for 1 September 2021 to 31 August 2022: 33,333
domestic-abuse incidents, 9,715 of them with a child at the address, and about 80 % of all demand
not crime. The split among kinds is invented. Home Office codes are offence classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CHILDREN = 9_715  # domestic-abuse incidents with a child at the address
BABIES = 874  # of those, with a child under 1

PLACES = (
    "dwelling", "street", "shop", "supermarket", "nightclub", "school", "park",
    "station", "hospital", "care home", "police station",
)  # fmt: skip
PLACE = MappingProxyType({name: number for number, name in enumerate(PLACES)})

Shares = Mapping[str, float]

_HOMES: Shares = {"dwelling": 1}
_STREETS: Shares = {"street": 0.8, "dwelling": 0.1, "park": 0.07, "shop": 0.03}
_NIGHT: Shares = {"street": 0.5, "nightclub": 0.28, "dwelling": 0.2, "station": 0.02}
_SHOPS: Shares = {"shop": 0.6, "supermarket": 0.4}
_CALLS: Shares = {"dwelling": 0.7, "street": 0.25, "school": 0.02, "hospital": 0.03}


@dataclass(frozen=True)
class Kind:
    """One kind of incident; what is said here is about those that are not domestic abuse."""

    name: str
    total: int
    surface: str  # where, see ground.SURFACES
    rhythm: str  # when, see calendar.RHYTHMS
    places: Shares  # at what sort of place
    domestic: int = 0  # how many of the total are domestic abuse
    codes: Shares = field(default_factory=dict)  # Home Office codes; none where it is no crime
    interval: float = 0.0  # share known only as an interval
    span: tuple[int, int] = (60, 840)  # shortest and longest interval, minutes
    lag: int = 15  # longest delay before it is reported, minutes

    @property
    def crime(self) -> bool:
        """Whether it is recorded as a crime."""
        return bool(self.codes)


KINDS = (
    Kind("Domestic incident", 20_000, "homes", "home", _HOMES, domestic=20_000),
    Kind(
        "Violence with injury",
        6_200,
        "night",
        "night out",
        _NIGHT,
        domestic=3_600,
        codes={"8N": 0.926, "5D": 0.07, "2": 0.003, "1": 0.001},
        lag=600,
    ),
    Kind(
        "Violence without injury",
        9_800,
        "night",
        "night out",
        _NIGHT,
        domestic=6_200,
        codes={"105A": 0.9, "3B": 0.1},
        lag=900,
    ),
    Kind(
        "Stalking and harassment",
        4_300,
        "homes",
        "day",
        _CALLS,
        domestic=2_100,
        codes={"8L": 0.7, "8Q": 0.3},
        interval=0.35,
        span=(1440, 20160),
        lag=2880,
    ),
    Kind(
        "Sexual offence",
        1_900,
        "night",
        "night out",
        {"dwelling": 0.6, "nightclub": 0.2, "street": 0.2},
        domestic=500,
        codes={"20A": 0.55, "19C": 0.35, "88A": 0.1},
        interval=0.3,
        span=(60, 43200),
        lag=40_000,
    ),
    Kind(
        "Robbery",
        900,
        "streets",
        "evening",
        {"street": 0.9, "station": 0.04, "shop": 0.06},
        codes={"34B": 0.9, "34A": 0.1},
        lag=120,
    ),
    Kind(
        "Burglary",
        2_900,
        "homes",
        "overnight",
        {"dwelling": 0.8, "shop": 0.2},
        codes={"28E": 0.75, "30C": 0.25},
        interval=0.85,
        span=(60, 900),
        lag=240,
    ),
    Kind(
        "Vehicle crime",
        3_600,
        "streets",
        "overnight",
        {"street": 0.9, "dwelling": 0.1},
        codes={"45": 0.55, "48": 0.45},
        interval=0.75,
        lag=240,
    ),
    Kind(
        "Theft",
        4_400,
        "shops",
        "day",
        {"dwelling": 0.3, "shop": 0.42, "street": 0.25, "station": 0.03},
        codes={"49": 0.8, "39": 0.2},
        interval=0.45,
        lag=1440,
    ),
    Kind(
        "Shoplifting",
        4_200,
        "shops",
        "shops",
        _SHOPS,
        codes={"46": 1},
        interval=0.1,
        span=(15, 240),
        lag=1440,
    ),
    Kind(
        "Criminal damage",
        5_000,
        "streets",
        "evening",
        {"dwelling": 0.5, "street": 0.42, "park": 0.05, "school": 0.03},
        domestic=800,
        codes={"58A": 0.4, "58C": 0.4, "58D": 0.2},
        interval=0.5,
        lag=600,
    ),
    Kind("Arson", 300, "need", "evening", _STREETS, codes={"56B": 0.7, "56A": 0.3}, lag=60),
    Kind(
        "Drug supply",
        1_400,
        "need",
        "after school",
        {"street": 0.65, "dwelling": 0.32, "station": 0.03},
        codes={"92A": 1},
        lag=60,
    ),
    Kind(
        "Drug possession",
        1_800,
        "night",
        "night out",
        {"street": 0.9, "nightclub": 0.07, "station": 0.03},
        codes={"92E": 0.75, "92D": 0.25},
        lag=30,
    ),
    Kind(
        "Possession of weapons",
        700,
        "streets",
        "evening",
        {"street": 0.95, "station": 0.02, "school": 0.03},
        codes={"10D": 0.8, "10C": 0.1, "10B": 0.06, "10A": 0.04},
        lag=30,
    ),
    Kind(
        "Public order",
        2_600,
        "night",
        "night out",
        _NIGHT,
        domestic=133,
        codes={"9A": 0.7, "66": 0.3},
        lag=60,
    ),
    Kind(
        "Missing person",
        9_500,
        "youth",
        "evening",
        {"dwelling": 0.7, "care home": 0.17, "hospital": 0.1, "school": 0.03},
        lag=240,
    ),
    Kind("Concern for safety", 32_000, "homes", "round the clock", _CALLS),
    Kind(
        "Anti-social behaviour",
        24_000,
        "streets",
        "evening",
        {"street": 0.6, "dwelling": 0.2, "park": 0.1, "shop": 0.09, "station": 0.01},
    ),
    Kind(
        "Suspicious activity",
        17_000,
        "streets",
        "overnight",
        {"street": 0.7, "dwelling": 0.25, "park": 0.04, "station": 0.01},
    ),
    Kind(
        "Stop and search",
        13_000,
        "streets",
        "evening",
        {"street": 0.95, "park": 0.03, "station": 0.02},
    ),
    Kind("Road traffic", 24_000, "roads", "commute", {"street": 1}),
    Kind("Mental health", 9_500, "homes", "round the clock", _CALLS),
    Kind("Alarm", 6_000, "shops", "overnight", {"shop": 0.6, "dwelling": 0.3, "school": 0.1}),
    Kind(
        "Other call",
        45_000,
        "homes",
        "round the clock",
        {"dwelling": 0.65, "street": 0.3, "shop": 0.05},
    ),
)
KIND = MappingProxyType({kind.name: number for number, kind in enumerate(KINDS)})

INCIDENTS = sum(kind.total for kind in KINDS)  # 250,000
DOMESTIC = sum(kind.domestic for kind in KINDS)  # 33,333
