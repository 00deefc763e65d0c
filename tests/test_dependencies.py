"""Every package that the code imports is declared in pyproject.toml, so that an install has all it needs."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

OWN = ("sci_assistant",)
ALSO = {
    "mcp": ("mcp-types",),
    "sentence-transformers": ("transformers",),
}  # what a package is split into, always with it
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(*extras: str) -> set[str]:
    """Names of the distributions that an install with these extras asks for."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    names = {_plain(re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0]) for line in lines}
    return names | {part for name in names for part in ALSO.get(name, ())}


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """File and top-level name of each import, inside functions too."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            yield from ((path.relative_to(ROOT).as_posix(), name.partition(".")[0]) for name in names)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("src/sci_assistant", ("eval", "llm")), ("ui", ("mcp",)), ("eval", ("eval",))],  # eval: what is fitted
)
def test_what_is_imported_is_declared(folder, extras):
    bringing = packages_distributions()
    known = declared(*extras)
    missing = {
        f"{path}: {name}"
        for path, name in imported(ROOT / folder)
        if name not in sys.stdlib_module_names
        and not name.startswith(OWN)
        and not known & {_plain(each) for each in bringing.get(name, ())}
    }
    assert missing == set()
