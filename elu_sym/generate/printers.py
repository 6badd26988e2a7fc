"""A formula over the primitives as an expression of Python."""

import re
import textwrap
from collections.abc import Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any, ClassVar

from sympy import Add, Expr, Pow, Rational, Symbol, sqrt
from sympy.printing.numpy import NumPyPrinter

from elu_sym.book.formula import Activation, Formula
from elu_sym.book.primitives import Primitive, UpperPartialMoment

MU, SIGMA = Symbol("mu"), Symbol("sigma", positive=True)

Laws = dict[str, str]
"""The laws that an expression names beside ``law``, and how each is made of it."""


class PythonPrinter(NumPyPrinter):
    """Prints a primitive as a call with a law, or with one that is derived from it.

    Attributes:
        laws: the derived laws that what was printed names.
    """

    quotient: ClassVar[str] = "shrunk"
    """The name of the law of X over a parameter."""
    shrunk: ClassVar[str] = "law.shrunk({})"
    """How it is made of ``law``."""

    def __init__(self) -> None:
        """Start with no derived law."""
        super().__init__()
        self.laws: Laws = {}

    def _print_Function(self, function: Expr) -> str:
        if not isinstance(function, Primitive):
            return str(super()._print_Function(function))
        law = self._law(function)
        parts = [*map(self._print, function.orders), law]
        for parameter in function.parameters:
            if law == "shrunk":  # in the units that the law has chosen
                (unit,) = (SIGMA / function.law[1]).free_symbols
                parameter = parameter.xreplace({unit: Symbol(f"{law}.divisor", positive=True)})
            parts.append(self._print(parameter))
        return f"{function.numeric_name}({', '.join(parts)})"

    def _print_Symbol(self, symbol: Symbol) -> str:
        name = str(super()._print_Symbol(symbol))
        return f"law.{name}" if symbol in (MU, SIGMA) else name

    def _law(self, primitive: Primitive) -> str:
        """The name of the law of a primitive, noted in ``laws`` if it is a derived one."""
        mean, deviation = primitive.law
        if (mean, deviation) == (MU, SIGMA):
            return "law"
        factor = deviation / SIGMA
        if mean == -factor * MU:
            self.laws["reflected"] = "law.reflected()"
            if factor == 1:
                return "reflected"
            self.laws["opposite"] = f"reflected.scaled({self.doprint(factor)})"
            return "opposite"
        if factor.has(SIGMA) or mean != factor * MU:
            raise ValueError(f"{primitive} is at no multiple of the law of X")
        if (1 / factor).is_Symbol:
            self.laws[self.quotient] = self.shrunk.format(self.doprint(1 / factor))
            return self.quotient
        self.laws["scaled"] = f"law.scaled({self.doprint(factor)})"
        return "scaled"

    def _print_Pow(self, power: Pow, rational: bool = False) -> str:
        base, exponent = power.as_base_exp()
        if exponent == Rational(1, 2):
            return f"law.ops.sqrt({self._print(base)})"
        if exponent == -1 and base.is_Symbol:
            return f"1.0/{self._print(base)}"
        return str(super()._print_Pow(power, rational))


def plain_symbols(formula: Formula) -> dict[Symbol, Symbol]:
    """The symbols of a formula to those that a printer writes: the names of the arguments."""
    parameters = (Symbol(name, positive=True) for name in formula.activation.parameters)
    return dict(zip(formula.symbols, (MU, SIGMA, *parameters), strict=True))


def python_function(
    name: str,
    arguments: Mapping[str, str],
    documentation: str,
    code: str,
    assigned: Mapping[str, str] = MappingProxyType({}),
    returns: str = "Array",
) -> str:
    """The text of a function of Python.

    Args:
        name: its name.
        arguments: the types of its arguments by name.
        documentation: what stands below the ``def``.
        code: what is returned.
        assigned: what is assigned before, by name.
        returns: the type of what is returned.

    Examples:
        >>> print(python_function("half", {"x": "Array"}, "Compute half.", "x/2").strip())
        def half(x: Array) -> Array:
            \"\"\"Compute half.\"\"\"
            return x/2
    """
    typed = ", ".join(f"{argument}: {kind}" for argument, kind in arguments.items())
    lines = [f"def {name}({typed}) -> {returns}:", f'    """{documentation}"""']
    lines += [f"    {each} = {value}" for each, value in assigned.items()]
    return "\n".join(["\n", *lines, f"    return {code}\n"])


def folded(code: str, indentation: int, longest: int = 80) -> str:
    """A sum as it is, or one line a term if it is long."""
    if len(code) <= longest:
        return code
    margin = "\n" + " " * indentation
    terms = re.sub(r" ([+-]) ", rf"{margin}    \1 ", code)
    return f"({margin}    {terms}{margin})"


def indented(text: str, subsequent_indent: str) -> str:
    """Text in lines of the documentation of a function."""
    return textwrap.fill(
        text,
        96,
        initial_indent=" " * 8,
        subsequent_indent=subsequent_indent,
        break_long_words=False,
    )


def law_and_parameters(activation: Activation) -> dict[str, str]:
    """The types of the arguments of a generated function."""
    return {"law": "Law", **dict.fromkeys(activation.parameters, "Array")}


def written(formula: Formula, printer: Any) -> tuple[str, Laws]:
    """A formula over the primitives as code, and the laws that the code names.

    Args:
        formula: the formula.
        printer: a :class:`PythonPrinter`, new for each formula.

    Raises:
        NoDecompositionError: if the closed form is no combination of primitives.

    Examples:
        >>> from elu_sym import selu
        >>> code, laws = written(selu.second_moment, PythonPrinter())
        >>> print(code)
        lower_partial_moment(2, law, alpha*scale) + upper_partial_moment(2, scaled)
        >>> laws
        {'scaled': 'law.scaled(scale)'}
    """
    combination = formula.over_primitives.xreplace(plain_symbols(formula))
    if isinstance(combination, Pow) and combination.exp == Rational(1, 2):
        return _hypotenuse(combination.base, printer), printer.laws
    if combination == 0:
        # A formula that vanishes still takes the shape and the NaN of its arguments.
        return "0*" + printer.doprint(UpperPartialMoment(0, MU, SIGMA)), printer.laws
    return written_terms(combination, printer), printer.laws


def written_terms(combination: Expr, printer: Any) -> str:
    """A sum as code, the terms that are subtracted last."""
    terms = sorted(
        combination.as_ordered_terms(), key=lambda term: bool(term.could_extract_minus_sign())
    )
    return " + ".join(printer.doprint(term) for term in terms).replace("+ -", "- ")


def _hypotenuse(sum_of_squares: Expr, printer: Any) -> str:
    """The root of a sum of primitives of the size of squares, over the roots of each."""
    roots = []
    for term in Add.make_args(sum_of_squares):
        (primitive,) = term.atoms(Primitive)
        if primitive.root_name is None:
            raise LookupError(
                f"elu_sym/book/primitives.py: {primitive.func.__name__} has no root_name, and a"
                " standard deviation needs the numeric function of its root"
            )
        code = printer.doprint(primitive).replace(primitive.numeric_name, primitive.root_name, 1)
        number, factor = sqrt(term / primitive).as_independent(Symbol)
        factors = [repr(float(number))] if number != 1 else []
        factors += [printer.doprint(factor)] if factor != 1 else []
        roots.append("*".join([*factors, code]))
    return reduce(lambda first, second: f"law.ops.hypot({first}, {second})", roots)
