"""Folders import only downwards, no circle anywhere, and some libraries live in one place only."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAPPER = ROOT / "mapper"

# Lowest first: a folder may import from itself and from folders before it.
FOLDERS = [
    "base",
    "grid",
    "areas",
    "incidents",
    "lenses",
    "methods",
    "statistics",
    "context",
    "analysis",
    "questions",
    "disclosure",
    "records",
    "outputs",
    "app",
    "cli",
]
ALONE = {"statistics": {"base", "grid"}}  # pure: whole tables in, whole tables out

ONLY_IN = {
    "h3": ("mapper/grid/hexagons.py",),
    "h3ronpy": ("mapper/grid/hexagons.py",),
    "folium": ("mapper/outputs/maps",),
    "branca": ("mapper/outputs/maps",),
    "streamlit": ("mapper/app/", "pages/", "streamlit_app.py"),
    "sqlalchemy": ("mapper/records/",),
    "convertbng": ("mapper/incidents/coordinates.py",),
    "fsspec": ("mapper/incidents/store.py",),
    "dask": ("mapper/analysis/distributed.py",),
    "distributed": ("mapper/analysis/distributed.py",),
}


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


SOURCES = [
    path
    for folder in ("mapper", "demonstration", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "streamlit_app.py"]
MODULES = {module_of(path): path for path in SOURCES}


@cache
def imports(path):
    """Every module that a file imports, at any depth, and whether inside a function."""
    found = []

    def walk(node, inside):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.Call) and getattr(child.func, "id", "") == "Lazy":
                found.extend((name.value, inside) for name in child.args)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: write imports in full"
                names = {f"{child.module}.{alias.name}" for alias in child.names}
                found.extend((name, inside) for name in names & set(MODULES))
                if not names <= set(MODULES):
                    found.append((child.module, inside))
            deeper = inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            walk(child, deeper)

    walk(ast.parse(path.read_text()), inside=False)
    return found


def folder_of(module):
    return module.split(".")[1] if module.startswith("mapper.") else ""


def test_every_folder_has_its_place_and_no_file_lies_loose():
    assert {path.name for path in MAPPER.iterdir() if path.is_dir()} - {"__pycache__"} == {*FOLDERS}
    assert {path.name for path in MAPPER.iterdir() if path.is_file()} == {
        "__init__.py",
        "py.typed",
    }


def each_import():
    """Every module with each that it imports, and whether inside a function."""
    return [(m, other, inside) for m, path in MODULES.items() for other, inside in imports(path)]


def upwards(module, other):
    own, its = folder_of(module), folder_of(other)
    if module.startswith("mapper") and other.split(".")[0] == "demonstration":
        return True
    if not own or not its:
        return False
    above = FOLDERS.index(its) > FOLDERS.index(own)
    return above or (own in ALONE and its not in {own, *ALONE[own]})


def test_imports_point_downwards():
    assert len(MODULES) > 300, "the folders were not read"
    wrong = [
        f"{module} imports {other}" for module, other, _ in each_import() if upwards(module, other)
    ]
    assert not wrong


def test_only_the_command_line_imports_inside_functions():
    wrong = [
        f"{module} imports {other} inside a function"
        for module, other, inside in each_import()
        if inside and module != "mapper" and not module.startswith("mapper.cli")
    ]
    assert not wrong


def test_there_is_no_circle():
    graph = {
        module: {other for other, _ in imports(path) if other in MODULES and other != module}
        for module, path in MODULES.items()
    }
    done, way = set(), []

    def visit(module):
        assert module not in way, " -> ".join([*way[way.index(module) :], module])
        if module not in done:
            way.append(module)
            for other in sorted(graph[module]):
                visit(other)
            done.add(way.pop())

    for module in graph:
        visit(module)


def test_libraries_stay_where_they_belong():
    wrong = [
        f"{module} imports {other}"
        for module, other, _ in each_import()
        if not MODULES[module]
        .relative_to(ROOT)
        .as_posix()
        .startswith(ONLY_IN.get(other.split(".")[0], ""))
    ]
    assert not wrong


def test_what_is_confined_is_imported_where_it_is_confined():
    found = {other.split(".")[0] for _, other, _ in each_import()}
    assert set(ONLY_IN) <= found


def test_no_page_lies_right_under_pages():
    assert not list((ROOT / "pages").glob("*.py"))


def spoken(path):
    """Every text of a file but docstrings, styles, and options that are named alone."""
    tree = ast.parse(path.read_text())
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and id(node) not in docstrings and "var(--" not in node.value:
            yield node.value


def test_only_the_command_line_speaks_of_its_options():
    wrong = [
        f"{module}: name the parameter in braces and list it in names, not {text}"
        for module, path in MODULES.items()
        if module.startswith("mapper.") and not module.startswith("mapper.cli")
        for text in spoken(path)
        if re.search(r"[\s(]--[a-z]{2,}", text)
    ]
    assert not wrong


def test_no_two_classes_share_a_name():
    """Types that mean the same are one; things that differ have names of their own."""
    named = {}
    for path in MAPPER.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(module_of(path))
    assert {name: where for name, where in named.items() if len(where) > 1} == {}
