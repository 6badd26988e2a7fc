"""The witnesses of a formula: its derivation, and the certificates that know nothing of how.

Here the two sides of the project meet for the first time: what was derived, and what testifies for
it without knowing the derivation. A formula by cases has the witnesses of an expectation once for
every case, an expectation of an indicator function, at points at which the case applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise, repeat
from sys import float_info
from typing import TYPE_CHECKING, Any

from sympy import Add, DiracDelta, Expr, Heaviside, Mul, Rational, S, Symbol
from sympy.stats import Normal

from elu_sym.algebra.enclosure import Ball, Point, enclosures
from elu_sym.algebra.working_precision import alone
from elu_sym.book.joint_enclosure import on_a_line
from elu_sym.certify.compound import Compound, identity_certificate
from elu_sym.certify.floating_point import condition_aware, numeric_certificate
from elu_sym.certify.heat import heat_certificate, variance_heat_certificate
from elu_sym.certify.integrand import Integrand, IntegrandError
from elu_sym.certify.joint_heat import joint_heat_certificate
from elu_sym.certify.joint_limits import joint_limits_certificate
from elu_sym.certify.joint_witnesses import (
    LAW,
    joint_arb_certificate,
    joint_monte_carlo_certificate,
    joint_mutation_certificate,
    price_certificate,
    random_joint_points,
)
from elu_sym.certify.monte_carlo import GRID, Statistic, monte_carlo_certificate
from elu_sym.certify.mutation import mutation_certificate
from elu_sym.certify.points import hard_points, random_points
from elu_sym.certify.quadrature import arb_certificate
from elu_sym.certify.stein import parameter_certificate, stein_certificate
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.gaussian.derivation import DerivationError
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.piecewise import read_piecewise
from elu_sym.gaussian.two_inputs import derive_joint_expectation
from elu_sym.symbols import mu, mu1, mu2, rho, sigma, sigma1, sigma2, x, y

if TYPE_CHECKING:
    from elu_sym.book.cases import Case
    from elu_sym.book.formula import Formula
    from elu_sym.book.joint_formula import JointFormula

SAMPLES = 1 << 20
"""Samples a grid point of the Monte Carlo certificate."""

SAMPLES_OF_A_CASE = 1 << 18
"""The same for an indicator function, whose spread is small."""

SCALE = 1.25
"""A parameter after the first, as the scale of SELU, on the grid of the Monte Carlo certificate."""

LARGEST_JOINT_ERROR = 1e-13
"""What numbers of two inputs may err, in units of their bound."""

LEVELS = (0.5, 0.875, 1.125, 1.5)
"""The levels there: every case occurs."""


@alone()
def witnesses_of(formula: Formula) -> tuple[Witness, ...]:
    """Everything that testifies for a formula: its derivation and the independent witnesses.

    Those of a formula by cases name their case.

    Examples:
        >>> from elu_sym import mean, relu
        >>> print(*sorted({witness.kind for witness in witnesses_of(mean)}))
        arb derivation heat montecarlo mutation parameter stein
        >>> for witness in witnesses_of(relu.derivative_below):
        ...     if witness.kind == "heat":
        ...         print(witness.detail)
        level <= 1: heat equation exact, 2 terms uniformly bounded, limit g on 2 intervals
        level > 1: heat equation exact, 1 terms uniformly bounded, limit g on 1 intervals
    """
    if formula.quantity.by_cases:
        return tuple(
            replace(witness, detail=f"{case.name}: {witness.detail}")
            for case in formula.cases
            for witness in _of_case(formula, case)
        )
    certified, expression, quantity = _certified(formula)
    parameters = formula.parameters
    moderate = random_points(parameters, 12, seed=1, sigma_range=(0.1, 4), parameter_range=(0.2, 5))
    wide = random_points(parameters, 40, seed=2, sigma_range=(1e-3, 1e3), largest_ratio=30)
    return (
        _derivation(formula),
        *_exact_certificates(certified, expression, quantity),
        arb_certificate(expression, quantity, moderate),
        *_numeric_certificates(formula, _with_value(formula, [*wide, *hard_points(parameters)])),
        *_monte_carlo(formula),
        mutation_certificate(expression, quantity),
    )


def _derivation(derived: Formula | Case | JointFormula) -> Witness:
    """Every step of a derivation, checked again."""

    def check() -> str:
        try:
            derived.derivation.recheck()
        except DerivationError as error:
            raise RejectedError(str(error)) from error
        steps, checks = derived.derivation.size
        return f"{steps} steps, {checks} exact checks"

    return testify(Evidence.ALGEBRA, check)


def _of_case(formula: Formula, case: Case) -> Iterator[Witness]:
    closed_form, symbols = case.closed_form, formula.symbols
    g = Integrand.from_expr(case.integrand, case.order)
    yield _derivation(case)
    yield heat_certificate(closed_form, g)
    yield arb_certificate(closed_form, g, _points_of(formula, case, 12, 5.0, 6.0))
    points = _points_of(formula, case, 40, 100.0, 30.0)
    scale = condition_aware(closed_form, symbols)
    yield numeric_certificate(formula, closed_form, points, scale=scale, symbols=symbols)
    if not closed_form.is_number:  # a sure event has no spread to measure by
        # With sigma = 2 no side of the kink is rare.
        places = [(level, *place) for level in LEVELS for place in GRID if place[1] == 2.0]
        grid = [
            place
            for place in _fitted(places, len(symbols))
            if _applies(case, dict(zip(symbols, map(Rational, place), strict=True)))
        ]
        yield monte_carlo_certificate(
            formula, g, grid=grid, samples=SAMPLES_OF_A_CASE, symbols=symbols
        )
    yield mutation_certificate(closed_form, g, _points_of(formula, case, 4, 2.5, 2.0))


def _points_of(
    formula: Formula, case: Case, count: int, largest: float, ratio: float
) -> list[Point]:
    """Random points at which the case applies: parameters in (1/largest, largest)."""
    drawn = random_points(
        formula.symbols,
        16 * count,
        seed=1,
        largest_ratio=ratio,
        sigma_range=(0.1, 4.0),
        parameter_range=(1 / largest, largest),
    )
    return list(islice((point for point in drawn if _applies(case, point)), count))


def _applies(case: Case, point: Point) -> bool:
    return all(bool(relation.xreplace(point)) for relation in case.relations)


def _certified(formula: Formula) -> tuple[Formula, Expr, Compound]:
    """What exact certificates are asked about: a formula, its expression, and what it is.

    Roots are outside of the normal form, so a standard deviation is certified as the root of a
    variance: its closed form, squared, has to be the variance. Its numbers have witnesses of their
    own.
    """
    if formula.name == "std":
        variance = formula.activation.variance
        return variance, formula.closed_form**2, _compound(variance)
    return formula, formula.closed_form, _compound(formula)


def _numeric_certificates(formula: Formula, points: Sequence[Point]) -> Iterator[Witness]:
    """What users call against balls, and what NumPy computes where users call the C module."""
    name = "NumPy" if formula.quantity.published else "NumPy or Arb"
    functions: dict[str, Callable[..., Any]] = {name: formula.numeric.by_numpy}
    if formula.numeric.compiled is not None:
        functions = {"C": formula} | functions
    for name, function in functions.items():
        scale = condition_aware(formula.closed_form, formula.symbols)
        witness = numeric_certificate(
            function, formula.closed_form, points, scale=scale, symbols=formula.symbols
        )
        yield replace(witness, detail=f"{name}: {witness.detail}")


def _with_value(formula: Formula, points: Sequence[Point]) -> list[Point]:
    """The points at which a function of one's own has an expectation in the double range."""
    if formula.quantity.published:
        return list(points)
    largest = float_info.max
    return [
        point
        for point in points
        if any(abs(ball) < largest for ball in enclosures(formula.closed_form, point, 1 << 12))
    ]


