"""A page for every formula of the book, at a permanent address, generated from the formula.

``formulas/elu.mean.md``: what it is, the closed form, its derivation, what testifies for it, how
exact its numbers are, its limits, its code, and who speaks of it.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from broken_lines import in_tex
from checked_once import PACKAGE
from dependency_map import around_formula
from expectations_in_claims import claims_about
from formula_findings import (
    AnyFormula,
    activations_of,
    address,
    call_of,
    example_place,
    found_of_formulas,
    notation,
    with_imports,
)
from markdown_parts import FOUND_BY, code, folded, listed, plain, table, write_pages
from mentions import pages_with
from sympy import Symbol

from elu_sym.book.formula import FORMULAS, JOINT_FORMULAS, Formula
from elu_sym.book.joint_formula import JointFormula
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.report import BOOK
from elu_sym.numeric import _generated
from elu_sym.symbols import Correlation, scale, x

__all__ = ["write"]

WITNESSES = {
    "derivation": "every step from the definition follows from the one before, by exact algebra",
    "heat": "it solves the heat equation and tends to g as σ tends to 0; only E g(X) does both",
    "stein": "Stein's identity, E (X − μ) g(X) = σ² E g′(X), holds exactly",
    "price": "Price's theorem: its derivative by the covariance is E f′(X) g′(Y)",
    "limits": "its limits are right: independent inputs, and inputs on a line",
    "parameter": "its derivative in {of} is the expectation of the derivative",
    "identity": "it is what the identity makes of its parts, which are certified themselves",
    "arb": "what Arb encloses rigorously agrees with it",
    "montecarlo": "random samples agree with it",
    "mutation": "with one sign, coefficient, argument or exponent changed it is rejected",
}
"""What each kind of witness testifies."""

NUMBERS = "{} as near to the closed form, which Arb encloses rigorously, as is promised"
ENCLOSED = {
    "closed form and integral": (
        "the closed form is the integral over the definition: Arb encloses both rigorously, and the"
        " enclosures overlap"
    ),
    "C: ": NUMBERS.format("the numbers that a call gives, by the compiled module in C, are"),
    "NumPy: ": NUMBERS.format("the numbers that NumPy gives, where there is no such module, are"),
    "": NUMBERS.format("the numbers that a call gives are"),
}
"""What a witness of Arb testifies, by how that begins which it found."""

CASE = re.compile(r"(level [^:]*): (.*)")
"""The case of a formula by cases, before what was found of it."""

OPTIONS = ("out", "where", "dtype")
"""Arguments of every formula, which the reference describes."""

UNITS = (
    "The inputs, their means and standard deviations have one unit; an activation with an"
    " exponential takes pure numbers, and gives pure numbers."
)
STORED = "stored by `make accuracy`; the tests repeat its worst places"
NAMED = r"Here $\Phi$ and $\varphi$ are the standard normal distribution and density"
BIVARIATE = (
    r", and $\Phi_2(\cdot, \cdot; \rho)$ is the distribution of two standard normal variables with"
    r" the correlation $\rho$"
)
ACCURACY = PACKAGE.parent / "tests" / "shared" / "accuracy.json"

LIBRARIES = (
    ("PyTorch", "import torch", "torch", "torch.tensor([-1.0, 0.0, 1.0])"),
    ("JAX", "from jax import numpy", "jax", "numpy.array([-1.0, 0.0, 1.0])"),
)
"""A title, what is imported, what ``lambdify`` takes, and an array."""


def write(folder: Path) -> None:
    """Write the page of every formula, and the table of all.

    Args:
        folder: where they go, a file each; the notebooks lie beside it.
    """
    found = found_of_formulas()
    pages = {"index.md": _index(found)}
    for name, formula in BOOK.items():
        pages[f"{address(formula)}.md"] = _page(formula, found[name], folder.parent)
    write_pages(folder, pages)


def _index(found: dict[str, Any]) -> str:
    passed = sum(each["passed"] for each in found.values())
    return "\n\n".join(
        [
            "# Formulas",
            f"Every closed form that is published, {len(found)} of them: of a normal input,"
            r" $X \sim N(\mu, \sigma^2)$, and of two jointly normal ones. A page has the closed"
            " form, its derivation, what testifies for it, how exact its numbers are, and its code."
            f" When these pages were made the witnesses of {passed} of the {len(found)} accepted"
            " them.",
            "## Of one input",
            _table(FORMULAS.values()),
            "## Of two inputs",
            _table(JOINT_FORMULAS.values()),
            "What is not here, the mean of a function of your own, `GaussianExpectation` derives:"
            " [where is mine?](../08_formulas.ipynb)\n",
        ]
    )


def _table(formulas: Iterable[AnyFormula]) -> str:
    """The formulas of one kind, a quantity a row."""
    rows: dict[str, list[str]] = {}
    for formula in formulas:
        name, words = address(formula), formula.quantity.statement
        tex = formula.quantity.notation.replace("|", r"\vert ")  # a bar would end a cell
        what = f"{words[0].upper()}{words[1:]}, ${tex}$"
        rows.setdefault(what, []).append(f"[{name.partition('.')[0]}]({name}.md)")
    return table(
        ("what", "of which activation"), ((w, ", ".join(each)) for w, each in rows.items())
    )


def _page(formula: AnyFormula, found: dict[str, Any], notebooks: Path) -> str:
    bivariate = BIVARIATE if r"\Phi_2" in found["closed form"] else ""
    steps = "The derivation: {} steps, {} exact checks".format(*found["steps"])
    parts = [
        FOUND_BY.format(address(formula).replace(".", ", ").replace("_", ", ")),
        f"# {address(formula)}: {plain(formula.statement)}",
        *_what_it_is(formula),
        "## The closed form",
        found["closed form"],
        f"{NAMED}{bivariate}. {_where_it_holds(formula, found)}",
        "### At an example",
        found["example"],
        "### At the ends",
        table(
            ("at", "value"),
            ((place, f"{value:.12g}".replace("inf", "∞")) for place, value in found["limits"]),
        ),
        "## Why it is right",
        *_certificate(formula, found),
        folded(steps, found["derivation"]),
        "## How exact the numbers are",
        *_accuracy(formula),
        "## Code",
        *_code(formula, found),
        "## Who speaks of it",
        *_spoken_of(formula, notebooks),
    ]
    return "\n\n".join(parts) + "\n"


def _where_it_holds(formula: AnyFormula, found: dict[str, Any]) -> str:
    """Of which arguments the expression speaks, which are fewer than those of a call."""
    if isinstance(formula, Formula):
        where = r"finite $\mu$ and $\sigma > 0$"
    else:
        where = r"$\sigma_1 > 0$ and $\sigma_2 > 0$"
        if r"\sqrt{1 - \rho^{2}}" in found["closed form"]:
            where = rf"$\lvert\rho\rvert < 1$, {where}"
    return (
        f"The expression holds for {where}; a call has the limits, too, at the ends of the domain."
    )


def _what_it_is(formula: AnyFormula) -> Iterator[str]:
    one = isinstance(formula, Formula)
    law = r"$X \sim N(\mu, \sigma^2)$" if one else "jointly normal $X$ and $Y$"
    yield (
        f"It is {plain(formula.statement)}, ${notation(formula)}$, for {law}; one of"
        " [all formulas](index.md)."
    )
    for letter, activation in zip("fg", activations_of(formula), strict=False):
        function = activation.function(x, *activation.symbols)
        right, left = (in_tex(piece(*function.args)) for piece in (function.right, function.left))
        cases = rf"\begin{{cases}} {right} & x \ge 0 \\ {left} & x < 0 \end{{cases}}"
        source = plain(activation.source)
        yield f"$$\n{letter}(x) = {cases}\n$$\n\nis `{activation.name}` ({source})."
    yield table(("argument", "what it is"), _arguments(formula))
    yield f"Domain of a call: {plain(formula.domain)}. {UNITS}"


def _arguments(formula: AnyFormula) -> list[list[str]]:
    """What the documentation says of each argument."""
    described = (formula.__doc__ or "").partition("Args:\n")[2].partition("\n\n")[0]
    rows: list[list[str]] = []
    for line in inspect.cleandoc(f"\n{described}").splitlines():
        if line.startswith(" "):
            rows[-1][1] += f" {plain(line.strip())}"
        else:
            name, _, words = line.partition(": ")
            rows.append([name, plain(words)])
    return [row for row in rows if row[0] not in OPTIONS]


def _certificate(formula: AnyFormula, found: dict[str, Any]) -> Iterator[str]:
    accepted = sum(passed for _, passed, _ in found["witnesses"])
    parts = iter(_sampled_parts(formula))
    kinds = len({kind for kind, _, _ in found["witnesses"]})
    failed = "" if found["passed"] else " **It is not certified.**"
    yield (
        f"{accepted} of {len(found['witnesses'])} witnesses, of {kinds} kinds, accepted it when"
        f" this page was made, asked about the sources that the page was made from.{failed} To ask"
        f" them again: `python -m elu_sym verify --verbose --only {formula.id}`."
    )
    rows = (
        (kind, "passed" if passed else "**FAILED**", *_testified(kind, detail, parts))
        for kind, passed, detail in found["witnesses"]
    )
    yield table(("witness", "result", "what it testifies", "what it found"), rows)


def _sampled_parts(formula: AnyFormula) -> list[str]:
    """The parts that are sampled in the place of a formula, in LaTeX and in order."""
    if isinstance(formula, JointFormula):
        return []
    parts = (part for part in formula.parts.values() if not part.quantity.published)
    return [notation(part).replace("|", r"\vert ") for part in parts if part.closed_form != 0]


def _testified(kind: str, detail: str, parts: Iterator[str]) -> tuple[str, str]:
    """What a witness testifies, and what it found; the parts that are sampled, one each."""
    case = CASE.fullmatch(detail)
    where, detail = case.groups() if case else ("", detail)
    words = WITNESSES[kind]
    if kind == "arb" and re.match(r"(\w+: )?\d+ points|closed form", detail):
        words = next(said for begins, said in ENCLOSED.items() if detail.startswith(begins))
    if kind == "montecarlo" and (part := next(parts, None)):
        words = f"random samples agree with its part ${part}$"
    if kind == "parameter":
        name = re.match(r"d/d(\w+)", detail)
        words = words.format(of=name[1] if name else "a parameter")
    return (f"where {plain(where)}: {words}" if where else words), plain(detail)


def _accuracy(formula: AnyFormula) -> Iterator[str]:
    measured = json.loads(ACCURACY.read_text(encoding="utf-8"))
    if isinstance(formula, JointFormula):
        bound = plain(formula.pair.written(formula.quantity.bound))
        yield rf"An error is at most $10^{{-13}}$ of {bound}."
        whole = next(row for row in measured["two_inputs"] if row.get("regime") == "all")
        largest = whole.get(formula.name.removeprefix("joint_"))
        yield (
            f"The largest that was found, at {whole['points']:,} places with activations of every"
            f" shape against Arb, is {largest:.2g} of that ({STORED})."
            if largest
            else "It is a product of numbers that have measurements of their own."
        )
        return
    row = next(each for each in measured["table"] if each["formula"] == formula.id)
    limit, mean = measured["limits"]["formula"]
    worst = zip(formula.arguments, row["worst"], strict=True)
    yield (
        "A unit is the distance from the result to the next double, and what the result moves when"
        " every argument moves by as much as rounding may change it:"
        r" $\mathrm{ulp}(F) + 2^{-52} \sum |x\, \partial F/\partial x|$, the sum over the"
        f" arguments. An error is at most {limit:g} such units, and in the mean over many places at"
        f" most {mean:g}."
    )
    yield (
        f"The largest that was found, at {row['points']:,} places against Arb, is"
        f" {row['maximum']:.3g} units, the mean {row['total'] / row['points']:.2g}; the compiled"
        f" module and NumPy computed each value, and the larger error counts ({STORED}). It is at"
        f" {', '.join(f'{name} = {value:.6g}' for name, value in worst)}."
    )


def _code(formula: AnyFormula, found: dict[str, Any]) -> Iterator[str]:
    call = call_of(formula)
    start = f"from elu_sym import {', '.join(each.name for each in activations_of(formula))}"
    bound = formula.bind((), example_place(formula)).items()
    given = ", ".join(f"{name}={value:.17g}" for name, value in bound)
    yield "### SymPy"
    yield from _in_sympy(formula, found["sympy"])
    yield "### NumPy"
    yield "The arguments are numbers or arrays, which broadcast; parameters have defaults."
    yield code(f"{start}\n\nprint({call}({given}))", "python")
    if isinstance(formula, JointFormula):
        yield (
            "`elu_sym.numeric.joint_expectations` computes it. For PyTorch and JAX there is no"
            " function of two inputs; their layers have what they need."
        )
    else:
        source = inspect.getsource(getattr(_generated, formula.function_name))
        program = with_imports(source, _home_in_generated)
        yield folded("The generated function, over non-negative parts", code(program, "python"))
        if formula.quantity.by_cases:
            yield "Where two cases meet it has no gradient: it is not there for PyTorch and JAX."
        else:
            for title, imported, library, array in LIBRARIES:
                lines = (
                    f'function = {call}.lambdify("{library}")\nprint(function({array}, sigma=1.0))'
                )
                yield f"### {title}"
                yield code(f"{imported}\n{start}\n\n{lines}", "python")
            yield "Both have gradients in all arguments."
    if found["c"]:
        yield "### C"
        yield (
            "What the compiled module computes for finite means and positive deviations; the names"
            " in it are those of `elu_sym/numeric/compiled`."
        )
        lines = f"The function in C, {len(found['c'].splitlines())} lines"
        yield folded(lines, code(found["c"], "c"))
    yield "### LaTeX"
    yield folded("LaTeX to copy", code(found["latex"], "latex"))


def _in_sympy(formula: AnyFormula, programs: dict[str, str]) -> Iterator[str]:
    """The programs for SymPy, the first one with what it prints."""
    call, of_two = call_of(formula), "BivariateNormalCdf" in programs["expression"]
    yield code(programs["question"], "python")
    doubles = (
        " The standard parameters are taken as the doubles that a call takes, exactly."
        if any(
            callable(value) for each in activations_of(formula) for value in each.defaults.values()
        )
        else ""
    )
    yield (f"It prints `{programs['digits']}`; `evalf` takes as many digits as you like.{doubles}")
    kinds = {"scale" if s == scale else s.name: _kind_of(s) for s in formula.symbols}
    said = ", ".join(f"`{name}` is {kind}" for name, kind in kinds.items())
    printed = ", and `scale` is printed as lambda" if "scale" in kinds else ""
    first = next(iter(kinds))
    yield (
        f"The symbols have to be those of `elu_sym.symbols`: {said}{printed}. Another one of the"
        f' same name, as `sympy.Symbol("{first}")`, has other assumptions and is another symbol,'
        " for which `subs` puts nothing in."
    )
    needs = (
        "It needs `BivariateNormalCdf` of this package, which SymPy does not have."
        if of_two
        else "It needs nothing but SymPy."
    )
    yield f"The exact value there as text to copy, in which no fraction becomes a double. {needs}"
    yield code(programs["exact"], "python")
    of_package = re.findall(
        r"^from (elu_sym\.algebra\.\w+) import (.*)$", programs["closed form"], re.MULTILINE
    )
    if of_package:
        names = "; ".join(f"`{functions}` of `{module}`" for module, functions in of_package)
        yield (
            f"`closed_form` is written over functions that SymPy does not have, {names}; `expr` is"
            " the same over SymPy's own `erfc` and `exp`"
            f"{', but for `BivariateNormalCdf`' if of_two else ''}. Each has its imports here:"
        )
    for attribute, name in (("closed_form", "closed form"), ("expr", "expression")):
        yield folded(f"What {call}.{attribute} is, as text", code(programs[name], "python"))


def _kind_of(symbol: Symbol) -> str:
    """What is assumed of a symbol."""
    if isinstance(symbol, Correlation):
        return "a `Correlation`"
    return "positive" if symbol.is_positive else "real"


def _home_in_generated(name: str) -> str:
    """Where a name in a generated function comes from; nothing for a module."""
    if inspect.ismodule(getattr(_generated, name)):
        return ""
    return _imported_in_generated().get(name, _generated.__name__)


@cache
def _imported_in_generated() -> dict[str, str]:
    """What the module of the generated functions imports, and from where."""
    nodes = ast.parse(inspect.getsource(_generated)).body
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def _spoken_of(formula: AnyFormula, notebooks: Path) -> Iterator[str]:
    bare = "" if "." in formula.id else formula.name
    pages = list(pages_with(notebooks, call_of(formula), bare))
    if isinstance(formula, Formula):
        yield around_formula(formula.id, address(formula), pages)
    claims = claims_about(formula.id)
    said = listed(f"[{c}](../claims/{c}.md): {plain(CLAIMS[c].statement)}" for c in claims)
    yield "It is a formula, not a claim: its derivation and its witnesses stand above."
    if claims:
        counted = "1 claim has" if len(claims) == 1 else f"{len(claims)} claims have"
        yield folded(f"{counted} this expectation in the statement.", said)
    links = [f"[{plain(page.title)}](../{page.name}.ipynb)" for page in pages]
    if links:
        yield "Pages of the book that use it:"
        yield listed(links)
