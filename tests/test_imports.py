"""Imports run downwards: from the command line to the text, never up or in a circle."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

# each module may import what stands in the rows below its own
FLOORS = (
    ("__main__",),
    ("cli",),
    ("render_analysis",),
    ("render", "report"),
    ("sklearn", "validation"),
    ("curation",),
    ("exchange",),
    ("reproduction",),
    ("analytics",),
    ("network",),
    ("ledger",),
    ("training",),
    ("batch",),
    ("checkpoint",),
    ("activities",),
    ("tables",),
    ("blocks",),
    ("labelling",),
    ("persistence",),
    ("evaluation",),
    ("corpus",),
    ("privacy",),
    ("inputs",),
    ("exports",),
    ("classifier",),
    ("formats",),
    ("scoring",),
    ("activity",),
    ("language",),
    ("text",),
    ("resources",),
    ("errors",),
)
ONLY_IMPORTERS = {
    "rich": {"render", "render_analysis"},  # the latter for a type only
    "matplotlib": {"report"},
    "igraph": {"network"},
    "sklearn": {"training", "sklearn", "exchange"},
    "joblib": {"persistence", "exchange", "training"},
    "scipy": {"training"},
    "onnx": {"exchange"},
}
HEIGHT = {name: height for height, names in enumerate(reversed(FLOORS)) for name in names}
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
    """A module imports from its own package and from lower floors only; each library has one importer."""
    home = module.parts[0].removesuffix(".py")
    for name in imported(PACKAGE / module):
        parts = name.split(".")
        if parts[0] == "socialclass" and len(parts) > 1:
            assert parts[1] == home or HEIGHT[parts[1]] < HEIGHT[home], f"{module} imports {name}"
        assert home in ONLY_IMPORTERS.get(parts[0], {home}), f"{module} imports {name}"


def test_every_module_has_a_floor() -> None:
    """A new room is entered in the table."""
    assert {module.parts[0].removesuffix(".py") for module in MODULES} == set(HEIGHT)


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
