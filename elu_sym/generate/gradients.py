"""The text of the gradients, for :mod:`elu_sym.generate.codegen`.

A gradient is the derivative of a formula over the primitives, by the rules of the primitives, and
proved to be the derivative of the closed form. It is printed over primitives again, so that it is
as accurate as the formula and has the limits of the primitives where sigma is 0 or mu infinite.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from string import ascii_lowercase

from sympy import Add, Expr, S, Symbol, default_sort_key

from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book import primitives
from elu_sym.book.formula import Formula
from elu_sym.book.primitives import Primitive, SlopeByLocation, UpperPartialMoment
from elu_sym.generate import printers
from elu_sym.symbols import alpha, mu, sigma


class GradientError(ArithmeticError):
    """A gradient that is not proved to be the derivative of the closed form."""


@cache
def gradient(formula: Formula) -> tuple[Expr, ...]:
    """The derivatives of a formula with respect to its arguments, over primitives.

    Args:
        formula: any formula but a standard deviation, whose gradient is that of the variance over
            twice the deviation.

    Raises:
        NoDecompositionError: if the closed form is no combination of primitives.
        GradientError: if a derivative is not proved.

    Examples:
        >>> from elu_sym import mean
        >>> gradient(mean)[0]
        LowerExponentialMoment(1, mu, sigma, alpha) + UpperPartialMoment(0, mu, sigma)
    """
    combination = _at_the_law_of_x(formula.over_primitives)
    slopes = (_joined(combination.diff(symbol)) for symbol in formula.symbols)
    found = tuple(_at_the_law_of_x(slope).expand() for slope in slopes)
    for symbol, derivative in zip(formula.symbols, found, strict=True):
        if not is_zero(derivative.rewrite(NormalCdf) - formula.closed_form.diff(symbol)):
            raise GradientError(
                f"{derivative} is not proved to be the derivative of {formula.id} by {symbol}"
            )
    return found


def _joined(derivative: Expr) -> Expr:
    """Let the densities at 0 of the two parts of ELU meet, which cancel at alpha = 1."""
    return derivative.replace(
        lambda part: isinstance(part, SlopeByLocation) and part.args[-1] == 0,
        lambda part: part.joined(part.parameters[0] / alpha),
    )


class _Printer(printers.PythonPrinter):
    """Divides by the parameter itself: what is linear in X has a slope in it all the same."""

    quotient, shrunk = "divided", "law.divided({})"


DEGREES: dict[type[Primitive], Callable[[Primitive], Expr]] = {
    UpperPartialMoment: lambda primitive: primitive.orders[0],
    primitives.UpperPartialVariance: lambda primitive: S(2),
    primitives.UpperConditionalMean: lambda primitive: S.One,
    primitives.StandardDensity: lambda primitive: S.Zero,
    primitives.DensityAtZero: lambda primitive: S.NegativeOne,
    primitives.ProbabilityByScale: lambda primitive: S.NegativeOne,
}
"""The power of a factor of mu and sigma that comes out of what is homogeneous in them."""


def _at_the_law_of_x(combination: Expr) -> Expr:
    """Take factors out of the law of what is homogeneous.

    The derivative by a factor is then a multiple of the moment, and no sum of mu and sigma times
    derivatives, which cancels and is no number for infinite mu.
    """
    replaced = {}
    for primitive in combination.atoms(*DEGREES):
        factor = primitive.law[1] / sigma
        sign = primitive.law[0] / (factor * mu)
        if sign in (1, -1):
            place = (*primitive.orders, sign * mu, sigma)
            power = DEGREES[primitive.func](primitive)
            replaced[primitive] = factor**power * primitive.func(*place)
    return combination.xreplace(replaced)


def gradient_function(formula: Formula) -> str:
    """The text of the function of the gradient of a formula.

    Raises:
        NoDecompositionError: if the closed form is no combination of primitives.
    """
    name, assignments = formula.function_name, printers.Laws()
    if formula.name == "std":
        activation = formula.activation
        _ = activation.variance.over_primitives  # raises where there is none
        reason = "that of the variance over twice the deviation"
        functions = (
            name,
            activation.derivative_mean.function_name,
            f"{activation.variance.function_name}_gradient",
        )
        text = f"root_gradient({', '.join(['law', *functions, *activation.parameters])})"
    else:
        reason = "proved equal to the derivatives of the closed form"
        symbols = printers.plain_symbols(formula)
        derivatives = [derivative.xreplace(symbols) for derivative in gradient(formula)]
        names, assignments = _named(derivatives)
        components = "\n".join(_component(derivative, names) for derivative in derivatives)
        text = f"(\n{components}\n    )"
    *first, last = formula.arguments
    return printers.python_function(
        f"{name}_gradient",
        printers.law_and_parameters(formula.activation),
        f"Compute the gradient of {formula.statement}.\n\n"
        f"    By {', '.join(first)} and {last}; {reason}.\n    ",
        text,
        assignments,
        returns="tuple[Array, ...]",
    )


def _named(derivatives: Sequence[Expr]) -> tuple[dict[Primitive, str], dict[str, str]]:
    """A name for each primitive, and what is assigned to the names, the laws first."""
    printer = _Printer()
    found = {p for derivative in derivatives for p in derivative.atoms(Primitive)}
    # In an order of its own, since the laws are named in that in which they are met.
    ordered = sorted(found, key=default_sort_key)
    codes = sorted((printer.doprint(primitive), primitive) for primitive in ordered)
    names: dict[Primitive, str] = {}
    for code, primitive in codes:
        law = next((law for law in printer.laws if law in code), "")
        parts = [primitive.numeric_name, *map(str, primitive.orders), law]
        name = "_".join(filter(None, parts))
        # The function itself has the name without a suffix, and parameters may differ.
        suffixed = (f"{name}_{letter}" for letter in ascii_lowercase)
        taken = names.values()
        if primitive.orders and name not in taken:
            names[primitive] = name
        else:
            names[primitive] = next(each for each in suffixed if each not in taken)
    values = {names[primitive]: code for code, primitive in codes}
    return names, printer.laws | values


def _component(derivative: Expr, names: Mapping[Primitive, str]) -> str:
    if derivative == 0:
        # A derivative that vanishes still takes the shape and the NaN of the arguments.
        return "        0*law.sigma,"
    terms = Add(*(_with_names(term, names) for term in Add.make_args(derivative)))
    code = printers.written_terms(terms, _Printer())
    return f"        {printers.folded(code, 8)},"


def _with_names(term: Expr, names: Mapping[Primitive, str]) -> Expr:
    """A term in symbols that are printed as they are named.

    What grows without bound as mu does, beside something that vanishes, is to be finite.
    """
    found = term.atoms(Primitive)
    replaced: dict[Expr, Expr] = {}
    for primitive in found:
        name, grows = names[primitive], isinstance(primitive, UpperPartialMoment)
        grows = grows and primitive.orders[0] > 0 and len(found) > 1
        replaced[primitive] = Symbol(f"finite(law, {name})" if grows else name, positive=True)
    if found:
        replaced[printers.MU] = Symbol("finite(law, law.mu)", real=True)
    # All at once, and mu not where it is the argument of a primitive.
    return term.xreplace(replaced)