def _compound(formula: Formula) -> Compound:
    """What a formula is, as a function of expectations."""
    if formula.integrand is not None:
        return Compound.of(_read(formula.integrand))
    parts = {Symbol(name): part.integrand for name, part in formula.parts.items()}
    return Compound(formula.quantity.define(*parts), parts)


def _read(g: Expr) -> Integrand:
    """The pieces of a function; where the certificates cannot tell, those of the derivation."""
    try:
        return Integrand.from_expr(g)
    except IntegrandError:
        form = read_piecewise(g, x)
        return Integrand(form.breakpoints, form.pieces, tuple(form.atoms.items()))


def _exact_certificates(
    formula: Formula, expression: Expr, quantity: Compound
) -> Iterator[Witness]:
    if formula.integrand is not None:
        g = _read(formula.integrand)
        yield heat_certificate(expression, g)
        if not g.atoms:
            yield from _derivative_certificates(formula, g)
        return
    closed_forms = {Symbol(name): part.closed_form for name, part in formula.parts.items()}
    yield identity_certificate(expression, quantity, closed_forms)
    if formula.name == "variance":
        mean = formula.activation.mean
        yield variance_heat_certificate(expression, mean.closed_form, mean.integrand)


def _derivative_certificates(formula: Formula, g: Integrand) -> Iterator[Witness]:
    """Stein's identity and the derivatives in the parameters, atoms included.

    The other side of each identity is derived here by the engine, from the derivative of g that
    the certificate itself found.
    """
    weighted = Integrand(g.breakpoints, tuple(x * piece for piece in g.pieces))
    slope = g.derivative()
    yield stein_certificate(formula.closed_form, _derived(weighted), _derived(slope), g, slope)
    for parameter in formula.parameters:
        slope = g.derivative(parameter)
        yield parameter_certificate(formula.closed_form, _derived(slope), g, parameter, slope)


