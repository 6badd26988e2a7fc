"""What is found of a formula when its page is made: derivation, witnesses, values, limits, code."""

from collections.abc import Iterator
from typing import Any

from broken_lines import display, in_tex
from checked_once import found_once
from sympy import Add, Expr, Rational

from elu_sym import symbols
from elu_sym.book.formula import Activation, Formula
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
    "notation",
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
        "sympy": str(formula.expr),
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
        return {"mu1": 1.0, "sigma1": 1.0, "mu2": 0.0, "sigma2": 1.0, "rho": 0.5}
    return dict.fromkeys(formula.law_arguments, 1.0) | dict.fromkeys(formula.quantity.leading, 0.5)


def _example(formula: AnyFormula) -> str:
    """The closed form at the place of the example, exactly, and its value."""
    place = example_place(formula)
    defaults = formula.bind((), place)
    exact: dict[str, Expr] = {name: Rational(str(place[name])) for name in place}
    activations = activations_of(formula)
    if all(not callable(each) for a in activations for each in a.defaults.values()):
        given = {name: value for name, value in defaults.items() if name not in place}
        exact |= {name: Rational(str(value)) for name, value in given.items()}
    by_name = {symbol.name: symbol for symbol in formula.symbols}
    at = {by_name.get(name, getattr(symbols, name, None)): value for name, value in exact.items()}
    said = ", ".join(f"${in_tex(symbol)} = {in_tex(value)}$" for symbol, value in at.items())
    value = float(formula(**place))
    return (
        f"At {said}:\n\n{display(formula.closed_form.subs(at))}\n\nThe value, with the parameters"
        f" that are taken where none are given, is {value:.15g}."
    )


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
