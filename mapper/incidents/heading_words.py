"""What the columns of British record systems are called, as patterns over their headings."""

import re
from collections.abc import Mapping

# Words of headers that say which time a column of dates holds; the first kind that fits counts.
OTHER_DATES = re.compile(
    r"birth|dob|closed?|closure|modified|updated?|amended|extract(ed)?|printed|run|due|review"
    r"|outcome|disposal|arrest(ed)?|charged?|court|result|found|age|death|finalised|filed|audit"
    r"|cleared|detected|transfer|despatch(ed)?|dispatch(ed)?|arriv(ed|al)|attend(ed|ance)"
    r"|resolved|allocated|assigned|action(ed)?|scene|upload(ed)?"
)
TIME_WORDS = (
    ("to_at", re.compile(r"to|end(ed)?|until|latest|last|finish(ed)?|before|upto")),
    ("from_at", re.compile(r"from|start(ed)?|earliest|first|beg[ai]n|after|commenced")),
    (
        "reported_at",
        re.compile(
            r"rep(orted|ort)?|rec(orded|ord|ording)?|creat(ed|ion)|received|log(ged)?|call|input"
            r"|raised|opened|notified|enter(ed)?|registered"
        ),
    ),
    (
        "from_at",
        re.compile(
            r"occ(urred|urrence)?|comm(itted)?|offence|incident|event|happened|crime|date|time"
            r"|datetime|when|on|at|day|dt"
        ),
    ),
)
# Patterns that a whole plain header must match, for columns told by name.
_MAP = r"(bng|grid|os|osgb|location|loc|map|geo|incident|offence|scene|gis|xy)*"
_DEGREE = r"(deg|degrees|wgs84|4326)?"
NAMES: Mapping[str, str] = {
    "reference": (
        r"(incident|crime|event|log|case|storm|cad|occurrence|occ|record|unique|investigation"
        r"|niche|athena|cris|connect|report|rms|isr|fwin|iml|command|nspis|offence|source)*"
        r"(reference|ref|id|number|no|urn|num|nbr|serial)+(no|number)?|cr(no|nr|n)|refval"
    ),
    "easting": rf"{_MAP}(east|eastings?|e|x|xcoord|xcoordinate|coordx|xref|refe)(bng|m)?",
    "northing": rf"{_MAP}(north|northings?|n|y|ycoord|ycoordinate|coordy|yref|refn)(bng|m)?",
    "longitude": rf"(geo|gps|location|loc|map|wgs84)*(lon|long|lng|longitude|x|xcoord){_DEGREE}",
    "latitude": rf"(geo|gps|location|loc|map|wgs84)*(lat|latitude|y|ycoord){_DEGREE}",
    "location": (
        r"(incident|offence|full|crime|scene|event|occurrence|committed)*"
        r"(location|street|address|streetname|place|road|premises)(text|name|line1|1|description)?"
    ),
    "uprn": r"uprn",
    "home_office_code": r"(homeoffice|ho|hooffence)(code|offencecode|class)",
    "outcome": r"(last|latest|crime)?(outcome|disposal|result|status)(category|type|desc)?",
}


# Words of headers for what is told by them together: some that say so, none of another thing's.
_OF_OTHERS = (
    r"officer|collar|victim|suspect|offender|person|nominal|caller|vehicle|weapon|property"
    r"|station|user|beat|ward|grade|priority|address|premises|street|house|status|outcome|disposal"
    r"|closure|method|mo|custody|phone|telephone|tel|grid|map|postcode|uprn"
)
WORDS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "reference": (
        re.compile(r"ref|reference|urn|number|no|num|nr|id"),
        re.compile(_OF_OTHERS + r"|code|home|class"),
    ),
    "incident_type": (
        re.compile(
            r"type|class|classification|category|desc|description|title|offences?|crimes?|nature"
            r"|complaint|qualifier|happened|comptype|compltype|subgroup|group"
        ),
        re.compile(_OF_OTHERS + r"|location|ref|reference|no|number|id|date|time|flag|line"),
    ),
}
SETTLED = re.compile(r"final|closing|closed|confirmed|recorded|minor")
AT_FIRST = re.compile(r"initial|opening|call|major|group")
