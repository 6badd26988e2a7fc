"""The arrows of the house: what each room may import, read from the sources.

An arrow is an import, wherever it stands: at the top of a file, inside a function, or for types
alone. A room imports itself and rooms before it.
"""

import ast
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import elu_sym

PACKAGE = Path(elu_sym.__file__).parent

ROOMS = (
    "checker",
    "symbols",
    "activations",
    "algebra",
    "gaussian",
    "numeric",
    "certify",
    "book",
    "generate",
    "networks",
    "layer_audit",
    "interop",
    "experiments",
    "conformance",
    "claims",
    "door",
)
"""In this order: what stands later is imported by nothing that stands earlier."""

UNKNOWN = "what is computed"
"""The target of an import by a text of which not even the beginning is written there."""

ALSO_FORBIDDEN = {
    "numeric": ("sympy", "symbols", "activations", "algebra", "gaussian", UNKNOWN),
    "certify": ("gaussian", "numeric", UNKNOWN),
}
"""Numbers load no computer algebra; witnesses do not know what they judge, nor who found it."""

DOOR = ("__init__", "__main__", "_renamed")
"""The files of the door, which knows every room: the names, old ones too, and the command line."""

PLUG_INS = {"book/formula.py": "elu_sym.interop"}
"""What a file finds by its name alone when it is asked for, and not before: the book hands a
formula to the library that its user names. It works without any of them, and knows none."""


