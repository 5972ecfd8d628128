"""What mapper is made of is written down for others, and looked up among known weaknesses."""

import json
from datetime import date
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from docs import make_sbom
from mapper.cli.advisories import Advisory, advisories
from mapper.cli.doctor import known_weaknesses

ROOT = Path(__file__).parents[2]
FOR_WHO_WORKS_ON_IT = {"dev", "docs"}


def pinned():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def installed():
    found = {}
    for name in pinned():
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of another extra
            continue
    return found


def test_no_pinned_and_no_installed_version_has_a_weakness_on_the_list():
    listed = advisories()
    assert listed.weaknesses(pinned()) == []
    assert len(installed()) > 100
    assert listed.weaknesses(installed()) == []


def test_the_list_names_packages_of_ours_public_ids_and_versions():
    ours = set(map(canonicalize_name, pinned()))
    listed = advisories()
    assert date(2026, 11, 1) <= listed.gathered
    assert {one.package for one in listed.known} <= ours
    for one in listed.known:
        assert one.id.startswith(("CVE-", "GHSA-")), one
        assert Version(one.introduced) < Version(one.fixed), one
    assert len(set(listed.known)) == len(listed.known)


@pytest.mark.parametrize(
    ("name", "found", "ids"),
    [
        ("Jinja2", "3.1.5", ["CVE-2025-27516"]),
        (
            "authlib",
            "1.6.6",
            ["CVE-2026-28802", "CVE-2026-27962", "CVE-2026-41425", "CVE-2026-44681"],
        ),
        ("authlib", "1.6.11", ["CVE-2026-44681"]),
        ("Starlette", "1.0.0", [f"CVE-2026-{n}" for n in (48710, 48818, 54282, 54283)]),
        ("cryptography", "49.0.0", ["CVE-2026-69247"]),
        ("scikit_learn", "1.4.2", ["CVE-2024-5206"]),
        ("h3", "0.1", []),
    ],
)
def test_versions_below_the_mended_one_are_told(name, found, ids):
    told = advisories().weaknesses({name: found})
    assert [one.split(": ")[1].split(",")[0] for one in told] == ids


def test_a_weakness_is_of_the_versions_between():
    one = Advisory("a", "CVE-1", fixed="2.0", introduced="1.5rc1")
    assert [one.affects(v) for v in ("1.4", "1.5rc1", "1.5", "1.99", "2.0", "10")] == [
        *(False, True, True, True, False, False)
    ]


def test_the_doctor_tells_each_weakness_and_the_day_of_the_list():
    *wrong, note = known_weaknesses({"h11": "0.14.0", "geopandas": "1.1.1"})
    assert [one.state for one in wrong] == ["wrong", "wrong"]
    assert wrong[0].words == "h11 0.14.0: CVE-2025-43859, mended in 0.16.0. Update it."
    assert note.state == "note"
    assert f"{advisories().gathered:%d %B %Y}" in note.words
    assert [one.state for one in known_weaknesses({})] == ["note"]


def test_the_bill_of_materials_is_cyclonedx_and_holds_what_is_installed_with_mapper():
    text = make_sbom.as_json()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    held = {one["name"]: one["version"] for one in told["components"]}
    assert told["metadata"]["component"]["name"] == "mapper"
    assert {"streamlit", "psycopg-binary", "numba", "duckdb", "starlette"} <= set(held)
    assert not {"pytest", "mypy", "cyclonedx-python-lib"} & set(held)
    pins = {canonicalize_name(name): pin for name, pin in pinned().items()}
    assert {name: pins[name] for name in held} == held
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in told["dependencies"]}
    assert {"h3", "streamlit"} <= needs["mapper"]
    assert "starlette" in needs["streamlit"]
    assert set(needs) == {*held, "mapper"}


def test_the_bill_of_materials_holds_every_extra_that_is_not_for_who_works_on_mapper():
    extras = set(metadata("mapper").get_all("Provides-Extra"))
    assert extras - FOR_WHO_WORKS_ON_IT == set(make_sbom.EXTRAS)
    held = {one["name"] for one in json.loads(make_sbom.as_json())["components"]}
    for line in requires("mapper"):
        need = Requirement(line)
        asked = need.marker is None or any(
            need.marker.evaluate({"extra": extra}) for extra in ("", *make_sbom.EXTRAS)
        )
        assert not asked or canonicalize_name(need.name) in held, need


def test_a_bill_that_is_none_is_refused_by_the_same_schema():
    text = make_sbom.as_json().replace('"purl"', '"pearl"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is not None
