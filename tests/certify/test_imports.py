import ast
from pathlib import Path

import pytest

import elu_sym.certify

SOURCES = sorted(Path(elu_sym.certify.__file__).parent.glob("*.py"))
ALLOWED = ("elu_sym.symbols", "elu_sym.activations", "elu_sym.algebra", "elu_sym.certify")


def imported_modules(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides where it leads"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_certificates_import_nothing_of_the_derivation(path):
    for module in imported_modules(path.read_text()):
        if module.split(".")[0] == "elu_sym" and module != "elu_sym":
            assert module.startswith(ALLOWED), f"{path.name} imports {module}"
    assert "import_module" not in path.read_text()
    assert "__import__" not in path.read_text()


def test_the_scan_sees_every_way_to_import():
    source = "import elu_sym.gaussian.engine\ndef f():\n    from elu_sym.book import formula\n"
    assert {"elu_sym.gaussian.engine", "elu_sym.book.formula"} <= imported_modules(source)


def test_there_is_something_to_scan():
    assert {"heat", "quadrature", "monte_carlo", "stein", "mutation"} <= {
        path.stem for path in SOURCES
    }
