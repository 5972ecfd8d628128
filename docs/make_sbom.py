"""The software bill of materials: every package that is installed with mapper, as CycloneDX JSON.

``python docs/make_sbom.py dist/mapper.cdx.json`` (``make sbom``) writes it from what is
installed here, which is what ``constraints.txt`` pins. It holds what mapper needs with all its
extras and what that needs in turn, none of what only its tests need.
"""

import sys
from importlib.metadata import metadata, requires, version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("dask", "duckdb", "scan", "store", "terrain")
LONG = 100  # characters of a licence: some packages give the whole text


def needs_of(name, *extras):
    """Return the packages that one needs on this machine, with some of its extras."""
    wanted = [Requirement(line) for line in requires(name) or []]
    return {
        (canonicalize_name(one.name), tuple(sorted(one.extras)))
        for one in wanted
        if one.marker is None or any(one.marker.evaluate({"extra": each}) for each in ("", *extras))
    }


def needed():
    """Return every package that is installed with mapper, with those that each needs itself."""
    found, left = {}, [("mapper", EXTRAS)]
    while left:
        name, extras = left.pop()
        needs = needs_of(name, *extras)
        new = {each for each, _ in needs} - found.get(name, set())
        found[name] = found.get(name, set()) | new
        left += [one for one in needs if one[0] in new]
    return found


def component(name):
    """Return a package with its version and its licence as its makers say it."""
    told = metadata(name)
    licence = told.get("License-Expression") or told.get("License") or ""
    is_short = 0 < len(licence) < LONG
    return Component(
        name=name,
        version=version(name),
        type=ComponentType.APPLICATION if name == "mapper" else ComponentType.LIBRARY,
        bom_ref=name,
        purl=PackageURL("pypi", name=name, version=version(name)),
        licenses=[LicenseFactory().make_from_string(licence)] if is_short else [],
    )


def bill():
    """Return the bill of materials."""
    found = needed()
    parts = {name: component(name) for name in found}
    made = Bom(components=[part for name, part in parts.items() if name != "mapper"])
    made.metadata.component = parts["mapper"]
    for name, needs in found.items():
        made.register_dependency(parts[name], [parts[each] for each in needs])
    return made


def as_json():
    """Return the bill as the text of a CycloneDX file."""
    return JsonV1Dot6(bill()).output_as_string(indent=1) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_json())