def _derived(g: Integrand) -> Expr:
    """The closed form of E g(X), from the engine."""
    X = Normal("X", mu, sigma)
    return derive_expectation(_expression(g).subs(x, X), X).result


def _expression(g: Integrand) -> Expr:
    """A function by its pieces as one expression in x, atoms included."""
    steps = [Heaviside(x - breakpoint) for breakpoint in g.breakpoints]
    jumps = [right - left for left, right in pairwise(g.pieces)]
    smooth = Add(g.pieces[0], *(step * jump for step, jump in zip(steps, jumps, strict=True)))
    return smooth + Add(*(weight * DiracDelta(x - location) for location, weight in g.atoms))


@alone()
def joint_witnesses_of(formula: JointFormula, mutants: int | None = None) -> tuple[Witness, ...]:
    """Everything that testifies for a formula of two inputs.

    An identity rests on its parts, which have witnesses of their own.

    Args:
        formula: of two activations, or of one's own function.
        mutants: how many mutants are tried, drawn with a fixed seed; all by default.

    Examples:
        >>> from elu_sym import relu
        >>> print(*(witness.kind for witness in joint_witnesses_of(relu.input_covariance)))
        derivation limits arb
    """
    closed_form, integrand = formula.closed_form, formula.integrand
    points = random_joint_points(closed_form, 12)
    if integrand is None:
        return _derivation(formula), *_of_published(formula, points)
    products = _products(integrand)
    means = [(_derived(first), _derived(second)) for first, second in products]
    slopes = [
        _expression(first.derivative()) * _expression(second.derivative()).xreplace({x: y})
        for first, second in products
    ]
    slope = derive_joint_expectation(Add(*slopes)).result
    parameters = dict.fromkeys(formula.symbols[len(LAW) :], Rational(5, 4))
    parameters = {s: -value if s.is_negative else value for s, value in parameters.items()}
    values = tuple(map(float, parameters.values()))
    return (
        _derivation(formula),
        joint_heat_certificate(closed_form, products),
        price_certificate(closed_form, products, means, slope),
        joint_arb_certificate(closed_form, products, means, points),
        *_of_published(formula, points),
        joint_monte_carlo_certificate(
            lambda *law: formula(*map(float, law), *values), products, parameters, samples=SAMPLES
        ),
        joint_mutation_certificate(closed_form, products, means, points[:3], mutants),
    )


