"""The house: imports run downwards, in no circle, and a name tells one room."""

import ast
import re
import sys
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

# each row may import what stands in the rows below it; within a row, what stands to the right
LAYERS = (
    ("__main__", "cli"),
    ("report", "sklearn"),
    ("analytics", "curation"),
    ("training", "labelling", "evaluation", "corpus", "privacy", "language"),
    ("model", "writing", "reading"),
    ("activity", "resources", "errors"),
)
ONLY_IMPORTERS = {
    "rich": {"report"},
    "matplotlib": {"report"},
    "igraph": {"analytics"},
    "sklearn": {"training", "sklearn"},
    "joblib": {"model", "training"},
    "scipy": {"training"},
    "onnx": {"training"},
}
HEIGHT = {name: height for height, name in enumerate(reversed([name for row in LAYERS for name in row]))}
PACKAGE = ROOT / "socialclass"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def imported(path: Path) -> set[str]:
    """Return the dotted names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_run_downwards(module: Path) -> None:
    """A module imports from its own package and from lower layers only; each library has few importers."""
    home = module.parts[0].removesuffix(".py")
    for name in imported(PACKAGE / module):
        parts = name.split(".")
        if parts[0] == "socialclass" and len(parts) > 1:
            assert parts[1] == home or HEIGHT[parts[1]] < HEIGHT[home], f"{module} imports {name}"
        assert home in ONLY_IMPORTERS.get(parts[0], {home}), f"{module} imports {name}"


def test_every_module_has_a_layer() -> None:
    """A new room is entered in the table, and few modules lie in the hall."""
    assert {module.parts[0].removesuffix(".py") for module in MODULES} == set(HEIGHT)
    assert sum(len(module.parts) == 1 for module in MODULES) <= 8


def test_no_name_stands_twice() -> None:
    """A module's name tells which it is; commands are called like what they do, and a package may be one's namesake."""
    names = Counter(module.stem for module in MODULES if module.parts[0] != "cli")
    assert not [name for name, count in names.items() if count > 1]


def test_no_module_imports_itself_by_another() -> None:
    """No circle of imports, inside a package either."""
    known = {".".join(("socialclass", *module.with_suffix("").parts)) for module in MODULES}
    graph = {
        ".".join(("socialclass", *module.with_suffix("").parts)): imported(PACKAGE / module) & known
        for module in MODULES
    }
    assert list(TopologicalSorter(graph).static_order())


def test_what_is_imported_is_declared() -> None:
    """Each library that the package imports is declared in pyproject.toml, and each core dependency is imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    core = {_module(line) for line in project["dependencies"]}
    optional = {_module(line) for name, lines in extras.items() if name not in ("all", "test") for line in lines}
    used = {name.split(".")[0] for module in MODULES for name in imported(PACKAGE / module)} - sys.stdlib_module_names
    assert core <= used
    assert used - {"socialclass"} <= core | optional


def _module(requirement: str) -> str:
    """Return what is imported of a requirement."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return {"scikit-learn": "sklearn"}.get(name[0], name[0])


WAYS = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.M)[1:]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.split("\n")[0])
def test_the_ways_are_told_as_they_are(way: str) -> None:
    """Each room that CONTRIBUTING.md names exists, and those of a line import nothing of the lines above."""
    lines = [re.findall(r"`((?:[a-z_]+\.)*[a-z_]+)`", line) for line in re.findall(r"^\d+\. .*", way, re.M)]
    assert 6 <= len(lines) <= 10
    above: set[str] = set()
    for names in lines:
        rooms = {f"socialclass.{name}" for name in names if name != "label_files"}
        paths = [PACKAGE / Path(*room.split(".")[1:]) for room in rooms]
        assert all(path.is_dir() or path.with_suffix(".py").exists() for path in paths), rooms
        for path in paths:
            files = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
            assert not {name for file in files for name in imported(file)} & above, path
        above |= rooms
