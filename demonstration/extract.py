"""The force extract as text: one table of strings, column for column as the standard names them."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import Transformer

from demonstration.calendar import FIRST
from demonstration.details import FOUND, GRADES
from demonstration.force import Force, stream
from demonstration.ground import draw_cells
from demonstration.kinds import KIND, KINDS, PLACE, PLACES
from demonstration.planting import FLAGS
from demonstration.sites import UPRN_BASE, locate_sites, name_sites, site_names
from mapper.base.types import Flags, Floats, Integers
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.synthetic import SYNTHETIC_MARK

# Every incident of the demonstration has a point, so none needs a postcode; all came in one way.
_WITHOUT = {"postcode", "channel"}
COLUMNS = tuple(column.name for column in EXTRACT_COLUMNS if column.name not in _WITHOUT)
# One recording system, and a few others that feed it, each with its own yes and no.
_SPELLINGS = (("Y", "N"), ("Yes", "No"), ("YES", "NO"), ("y", "n"), ("1", "0"), ("TRUE", "FALSE"))
_SPELLING_SHARES = (0.96, 0.012, 0.006, 0.01, 0.007, 0.005)
_GPS_KINDS = ("Stop and search", "Road traffic")  # recorded on devices that know longitudes only
_GPS_SHARE = 0.35
_OUTCOMES = {
    "crime": (
        ("Under investigation", 0.12), ("No suspect identified", 0.4),
        ("Evidential difficulties", 0.3), ("Charged or summonsed", 0.13),
        ("Community resolution", 0.05),
    ),
    "no crime": (
        ("Advice given", 0.5), ("No further action", 0.35), ("Referred to a partner", 0.15),
    ),
    "search": (("Nothing found", 0.68), ("Item found", 0.2), ("Arrest", 0.12)),
}  # fmt: skip
_MISSING_FROM = {
    "dwelling": "Home address", "care home": "Care home", "hospital": "Hospital",
    "school": "School",
}  # fmt: skip


def extract_table(
    force: Force, *, seed: int, first: np.datetime64 = FIRST, number: int = 1
) -> pa.Table:
    """Return every incident as a row of strings, missing values null, in the standard's order.

    Parameters
    ----------
    first
        The day whose midnight minutes are counted from.
    number
        Of the first reference.
    """
    rng = stream(seed, "records")
    incidents = force.incidents
    columns = {
        "reference": _references(len(incidents), number),
        **_times(incidents, first),
        **_coordinates(force, rng),
        **_place_words(force),
        **_crime(incidents, rng),
        **_flags(incidents, rng),
        **_missing(force, rng),
    }
    return pa.table({name: columns[name] for name in COLUMNS})


def references(numbers: Integers) -> list[str]:
    """Return the reference of each incident number, marked as synthetic."""
    return [f"{SYNTHETIC_MARK}{number:06d}" for number in numbers.tolist()]


def _references(size: int, number: int) -> pa.Array:
    return pa.array(references(np.arange(number, number + size)), pa.string())


def _times(incidents: pd.DataFrame, first: np.datetime64) -> dict[str, pa.Array]:
    """Return reported, from and to as year-month-day hour:minute."""
    latest = int(incidents["reported"].max()) // 1440
    days = pa.array(np.datetime_as_string(first + np.arange(latest + 1)).tolist(), pa.string())
    clock = pa.array([f"{m // 60:02d}:{m % 60:02d}" for m in range(1440)], pa.string())

    def written(name: str) -> pa.Array:
        minute = incidents[name].to_numpy()
        known = minute >= 0
        day = pa.array(minute // 1440, pa.int64(), mask=~known)
        return pc.binary_join_element_wise(
            days.take(day), clock.take(pa.array(minute % 1440)), " ", null_handling="emit_null"
        )

    return {
        "reported_at": written("reported"),
        "from_at": written("start"),
        "to_at": written("end"),
    }


def _coordinates(force: Force, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return eastings and northings to the metre, or for a few longitude and latitude."""
    incidents = force.incidents
    site, cell = incidents["site"].to_numpy(), incidents["cell"].to_numpy()
    lon, lat = locate_sites(force.sites, site, cell)
    device = np.isin(incidents["kind"].to_numpy(), [KIND[name] for name in _GPS_KINDS])
    device &= rng.random(site.size) < _GPS_SHARE
    return _written_points(lon, lat, grid=~device, degrees=device, prefix="")


def _written_points(
    lon: Floats, lat: Floats, *, grid: Flags, degrees: Flags, prefix: str
) -> dict[str, pa.Array]:
    """Return the four coordinate columns: filled where ``grid`` or ``degrees`` says so."""
    east, north = np.zeros((2, lon.size), dtype=np.int64)
    east[grid], north[grid] = to_grid(lon[grid], lat[grid])
    return {
        f"{prefix}easting": _numbers(east, grid),
        f"{prefix}northing": _numbers(north, grid),
        f"{prefix}longitude": _decimals(lon, degrees),
        f"{prefix}latitude": _decimals(lat, degrees),
    }


def to_grid(lon: Floats, lat: Floats) -> tuple[Integers, Integers]:
    """Return British National Grid eastings and northings, rounded to the metre.

    Without the OSTN15 grid the points are up to about 2 m off, which no cell of this data notices:
    all keep further than that from their cell's edge.
    """
    east, north = Transformer.from_crs(4326, 27700, always_xy=True).transform(lon, lat)
    return np.rint(east).astype(np.int64), np.rint(north).astype(np.int64)


