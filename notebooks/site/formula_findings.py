"""What is found of a formula when its page is made: derivation, witnesses, values, limits, code."""

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import sympy
from broken_lines import display, in_tex
from checked_once import found_once
from sympy import Add, Expr, Rational, Symbol
from sympy.printing.str import StrPrinter

from elu_sym import symbols
from elu_sym.algebra import bivariate_normal, special_functions
from elu_sym.book.formula import ACTIVATIONS, Activation, Formula
from elu_sym.book.joint_formula import JointFormula
from elu_sym.claims.report import BOOK, verify
from elu_sym.generate.compiled_sources import in_c
from elu_sym.numeric import _generated

__all__ = [
    "AnyFormula",
    "activations_of",
    "address",
    "call_of",
    "example_place",
    "found_of",
    "found_of_formulas",
    "in_sympy",
    "notation",
    "with_imports",
]

AnyFormula = Formula | JointFormula


def address(formula: AnyFormula) -> str:
    """The qualified name of a formula, which its page is called by: ``elu.mean``."""
    return formula.id if "." in formula.id else f"elu.{formula.id}"


def call_of(formula: AnyFormula) -> str:
    """How a formula is written in a program: ``relu.paired_with(elu).kernel``."""
    if isinstance(formula, JointFormula):
        return f"{formula.pair.call}.{formula.name}"
    return f"{formula.activation.name}.{formula.name}"


def found_of(name: str) -> dict[str, Any]:
    """What the witnesses find of a formula now, and what is derived of it, as Markdown."""
    formula, (report,) = BOOK[name], verify([name]).formulas
    return {
        "passed": report.passed,
        "witnesses": [[str(w.kind), w.passed, w.detail] for w in report.witnesses],
        "closed form": display(formula.closed_form, f"{notation(formula)} ="),
        "example": _example(formula),
        "derivation": "\n\n".join(_steps(formula.derivation)),
        "steps": list(formula.derivation.size),
        "limits": [list(row) for row in _limits(formula)],
        "latex": formula.latex,
        "sympy": in_sympy(formula),
        "c": _in_c(formula),
    }


def found_of_formulas() -> dict[str, Any]:
    """The same of every formula by its id: now, or as it was found of these very sources."""
    return found_once(found_of, list(BOOK), "formulas")


def notation(formula: AnyFormula) -> str:
    """What a formula is, in LaTeX."""
    return formula.notation if isinstance(formula, JointFormula) else formula.quantity.notation


def example_place(formula: AnyFormula) -> dict[str, float]:
    """The arguments of the example, without the parameters of the activation."""
    if isinstance(formula, JointFormula):
        return {"mu1": 1.0, "sigma1": 1.0, "mu2": 1.0, "sigma2": 1.0, "rho": 0.5}
    return dict.fromkeys(formula.law_arguments, 1.0) | dict.fromkeys(formula.quantity.leading, 0.5)


def _example(formula: AnyFormula) -> str:
    """The closed form at the place of the example, exactly, and its value."""
    place, computed = example_place(formula), _computed_defaults(formula)
    at = {s: value for s, value in _exact_place(formula).items() if s not in computed}
    said = ", ".join(f"${in_tex(symbol)} = {in_tex(value)}$" for symbol, value in at.items())
    with_defaults = "".join(
        f"{', ' if number else ' with the standard '}${in_tex(symbol)} = {value:.15g}$"
        for number, (symbol, value) in enumerate(computed.items())
    )
    return (
        f"At {said}:\n\n{display(formula.closed_form.subs(at))}\n\nIts value{with_defaults} is"
        f" {float(formula(**place)):.15g}."
    )


def _exact_place(formula: AnyFormula) -> dict[Symbol, Expr]:
    """The place of the example by symbol: defaults as they are written, or the computed doubles."""
    computed = _computed_defaults(formula)
    bound = formula.bind((), example_place(formula)).values()
    return {
        symbol: Rational(value) if symbol in computed else Rational(str(value))
        for symbol, value in zip(formula.symbols, bound, strict=True)
    }


def _computed_defaults(formula: AnyFormula) -> dict[Symbol, float]:
    """The parameters whose defaults are computed, those of SELU, with their doubles."""
    bound = formula.bind((), example_place(formula)).values()
    values = dict(zip(formula.symbols, bound, strict=True))
    found = (
        symbol
        for each in activations_of(formula)
        for symbol, default in zip(each.symbols, each.defaults.values(), strict=True)
        if callable(default)
    )
    return {symbol: values[symbol] for symbol in found}


class _PythonText(StrPrinter):
    """An expression as Python reads it again: 1/2 would be a double there, and lambda a keyword."""

    def _print_Rational(self, number: Rational) -> str:
        return f"Rational({number.p}, {number.q})"

    def _print_Symbol(self, symbol: Symbol) -> str:
        return "scale" if symbol == symbols.scale else str(symbol.name)

    def _print_Correlation(self, symbol: Symbol) -> str:
        return str(symbol.name)