@dataclass(frozen=True)
class Arrow:
    """An import, as it is written."""

    file: str
    line: int
    target: str
    """A module, and after another dot a name in it where one is imported."""
    at_import: bool
    """Whether it happens when the file is imported, not in a function and not for types alone."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def prefix(node: ast.expr) -> str:
    """What the text of an expression begins with, as far as it is written there."""
    if isinstance(node, ast.JoinedStr):
        return prefix(node.values[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def arrows(file: str, source: str) -> Iterator[Arrow]:
    """Every import of a source, also what is imported by the text of its name."""

    def visit(node: ast.AST, at_import: bool) -> Iterator[Arrow]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Arrow(file, node.lineno, alias.name, at_import)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{file}:{node.lineno}: a relative import hides where it leads")
            for alias in node.names:
                yield Arrow(file, node.lineno, f"{node.module}.{alias.name}", at_import)
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("import_module", "__import__"):
                target = prefix(node.args[0]).rstrip(".") or UNKNOWN
                yield Arrow(file, node.lineno, target, at_import)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, at_import and not inside and not is_for_types(node))

    yield from visit(ast.parse(source), True)


def room_of_file(file: str) -> str:
    first = file.partition("/")[0].removesuffix(".py")
    return "door" if first in DOOR else first


def room_of_target(target: str) -> str:
    """The room that an import leads to, or the library."""
    library, _, inside = target.partition(".")
    if library != PACKAGE.name:
        return library
    first = inside.partition(".")[0]
    return first if first in ROOMS else "door"


def breaks(arrow: Arrow) -> bool:
    if PLUG_INS.get(arrow.file) == arrow.target and not arrow.at_import:
        return False
    here, there = room_of_file(arrow.file), room_of_target(arrow.target)
    upward = there in ROOMS and ROOMS.index(there) > ROOMS.index(here)
    return upward or there in ALSO_FORBIDDEN.get(here, ())


def sources() -> dict[str, str]:
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


SOURCES = sources()
BY_ROOM = {
    room: [file for file in SOURCES if room_of_file(file) == room]
    for room in dict.fromkeys(map(room_of_file, SOURCES))
}


def module_of(file: str) -> str:
    """The name by which a file is imported."""
    parts = [PACKAGE.name, *file.removesuffix(".py").split("/")]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def circles(files: Mapping[str, str]) -> Iterator[list[str]]:
    """Files that cannot be imported one without the other, each as the way round."""
    modules = {module_of(file): file for file in files}
    after: dict[str, set[str]] = {}
    for module, file in modules.items():
        targets = (a.target for a in arrows(file, files[file]) if a.at_import)
        owners = (t if t in modules else t.rpartition(".")[0] for t in targets)
        after[module] = {owner for owner in owners if owner in modules} - {module}
    finished: set[str] = set()

    def walk(module: str, way: list[str]) -> Iterator[list[str]]:
        if module in way:
            yield [*way[way.index(module) :], module]
        elif module not in finished:
            for target in sorted(after[module]):
                yield from walk(target, [*way, module])
            finished.add(module)

    for module in sorted(after):
        yield from walk(module, [])


def named_twice(files: Iterable[str]) -> dict[str, list[str]]:
    """The base names that stand twice, apart from the doors and from what serves a library."""
    places: dict[str, list[str]] = {}
    for file in files:
        name = file.rpartition("/")[2].removesuffix(".py")
        if name not in DOOR and not file.startswith("interop/"):
            places.setdefault(name, []).append(file)
    return {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("room", BY_ROOM)
def test_a_room_imports_only_what_stands_before_it(room: str) -> None:
    assert room in ROOMS, f"{BY_ROOM[room]} at the top: there is the door, and the definition"
    broken = [str(a) for file in BY_ROOM[room] for a in arrows(file, SOURCES[file]) if breaks(a)]
    assert not broken, "\n".join(broken)


def test_what_the_kernel_believes_is_algebra_alone() -> None:
    """Neither tactics, nor how statements are written and printed, nor claims."""
    kernel = [file for file in SOURCES if file.startswith("claims/kernel/")]
    records = {f"claims/kernel/{name}.py" for name in ("recorded", "measured_thresholds")}
    assert records < set(kernel)  # whose theorems rest on experiments, and say so
    kernel = [file for file in kernel if file not in records]
    targets = {a.target for file in kernel for a in arrows(file, SOURCES[file])}
    within = {t for t in targets if t.startswith("elu_sym.claims.kernel.")}
    assert {room_of_target(t) for t in targets - within} & set(ROOMS) == {"algebra"}
    assert len(kernel) > 5


def test_every_room_is_there() -> None:
    assert set(BY_ROOM) == set(ROOMS)
    expected = {"checker.py", "symbols.py", "activations.py", *(f"{name}.py" for name in DOOR)}
    assert expected == {file for file in SOURCES if "/" not in file}


def test_no_circle_of_files() -> None:
    found = [" -> ".join(circle) for circle in circles(SOURCES)]
    assert not found, "\n".join(found)


def test_no_base_name_stands_twice() -> None:
    assert named_twice(SOURCES) == {}


# The checker has eyes: what breaks the table is seen, in every way in which it can be written.

UPWARD = {
    "at the top": "from elu_sym.claims import report",
    "as a module": "import elu_sym.claims.report",
    "the room itself": "from elu_sym import claims",
    "in a function": "def f():\n    from elu_sym.claims.report import Report",
    "for types alone": "if TYPE_CHECKING:\n    from elu_sym.claims.report import Report",
    "by its text": "import_module('elu_sym.claims.report')",
    "by the beginning of its text": "importlib.import_module(f'elu_sym.claims.{name}')",
    "through the door": "from elu_sym import verify",
}


@pytest.mark.parametrize("way", UPWARD)
def test_an_arrow_upward_is_seen(way: str) -> None:
    (arrow,) = arrows("book/formula.py", UPWARD[way])
    assert breaks(arrow)
    assert str(arrow).startswith("book/formula.py:")
    assert "imports elu_sym" in str(arrow)


@pytest.mark.parametrize(
    ("file", "source", "broken"),
    [
        ("numeric/law.py", "def f():\n    import sympy", True),
        ("numeric/law.py", "from sympy.core import add", True),
        ("numeric/law.py", "from elu_sym.symbols import x", True),
        ("numeric/law.py", "import numpy, sympyx", False),
        ("certify/heat.py", "from elu_sym.gaussian.engine import expectation", True),
        ("certify/heat.py", "def f():\n    import elu_sym.book.formula", True),
        ("certify/heat.py", "from elu_sym.generate import codegen", True),
        ("certify/heat.py", "from importlib import *\nimport_module(name)", True),
        ("certify/heat.py", "from elu_sym.algebra import enclosure\nimport sympy", False),
        ("experiments/depth.py", "from elu_sym.claims.claim import Claim", True),
        ("claims/report.py", "from elu_sym.experiments import depth", False),
        ("__main__.py", "from elu_sym.claims.report import verify", False),
        ("book/formula.py", "def f():\n    import_module(f'elu_sym.interop.{name}')", False),
        ("book/formula.py", "import_module(f'elu_sym.interop.{name}')", True),
        ("book/formula.py", "def f():\n    from elu_sym.interop import dask", True),
        ("book/cases.py", "def f():\n    import_module(f'elu_sym.interop.{name}')", True),
    ],
)
def test_what_a_room_may_and_may_not(file: str, source: str, broken: bool) -> None:
    assert any(breaks(arrow) for arrow in arrows(file, source)) is broken


def test_a_relative_import_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"book/formula\.py:1: a relative import"):
        list(arrows("book/formula.py", "from .claims import report"))


def test_a_circle_is_seen() -> None:
    files = {
        "book/one.py": "from elu_sym.book.two import a",
        "book/two.py": "from elu_sym.book import three",
        "book/three.py": "import elu_sym.book.one",
        "book/four.py": "def f():\n    import elu_sym.book.five",
        "book/five.py": "import elu_sym.book.four",
    }
    (circle,) = circles(files)
    assert len(circle) == 4
    assert {f"elu_sym.book.{name}" for name in ("one", "two", "three")} == set(circle)


def test_a_name_that_stands_twice_is_seen() -> None:
    twice = named_twice(["book/a.py", "claims/kernel/a.py", "interop/torch/b.py", "numeric/b.py"])
    assert twice == {"a": ["book/a.py", "claims/kernel/a.py"]}


def test_nothing_else_stands_at_the_top() -> None:
    """What is committed there, besides the dot-files of tools."""
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    found = {line.split("/")[0] for line in listed if line and not line.startswith(".")}
    assert found == {
        *("elu_sym", "notebooks", "tests", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
        *("LICENSE", "Makefile", "MANIFEST.in", "pyproject.toml", "setup.py"),
        *("constraints.txt", "environment.yml", "CITATION.cff", "THIRD_PARTY.md"),
    }