def _products(integrand: Expr) -> list[tuple[Integrand, Integrand]]:
    """The factors of a function of two variables, each as a function of x."""
    by_second = derive_joint_expectation(integrand).products
    return [(_read(first), _read(second.xreplace({y: x}))) for second, first in by_second.items()]


def _of_published(formula: JointFormula, points: Sequence[Point]) -> Iterator[Witness]:
    """Its limits, and what users call against balls, where it is computed in doubles."""
    if not formula.in_doubles:
        return
    symbols = formula.symbols
    missing = {symbol: Rational(5, 4) for symbol in symbols if symbol not in points[0]}
    places: list[Point] = [
        {symbol: Rational(float(value)) for symbol, value in (missing | dict(point)).items()}
        for point in points
    ]
    ends: list[Point] = [
        {**point, rho: end} for point, end in zip(places, (S.One, S.NegativeOne), strict=False)
    ]
    yield joint_limits_certificate(
        formula.closed_form,
        _independent(formula),
        [(point, on_a_line(formula, point)) for point in ends],
        symmetric=formula.pair.shared and formula.quantity.symmetric,
    )

    def scale(point: Point, precision: int) -> Ball:
        import flint

        return flint.arb(formula.error_unit(*(float(point[symbol]) for symbol in symbols)))

    witness = numeric_certificate(
        formula, formula.closed_form, places, LARGEST_JOINT_ERROR, scale=scale, symbols=symbols
    )
    yield replace(witness, detail=f"numbers: {witness.detail}")


def _independent(formula: JointFormula) -> Expr:
    """What a formula of two inputs is where they are independent."""
    if formula.integrand is not None:
        laws = {mu: mu1, sigma: sigma1}, {mu: mu2, sigma: sigma2}
        return Add(
            *(
                Mul(*(_derived(g).xreplace(law) for g, law in zip(pair, laws, strict=True)))
                for pair in _products(formula.integrand)
            )
        )
    formulas = formula.pair.formulas
    parts = (
        _independent(formulas[name]) if name in formulas else formula.part(name).result
        for name in formula.quantity.parts
    )
    independent: Expr = formula.quantity.define(*parts)
    return independent


def _monte_carlo(formula: Formula) -> Iterator[Witness]:
    """Sample g(X) for an expectation and f(X) for a variance; sample the parts of the others.

    How rare the values of a function of one's own are, nobody knows beforehand.
    """
    if formula.name in ("variance", "std"):
        yield _sampled(formula, formula.activation.mean.integrand, "variance")
    elif formula.integrand is not None and formula.quantity.published:
        yield _sampled(formula, formula.integrand)
    for part in formula.parts.values():
        # A published part is sampled in its own right, and zeros have no spread to measure by.
        if not part.quantity.published and part.closed_form != 0:
            yield _sampled(part, part.integrand)


def _sampled(formula: Formula, g: Expr, statistic: Statistic = "mean") -> Witness:
    tested: Any = formula
    if formula.name == "std":
        tested = lambda *arguments: formula(*arguments) ** 2  # noqa: E731 - it has no other name
    # Where the positive side is rare, the tails of these two are too heavy for the sample size.
    rare = formula.name in ("variance", "std", "fourth_moment")
    places = [place for place in GRID if not rare or place[0] > -place[1] / 2]
    # The relatives come out of the same engine and the same primitives as ELU.
    places = places if formula.activation.name == "elu" else places[::2]
    grid = _fitted(places, len(formula.symbols))
    return monte_carlo_certificate(
        tested, g, statistic, grid=grid, samples=SAMPLES, symbols=formula.symbols
    )


def _fitted(places: Sequence[tuple[float, ...]], columns: int) -> list[tuple[float, ...]]:
    """Places of so many columns, each once."""
    return list(dict.fromkeys((*place, *repeat(SCALE, columns))[:columns] for place in places))
