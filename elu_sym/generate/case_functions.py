"""The text of numeric functions that choose between cases, for :mod:`elu_sym.generate.codegen`."""

from typing import Any

from sympy import Expr, Symbol, fraction
from sympy.printing.numpy import NumPyPrinter

from elu_sym.book.cases import Case, UnsupportedDerivativeError
from elu_sym.book.formula import Formula
from elu_sym.book.primitives import UpperPartialMoment
from elu_sym.generate.printers import folded, indented, python_function

NUMERIC_FUNCTIONS = ("log_ratio", "probability_above", "probability_below", "probability_by_cases")
"""What the text calls beside the primitives."""

CASE = """\
        (
            lambda {arguments}: {condition},
            lambda {arguments}: {probability},
        ),
"""


class _CasePrinter(NumPyPrinter):
    """Prints a half-line by its end and a logarithm by the factors of its argument."""

    def _print_log(self, expression: Expr) -> str:
        numerator, denominator = fraction(expression.args[0])
        factors = [numerator, *(denominator.as_ordered_factors() if denominator != 1 else ())]
        return f"log_ratio({', '.join(map(self._print, factors))})"

    def _print(self, expression: Any, **options: Any) -> str:
        mu = Symbol("mu")
        if isinstance(expression, UpperPartialMoment):
            if expression.args[1] == mu:
                return "probability_above(numpy.zeros_like(mu), mu, sigma)"
            end = expression.args[1] + mu
            written = "numpy.zeros_like(mu)" if end == 0 else self._print(end)
            return f"probability_below({written}, mu, sigma)"
        return str(super()._print(expression, **options))


def case_function(formula: Formula) -> str:
    """The text of the numeric function; empty for a derivative that has no cases.

    Examples:
        >>> from elu_sym import relu
        >>> print(case_function(relu.derivative_below).partition("return ")[2])
        probability_by_cases(
                (level, mu, sigma),
                (
                    lambda level, mu, sigma: level <= 1,
                    lambda level, mu, sigma: probability_below(numpy.zeros_like(mu), mu, sigma),
                ),
                (
                    lambda level, mu, sigma: level > 1,
                    lambda level, mu, sigma: numpy.ones_like(mu),
                ),
            )
        <BLANKLINE>
    """
    try:
        cases = formula.cases
    except UnsupportedDerivativeError:
        return ""
    plain = dict(zip(formula.symbols, map(Symbol, formula.arguments), strict=True))
    arguments = ", ".join(formula.arguments)
    closed_forms = (
        indented(f"{case.name}: {case.closed_form}", subsequent_indent=" " * 12) for case in cases
    )
    return python_function(
        formula.function_name,
        dict.fromkeys(formula.arguments, "FloatArray"),
        f"Compute {formula.statement}.\n\n"
        "    In each case it is proved equal to the derived closed form\n\n"
        f"{chr(10).join(closed_forms)}\n    ",
        f"probability_by_cases(\n        ({arguments}),\n"
        f"{''.join(_case(case, plain, arguments) for case in cases)}    )",
        returns="FloatArray",
    )


def _case(case: Case, plain: dict[Any, Any], arguments: str) -> str:
    printer = _CasePrinter({"fully_qualified_modules": False})
    relations = [
        f"{printer.doprint(relation.lhs)} {relation.rel_op} {printer.doprint(relation.rhs)}"
        for relation in (relation.xreplace(plain) for relation in case.relations)
    ]
    condition = relations[0] if len(relations) == 1 else " & ".join(f"({r})" for r in relations)
    terms = case.over_primitives().xreplace(plain).as_ordered_terms()
    constants = {0: "numpy.zeros_like(mu)", 1: "numpy.ones_like(mu)"}
    code = " + ".join(constants.get(term) or printer.doprint(term) for term in terms)
    return CASE.format(
        arguments=arguments, condition=condition, probability=folded(code, 12, longest=50)
    )
