"""The project's own force extract: the columns a force is asked for, and how each is read.

One row an incident, crime or not. Only a reference, a time and a place are needed; every other
column may be absent, and a lens that needs an absent one is refused in words.
``docs/data-standard.md`` tells the same to the person who writes the extract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ExtractColumn:
    """One column of the extract."""

    name: str  # header in the file, matched without regard to case, spaces, underscores or dots
    field: str  # column of the incident table it fills; coordinates go through a conversion
    kind: str  # text, time, flag, number
    meaning: str


EXTRACT_COLUMNS = (
    ExtractColumn("reference", "reference", "text", "the force's unique reference of the incident"),
    ExtractColumn("reported_at", "reported", "time", "when it was reported"),
    ExtractColumn("from_at", "start", "time", "earliest time it can have happened"),
    ExtractColumn(
        "to_at", "end", "time", "latest time it can have happened; blank if known exactly"
    ),
    ExtractColumn("easting", "easting", "number", "British National Grid easting, metres"),
    ExtractColumn("northing", "northing", "number", "British National Grid northing, metres"),
    ExtractColumn("longitude", "lon", "number", "WGS 84 longitude, where there is no easting"),
    ExtractColumn("latitude", "lat", "number", "WGS 84 latitude, where there is no northing"),
    ExtractColumn("postcode", "postcode", "postcode", "full postcode, if nothing finer is known"),
    ExtractColumn("incident_type", "type", "text", "what kind of incident it was"),
    ExtractColumn("channel", "channel", "text", "how it came in: 999, 101, online, officer, ..."),
    ExtractColumn("location", "location", "text", "street or place, without a person's name"),
    ExtractColumn(
        "location_type", "location_type", "text", "dwelling, street, station, school, ..."
    ),
    ExtractColumn("uprn", "uprn", "text", "Unique Property Reference Number"),
    ExtractColumn(
        "home_office_code", "crime_code", "text", "Home Office offence code, crimes only"
    ),
    ExtractColumn("is_crime", "crime", "flag", "recorded as a crime"),
    ExtractColumn("domestic_abuse", "domestic_abuse", "flag", "domestic abuse"),
    ExtractColumn(
        "risk_grade", "risk_grade", "text", "domestic-abuse risk: standard, medium, high"
    ),
    ExtractColumn("child_at_address", "child_at_address", "flag", "a child lives at the address"),
    ExtractColumn(
        "child_under_1", "baby_at_address", "flag", "a child under 1 lives at the address"
    ),
    ExtractColumn("repeat_victim", "repeat_victim", "flag", "the victim was a victim before"),
    ExtractColumn("exploitation", "exploitation", "flag", "child or adult exploitation suspected"),
    ExtractColumn("county_line", "county_line", "flag", "linked to a county line"),
    ExtractColumn("cuckooing", "cuckooing", "flag", "a home taken over"),
    ExtractColumn("missing", "missing", "flag", "a missing-person report"),
    ExtractColumn("missing_child", "missing_child", "flag", "the missing person is under 18"),
    ExtractColumn("missing_from", "missing_from", "text", "place the person went missing from"),
    ExtractColumn("found_place", "found_place", "text", "place where the person was found"),
    ExtractColumn("found_easting", "found_easting", "number", "easting of the place found"),
    ExtractColumn("found_northing", "found_northing", "number", "northing of the place found"),
    ExtractColumn("found_longitude", "found_lon", "number", "longitude of the place found"),
    ExtractColumn("found_latitude", "found_lat", "number", "latitude of the place found"),
    ExtractColumn("knife", "knife", "flag", "a knife was carried, seen or used"),
    ExtractColumn("young_person", "young_person", "flag", "a person aged 10 to 17 is involved"),
    ExtractColumn("travel_hub", "travel_hub", "flag", "at a station, coach stop or services"),
    ExtractColumn("drugs", "drugs", "flag", "drugs supply, possession or finds"),
    ExtractColumn("alcohol", "alcohol", "flag", "alcohol played a part"),
    ExtractColumn("mental_health", "mental_health", "flag", "mental ill health played a part"),
    ExtractColumn(
        "organised_crime", "organised_crime", "flag", "linked to an organised crime group"
    ),
    ExtractColumn("proactive", "proactive", "flag", "police-generated: stop and search, warrant"),
    ExtractColumn("outcome", "outcome", "text", "latest outcome"),
)

# Other names of columns, in plain letters: in headers, and as a value that says yes.
FLAG_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "postcode": ("pcd", "pcds", "pcode", "postalcode", "locationpostcode", "incidentpostcode"),
        "channel": ("callsource", "contactchannel", "contactmethod", "howreported"),
        "is_crime": ("crime", "crimeyn", "crimed", "recordedcrime"),
        "domestic_abuse": (
            "da",
            "domestic",
            "daflag",
            "dvflag",
            "domesticincident",
            "domesticabuseflag",
            "domesticviolence",
            "dv",
            "domviolence",
            "domabuse",
        ),
        "risk_grade": ("risk", "dariskgrade", "dashrisk", "risklevel"),
        "child_at_address": ("childrenpresent", "childpresent", "childrenataddress"),
        "child_under_1": ("babypresent", "under1", "infant"),
        "repeat_victim": ("repeat", "rv", "repeatvictimflag"),
        "exploitation": ("cse", "cce", "exploitationflag"),
        "county_line": ("countylines", "countylinesflag", "cl", "clflag", "flagcl"),
        "missing": ("misper", "mp", "missingperson", "mfh"),
        "knife": ("knifecrime", "knifeflag", "bladedarticle"),
        "drugs": ("drug", "drugsflag"),
        "alcohol": ("alc", "drink", "drunk", "intoxicated", "intoxication", "drunkenness"),
        "mental_health": ("mh", "mentalillhealth", "mentalhealthcrisis", "mhcrisis", "s136"),
    }
)