def _place_words(force: Force) -> dict[str, pa.Array]:
    """Return location text, location type and UPRN; only homes have a UPRN."""
    incidents, sites = force.incidents, force.sites
    site, place = incidents["site"].to_numpy(), incidents["place"].to_numpy()
    names = name_sites(sites, site, incidents["cell"].to_numpy(), place)
    home = np.isin(place, [PLACE["dwelling"], PLACE["care home"]])
    return {
        "location": _words(site_names(sites), names),
        "location_type": _words(PLACES, place),
        "uprn": _numbers(UPRN_BASE + site, home),
    }


def _crime(incidents: pd.DataFrame, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return kind, Home Office code, risk grade and outcome."""
    kind = incidents["kind"].to_numpy()
    codes = [None, *dict.fromkeys(code for one in KINDS for code in one.codes)]
    code = np.zeros(kind.size, dtype=np.int64)
    for number, one in enumerate(KINDS):
        if one.codes:
            rows = np.flatnonzero(kind == number)
            drawn = draw_cells(rng, np.array(list(one.codes.values())), size=rows.size)
            code[rows] = np.array([codes.index(name) for name in one.codes])[drawn]
    return {
        "incident_type": _words([one.name for one in KINDS], kind),
        "home_office_code": _words(codes, code),
        "risk_grade": _words([grade or None for grade in GRADES], incidents["risk"].to_numpy()),
        "outcome": _outcomes(kind, rng),
    }


def _outcomes(kind: npt.NDArray[np.int8], rng: np.random.Generator) -> pa.Array:
    crime = np.array([one.crime for one in KINDS])[kind]
    search = kind == KIND["Stop and search"]
    words = [word for group in _OUTCOMES.values() for word, _ in group]
    outcome = np.zeros(kind.size, dtype=np.int64)
    for name, chosen in (("crime", crime), ("no crime", ~crime & ~search), ("search", search)):
        rows = np.flatnonzero(chosen)
        shares = np.array([share for _, share in _OUTCOMES[name]])
        first = words.index(_OUTCOMES[name][0][0])
        outcome[rows] = first + draw_cells(rng, shares, size=rows.size)
    return _words(words, outcome)


def _flags(incidents: pd.DataFrame, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return the flags in the spelling of the system that each record came from."""
    spelling = draw_cells(rng, np.array(_SPELLING_SHARES), size=len(incidents))
    words = [word for pair in _SPELLINGS for word in pair]
    kind = incidents["kind"].to_numpy()
    values = {flag: incidents[flag].to_numpy() for flag in FLAGS}
    values["is_crime"] = np.array([one.crime for one in KINDS])[kind]
    values["domestic_abuse"] = incidents["domestic"].to_numpy()
    return {flag: _words(words, 2 * spelling + ~value) for flag, value in values.items()}


def _missing(force: Force, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return where missing people went missing from and were found; points at hubs and streets."""
    incidents, sites = force.incidents, force.sites
    missing, place = incidents["missing"].to_numpy(), incidents["place"].to_numpy()
    found, hub = incidents["found"].to_numpy(), incidents["found_hub"].to_numpy()
    sources = [None, *_MISSING_FROM.values(), "Other place"]
    named = [list(_MISSING_FROM).index(p) + 1 if p in _MISSING_FROM else 5 for p in PLACES]
    words = [name or None for name in FOUND] + list(sites.special["text"])
    number = np.where(hub >= 0, len(FOUND) + hub - sites.first_special, found)
    return {
        "missing_from": _words(sources, np.where(missing, np.array(named)[place], 0)),
        "found_place": _words(words, number),
        **_found_points(force, rng),
    }


def _found_points(force: Force, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return the points where people were found: a hub's, or somewhere that people live."""
    ground, special = force.ground, force.sites.special
    hub = force.incidents["found_hub"].to_numpy()
    street = (force.incidents["found"] == FOUND.index("Street")).to_numpy()
    lon, lat = np.full(hub.size, ground.lon[0]), np.full(hub.size, ground.lat[0])
    cell = draw_cells(rng, ground.residents, size=int(street.sum()))
    lon[street] = ground.lon[cell] + (rng.random(cell.size) - 0.5) * 0.002
    lat[street] = ground.lat[cell] + (rng.random(cell.size) - 0.5) * 0.002
    at_hub = hub >= 0
    rows = hub[at_hub] - force.sites.first_special
    lon[at_hub], lat[at_hub] = special[["lon", "lat"]].to_numpy()[rows].T
    return _written_points(lon, lat, grid=street, degrees=at_hub, prefix="found_")


def _words(words: list[str | None] | list[str] | tuple[str, ...], which: npt.ArrayLike) -> pa.Array:
    """Return a string column: for each row one of a few words."""
    return pa.array(list(words), pa.string()).take(pa.array(np.asarray(which, dtype=np.int64)))


def _numbers(values: Integers, known: Flags) -> pa.Array:
    return pa.array(values, pa.int64(), mask=~known).cast(pa.string())


def _decimals(values: Floats, known: Flags) -> pa.Array:
    """Return degrees with six decimals, about a tenth of a metre."""
    rows = np.flatnonzero(known)
    written = pa.array([f"{value:.6f}" for value in values[rows].tolist()], pa.string())
    where = np.zeros(values.size, dtype=np.int64)
    where[rows] = np.arange(rows.size)
    return written.take(pa.array(where, mask=~known))
