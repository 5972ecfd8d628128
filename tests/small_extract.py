"""Small files for the app: a synthetic extract, a police.uk file with faults, an unknown table."""

import csv

import numpy as np

# What a stranger could write where a street name belongs.
HOSTILE = (
    "On or near {{7*7}} <img src=x onerror=\"document.title='ran'\">"
    " ![x](https://example.org/x.png) [y](javascript:alert(1)) $a^2$ :red[z] `b`"
)
PLACES = ((-2.98, 53.41), (-3.03, 53.39), (-2.74, 53.45))


def write_extract(path, *, spread=1_200, each=90, seed=3, box=(-3.02, -2.82, 53.35, 53.47)):
    """Write a force extract: incidents all over a box and three places with many.

    Three in five are of county lines: over half, so that they are set against residents.
    """
    drawn = np.random.default_rng(seed)
    near = [(x + drawn.normal(0, 0.0012), y + drawn.normal(0, 0.0008)) for x, y in PLACES * each]
    lon = [*drawn.uniform(*box[:2], spread), *(x for x, _ in near)]
    lat = [*drawn.uniform(*box[2:], spread), *(y for _, y in near)]
    minutes = drawn.integers(0, 360 * 24 * 60, len(lon))
    start = np.datetime64("2023-01-02T00:00") + minutes.astype("timedelta64[m]")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["reference", "from_at", "longitude", "latitude", "incident_type", "location",
             "county_line", "exploitation", "cuckooing", "domestic_abuse"]
        )  # fmt: skip
        for row in range(len(lon)):
            street = f"Example Road {row % 40}"
            writer.writerow(
                [f"DEMO-{row}", str(start[row]).replace("T", " "), f"{lon[row]:.5f}",
                 f"{lat[row]:.5f}", "Violence", street, "yes" if row % 5 < 3 else "no", "no", "no",
                 "yes" if row % 5 < 3 else "no"]
            )  # fmt: skip
    return path


HEADER = [
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
]  # fmt: skip


def write_police_uk(path, *, label=HOSTILE, spread=500, each=120, seed=5):
    """Write a street file with a busy place under ``label`` and eight rows at fault.

    At fault: 3 rows without coordinates, 2 at zero, 2 without a month, 1 repeated Crime ID.
    """
    drawn = np.random.default_rng(seed)
    points = zip(
        drawn.uniform(-3.02, -2.82, spread), drawn.uniform(53.35, 53.47, spread), strict=True
    )
    force = "Merseyside Police"
    violence = ["", "", "Violence and sexual offences", "", ""]
    rows = [
        [f"{row:064x}", "2023-05", force, force, f"{x:.6f}", f"{y:.6f}", f"On or near Way {row}"]
        for row, (x, y) in enumerate(points)
    ]
    near = zip(drawn.normal(-2.98, 0.003, each), drawn.normal(53.41, 0.002, each), strict=True)
    rows += [
        [f"b{row:063x}", "2023-06", force, force, f"{x:.6f}", f"{y:.6f}", label]
        for row, (x, y) in enumerate(near)
    ]
    rows = [[*row, *violence] for row in rows]
    faulty = [list(row) for row in rows[:8]]
    for number, row in enumerate(faulty):
        row[0] = f"f{number:063x}"
    for row in faulty[:3]:
        row[4] = row[5] = ""
    for row in faulty[3:5]:
        row[4] = row[5] = "0"
    for row in faulty[5:7]:
        row[1] = ""
    faulty[7][0] = rows[0][0]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows, *faulty])
    return path


def write_unknown_table(path):
    """Write a table of no known form, with dates that could be read in two ways."""
    drawn = np.random.default_rng(7)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Ref No", "When", "East", "North", "What"])
        for row in range(60):
            writer.writerow(
                [f"X{row}", f"{1 + row % 12:02d}/{1 + row % 9:02d}/2024",
                 335_000 + int(drawn.integers(0, 3_000)), 390_000 + int(drawn.integers(0, 3_000)),
                 "Robbery"]
            )  # fmt: skip
    return path