def in_sympy(formula: AnyFormula) -> dict[str, str]:
    """Programs for SymPy that run as they stand, and the digits that the first of them prints."""
    text, place = _PythonText().doprint, _exact_place(formula)
    computed = _computed_defaults(formula)
    values = (
        f"{text(symbol)}: "
        + (f"Rational({computed[symbol]!r})" if symbol in computed else text(value))
        for symbol, value in place.items()
    )
    at_example = formula.expr.subs(place)
    exact = f"Integer({at_example})" if at_example.is_Integer else text(at_example)
    asked = f"exact = {call_of(formula)}.closed_form.subs({{{', '.join(values)}}})"
    written = {
        "question": f"{asked}\nprint(exact.evalf(30))",
        "exact": f"exact = {exact}\nprint(exact.evalf(30))",
        "closed form": f"closed_form = {text(formula.closed_form)}",
        "expression": f"expression = {text(formula.expr)}",
    }
    digits = str(formula.closed_form.subs(place).evalf(30))
    return {what: with_imports(each, _home) for what, each in written.items()} | {"digits": digits}


def with_imports(program: str, home: Callable[[str], str]) -> str:
    """A program with the imports of all names that it uses and does not define.

    Args:
        program: its text.
        home: tells the module that a name is imported from; nothing for a module itself.
    """
    nodes = list(ast.walk(ast.parse(program)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    defined = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(vars(builtins))
    defined |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    modules: dict[str, list[str]] = defaultdict(list)
    for name in sorted({node.id for node in names} - defined):
        modules[home(name)].append(name)
    lines = [f"import {name}" for name in modules.pop("", ())]
    lines += [f"from {module} import {', '.join(modules[module])}" for module in sorted(modules)]
    return "\n".join([*lines, "", program]) if lines else program


def _home(name: str) -> str:
    """Where a name of an expression is imported from."""
    if name in ACTIVATIONS:
        return "elu_sym"
    if isinstance(getattr(symbols, name, None), Symbol):
        return symbols.__name__
    for module in (special_functions, bivariate_normal):
        if getattr(getattr(module, name, None), "__module__", "") == module.__name__:
            return module.__name__
    return sympy.__name__


def activations_of(formula: AnyFormula) -> list[Activation]:
    """The activations of a formula, each once."""
    if isinstance(formula, JointFormula):
        return list(dict.fromkeys((formula.pair.first, formula.pair.second)))
    return [formula.activation]


def _steps(derivation: Any) -> Iterator[str]:
    """The steps of a derivation, those of its parts before."""
    if hasattr(derivation, "parts"):
        for name, part in derivation.parts.items():
            yield f"**{name}**"
            yield from _steps(part)
        yield f"**Together:** `{derivation.identity}`"
        yield display(derivation.result, "=")
        return
    if hasattr(derivation, "outer"):
        for factor, part in derivation.inner.items():
            yield f"**The mean of** ${in_tex(factor)}$ **given the first input**"
            yield from _steps(part)
        yield "**The mean of what that gives, over the first input**"
        yield from _steps(derivation.outer)
        return
    yield display(_added(derivation.steps[0].before))
    for number, step in enumerate(derivation.steps, start=1):
        checks = f"{len(step.checks)} exact check{'s' if len(step.checks) > 1 else ''}"
        yield f"{number}. *{step.rule.name.replace('_', ' ')}*: {step.rule.because} ({checks})"
        yield display(_added(step.after), "=")


def _added(terms: tuple[Expr, ...]) -> Expr:
    return Add(*terms, evaluate=False)


def _limits(formula: AnyFormula) -> Iterator[tuple[str, float]]:
    """Values at the ends of the domain, each with what is called."""
    place = example_place(formula)
    if isinstance(formula, JointFormula):
        changes: list[dict[str, float]] = [{"sigma1": 0.0}, {"rho": 1.0}, {"rho": -1.0}]
    else:
        ends = ({"mu": float("-inf")}, {"mu": float("inf")})
        changes = [{"mu": -1.0, "sigma": 0.0}, {"sigma": 0.0}, *ends]
    for change in changes:
        given = place | change
        said = ", ".join(f"{name} = {value:g}" for name, value in given.items())
        yield said.replace("inf", "∞"), float(formula(**given))


def _in_c(formula: AnyFormula) -> str:
    """The function of the compiled module for finite mu and positive sigma, if there is one."""
    if isinstance(formula, JointFormula) or formula.quantity.by_cases:
        return ""
    return in_c(formula.name, getattr(_generated, formula.function_name)).interior.strip()
