"""Each layer imports only from those below it, and some libraries live in one place only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAPPER = ROOT / "mapper"

# Lowest first; a module may import from its own layer and from lower ones.
LAYERS = [
    {"errors", "settings", "tables", "files", "methods", "guarded", "guarded_child", "toml_file"},
    {"hexagons"},
    {
        *("incidents", "lenses", "counts", "neighbours"),
        *(
            "study_area",
            "area_build",
            "area_child",
            "area_resolution",
            "area_shares",
            "area_tables",
        ),
        *("boundaries", "boundary_child", "hexagon_overlap", "own_area"),
        *("people", "people_file"),
    },
    {"statistics", "context"},
    {
        *("hotspots", "study", "request", "notes", "analysis", "distributed", "demonstration"),
        "shift_filter",
        *(
            "finding",
            "questions",
            "place",
            "back_test",
            "robustness",
            "proactivity",
            "setting_runs",
            "variations",
        ),
    },
    {"disclosure"},
    {"records", "outputs"},
    {"ui", "cli"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PAGES = len(LAYERS)

ONLY_IN = {
    "h3": ("mapper/hexagons.py",),
    "h3ronpy": ("mapper/hexagons.py",),
    "folium": ("mapper/outputs/maps",),
    "branca": ("mapper/outputs/maps",),
    "streamlit": ("mapper/ui/", "pages/", "streamlit_app.py"),
    "streamlit_folium": ("mapper/ui/", "pages/"),
    "sqlalchemy": ("mapper/records/",),
    "dask": ("mapper/distributed.py",),
    "convertbng": ("mapper/incidents/coordinates.py",),
}


def sources():
    return [*MAPPER.rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "streamlit_app.py"]


def imports(path):
    """Every module that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield node.module
            if node.module == "mapper":
                yield from (f"mapper.{alias.name}" for alias in node.names if alias.name in RANK)


def layer_of(path):
    if not path.is_relative_to(MAPPER):
        return PAGES
    name = path.relative_to(MAPPER).parts[0].removesuffix(".py")
    return PAGES if name in {"__init__", "__main__"} else RANK[name]


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_downwards(path):
    own = layer_of(path)
    for module in imports(path):
        if module.startswith("mapper."):
            name = module.split(".")[1]
            assert RANK[name] <= own, f"{path.name} imports {module} from a layer above it"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_libraries_stay_where_they_belong(path):
    relative = path.relative_to(ROOT).as_posix()
    for module in imports(path):
        allowed = ONLY_IN.get(module.split(".")[0])
        assert allowed is None or relative.startswith(allowed), f"{relative} imports {module}"


def test_no_page_lies_right_under_pages():
    assert not list((ROOT / "pages").glob("*.py"))
