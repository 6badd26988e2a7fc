"""The pages of the reference: every public name with what its docstring says of it.

What is public stands in the package: the names of ``elu_sym``, and of each module below those in
its ``__all__`` or, where it has none, the functions and classes that it defines. A name that
``elu_sym`` has, too, has its entry there.
"""

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.pycode import ModuleAnalyzer

import elu_sym

PAGES = {
    "elu_sym": ("elu_sym",),
    "networks": ("elu_sym.networks.*",),
    "layer_audit": ("elu_sym.layer_audit", "elu_sym.layer_audit.result"),
    "torch": ("elu_sym.interop.torch",),
    "jax": ("elu_sym.interop.jax",),
    "keras": ("elu_sym.interop.keras",),
    "scikit_learn": ("elu_sym.interop.scikit_learn",),
    "dask": ("elu_sym.interop.dask",),
    "conformance": ("elu_sym.conformance",),
    "objects": (
        "elu_sym.book.formula",
        "elu_sym.book.activation_pair",
        "elu_sym.book.joint_formula",
        "elu_sym.book.cases",
        "elu_sym.numeric.function",
        "elu_sym.gaussian.derivation",
        "elu_sym.gaussian.identity",
        "elu_sym.certify.witness",
        "elu_sym.algebra.equality",
        "elu_sym.algebra.enclosure",
        "elu_sym.algebra.rounding",
        "elu_sym.claims.claim",
        "elu_sym.claims.report",
        "elu_sym.claims.statement",
    ),
}
"""The modules on each page; a star stands for every module of a room."""

TITLES = {
    "elu_sym": "What you can import from elu_sym",
    "networks": "Networks: gains, fixed points, depth, infinite width",
    "layer_audit": "The audit of a layer",
    "torch": "PyTorch",
    "jax": "JAX",
    "keras": "Keras",
    "scikit_learn": "scikit-learn",
    "dask": "Dask",
    "conformance": "The conformance of libraries",
    "objects": "What the public names are, and what they give",
}

NAPOLEON: Any = Config(
    napoleon_use_ivar=True,
    # What is returned is prose, too: napoleon would take what stands before a colon for its type.
    napoleon_custom_sections=["Accuracy", "Formulas", "Returns", "Source"],
)


@dataclass(frozen=True)
class Entry:
    """A public name of a module and what it is."""

    module: str
    name: str
    value: Any

    @property
    def full_name(self) -> str:
        """Where it is imported from."""
        return f"{self.module}.{self.name}"

    def text(self) -> str:
        """Its entry in reStructuredText."""
        if inspect.isclass(self.value):
            return f".. autoclass:: {self.full_name}\n   :members:\n"
        if inspect.isroutine(self.value):
            return f".. autofunction:: {self.full_name}\n"
        of_itself = vars(self.value).get("__doc__") if hasattr(self.value, "__dict__") else None
        if callable(self.value) and of_itself:
            signature = f"py:function:: {self.name}{inspect.signature(self.value)}"
        else:
            signature = f"py:data:: {self.name}"
        documentation = of_itself or attribute_documentation(self.full_name)
        lines = in_rst(documentation)
        return "\n".join([f".. {signature}", "", *(f"   {line}" for line in lines), ""])


def attribute_documentation(full_name: str) -> str:
    """What stands below the assignment of a name, in the module that makes it."""
    module, _, name = full_name.rpartition(".")
    if module == "elu_sym":
        module = next(each for each, names in public_imports().items() if name in names)
    return "\n".join(ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name), ()))


def public_imports() -> dict[str, list[str]]:
    """The modules from which the names of ``elu_sym`` come, by the file that lists them."""
    tree = ast.parse(Path(elu_sym.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        f"elu_sym.{node.module}": [alias.name for alias in node.names]
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
    }


def modules_of(page: str) -> Iterator[ModuleType]:
    """The modules on a page, in order."""
    for name in PAGES[page]:
        room = import_module(name.removesuffix(".*"))
        if name == room.__name__:
            yield room
            continue
        for each in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            yield import_module(each.name)


def public_names(module: ModuleType) -> list[str]:
    """What a module says is public, or else the functions and classes that it defines."""
    own = [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        and (inspect.isclass(value) or inspect.isroutine(value))
        and not name.startswith("_")
    ]
    return list(getattr(module, "__all__", own))


def entries() -> dict[str, list[tuple[ModuleType, list[Entry]]]]:
    """The entries of each module on each page; what has one is not described again."""
    described: set[int] = set()
    found: dict[str, list[tuple[ModuleType, list[Entry]]]] = {}
    for page in PAGES:
        found[page] = []
        for module in modules_of(page):
            pairs = [(name, getattr(module, name)) for name in public_names(module)]
            new = [pair for pair in pairs if id(pair[1]) not in described]
            described |= {id(value) for _, value in new if callable(value)}
            found[page].append((module, [Entry(module.__name__, *pair) for pair in new]))
    return found


def page_text(page: str, modules: list[tuple[ModuleType, list[Entry]]]) -> str:
    """A page in reStructuredText."""
    parts = [TITLES[page], "=" * len(TITLES[page]), ""]
    for module, described in modules:
        if len(modules) > 1 and described:
            parts += [module.__name__, "-" * len(module.__name__), ""]
        if described:
            parts += [f".. py:module:: {module.__name__}", "", *in_rst(module.__doc__ or ""), ""]
            parts += [entry.text() for entry in described]
    return "\n".join(parts)


LITERAL = re.compile(r"``.*?``|`[^`]*`|\||\*(?=\S)")


def as_plain_text(lines: list[str]) -> list[str]:
    """The lines of a docstring, in which bars and stars are mathematics and not markup."""
    found, in_example = [], False
    for line in lines:
        in_example = line.lstrip().startswith(">>>") or (in_example and bool(line.strip()))
        text = LITERAL.sub(lambda m: f"\\{m[0]}" if m[0] in "|*" else m[0], line)
        found.append(line if in_example else text)
    return found


def in_rst(documentation: str) -> list[str]:
    """A docstring in reStructuredText, line by line."""
    lines = as_plain_text(inspect.cleandoc(documentation).splitlines())
    return GoogleDocstring(lines, NAPOLEON).lines()


def pages() -> Iterator[tuple[str, str]]:
    """The name of each file and what stands in it."""
    for page, modules in entries().items():
        yield f"{page}.rst", page_text(page, modules)
