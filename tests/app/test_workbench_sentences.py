"""The sentence above each answer says what its table holds, at the edges too."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from mapper.app.workbench import words

INF = float("inf")
SCAN = {"ward": "A", "district": "B", "first_day": "2024-01-01", "last_day": "2024-01-31"}
SCAN |= {"incidents": 9, "expected": 2.5, "p": 0.002}
NEAR = {"metres_over": 0.0, "metres_to": 200, "days_over": 0, "days_to": 7, "ratio": 1.5}
SIGNATURE = {"indicator": "Night", "name": "A", "sure": "clear", "ratio": 3.0, "low": 2.0}
SIGNATURE |= {"high": 4.0}
CLOCK = {"hour_of_week": 5, "day": "Mon", "hour": 5, "weight": 3.0}
RISK = {"kind": "pub", "ratio": 2.0, "clear": True}


@pytest.mark.parametrize(
    ("ask", "rows", "choices", "said"),
    [
        (
            "change",
            [{"direction": way} for way in ("more", "fewer", "cannot be told", "no clear change")],
            {},
            (
                "Of 4 places, 1 clearly have more incidents and 1 clearly fewer, and of 1 nothing"
                " can be told; elsewhere there is no clear change."
            ),
        ),
        (
            "scan",
            [SCAN, SCAN | {"p": 0.2}],
            {"runs": 999},
            (
                "1 cluster beyond chance. The most likely cluster is at A, B, 1 to 31 January 2024:"
                " 9 incidents where 2.5 were expected (p 0.002)."
            ),
        ),
        ("scan", [SCAN | {"p": 0.06}], {"runs": 99}, "No cluster is beyond chance. The most"),
        ("scan", [SCAN | {"p": 0.1}], {"runs": 9}, "9 random runs cannot tell a cluster from"),
        (
            "scan-table",
            [{"place": "P", "first_day": "", "cases": 9, "expected": 2.5, "p": 0.002}],
            {"runs": 999},
            (
                "1 cluster beyond chance. The most likely cluster is round P: 9 cases where 2.5"
                " were expected (p 0.002)."
            ),
        ),
        (
            "scan-table",
            [
                {"place": "P", "first_day": "2025-03-01", "last_day": "2025-04-30"}
                | {"cases": 9, "expected": 2.5, "p": 0.2}
            ],
            {"runs": 999},
            (
                "No cluster is beyond chance. The most likely cluster is round P, 1 March to"
                " 30 April 2025: 9 cases where 2.5 were expected (p 0.2)."
            ),
        ),
        (
            "near-repeat",
            [NEAR | {"p_all_bands": 0.01}, NEAR | {"p_all_bands": 0.5}],
            {"runs": 999},
            (
                "Most beyond chance: within 200 m, 0 to 7 days after an incident there are 1.50"
                " times the pairs expected (p 0.01 over all bands)."
                " 1 band of 2 have more than chance."
            ),
        ),
        ("near-repeat", [NEAR | {"p_all_bands": 0.5}], {"runs": 999}, "No band of distance"),
        ("near-repeat", [NEAR | {"p_all_bands": 0.1}], {"runs": 9}, "So few random runs"),
        (
            "signature",
            [SIGNATURE],
            {},
            (
                "What stands out most: “Night” at A, 3.0 times its share in the rest of the area"
                " (2.0 to 4.0)."
            ),
        ),
        (
            "signature",
            [SIGNATURE, SIGNATURE | {"indicator": "Knife", "ratio": INF, "high": INF}],
            {},
            "What stands out most: “Knife” at A, and none anywhere else.",
        ),
        ("signature", [SIGNATURE | {"sure": "not clear"}], {}, "No indicator clearly has"),
        (
            "clock",
            [CLOCK, CLOCK | {"hour_of_week": 6, "hour": 6, "weight": 1.0}],
            {},
            "Busiest hour: Mon 05:00, 1.5 times an even week.",
        ),
        ("clock", [CLOCK, CLOCK | {"hour_of_week": 6, "hour": 6}], {}, "No one hour is busiest: 2"),
        (
            "risk-terrain",
            [RISK, RISK | {"kind": "park", "clear": False}],
            {},
            (
                "Goes with clearly more or fewer incidents nearby: pub 2.0 times."
                " None is shown to cause it."
            ),
        ),
        ("risk-terrain", [RISK | {"clear": False}], {}, "No kind of place nearby clearly goes"),
        (
            "robustness",
            [{"stays_hot": 1, "share": 0.95}, {"stays_hot": 1, "share": 0.5}],
            {},
            (
                "1 of 2 hot spots stay hot under nine settings in ten or more; the least steady"
                " under 50%."
            ),
        ),
        (
            "phases",
            [{"phase": "primary"}, {"phase": ""}],
            {},
            "Suggested for 2 hot spots: 1 primary, 1 no phase. People decide.",
        ),
        ("patterns", [{"pattern": "new hot spot", "name": "A"}], {}, "Of 1 hot spot: 1 new."),
        (
            "where-next",
            [{"name": "A", "ward": "B", "expected": 3.21, "low": 1.0, "high": 6.0}],
            {"foretold": "April 2024"},
            "Expected busiest in April 2024: A, B, about 3.2 (between 1 and 6).",
        ),
        (
            "children",
            [{"incidents": 10, "with_child": 4, "with_baby": 1}] * 2,
            {},
            "A child was present in 8 of 20 incidents of domestic abuse, a baby under one in 2.",
        ),
        (
            "shifts",
            [
                {"day": "Sat", "shift": "late", "peak": "peak"},
                {"day": "Sun", "shift": "late", "peak": ""},
            ],
            {},
            "1 peak in all; most often Sat late (1 place).",
        ),
        (
            "shifts",
            [{"day": "Sat", "shift": "late", "peak": ""}],
            {},
            "No single day and shift of the week stands",
        ),
        (
            "accuracy",
            [
                {"area_share": 0.01, "ranking": "best possible", "hit_rate": 0.3},
                {
                    "area_share": 0.01,
                    "ranking": "x",
                    "hit_rate": 0.2,
                    "hit_rate_low": 0.1,
                    "hit_rate_high": 0.25,
                },
            ],
            {},
            (
                "In 1% of the area, “x” held 20.0% of later incidents (10.0% to 25.0%); the best"
                " possible choice held 30.0%."
            ),
        ),
    ],
)
def test_a_sentence_says_what_its_table_holds(ask, rows, choices, said):
    shown = SimpleNamespace(choices=choices, area_title="the town", notes=())
    told = words._SENTENCES[ask](pd.DataFrame(rows), shown)
    assert told.startswith(said) if not said.endswith(".") else told == said


def test_days_are_those_of_the_table():
    assert words._day("2024-02-29") == date(2024, 2, 29)
