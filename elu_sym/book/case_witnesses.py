"""The witnesses of a formula by cases: those of an expectation, once for every case.

Each case is an expectation of an indicator function; the closed form and the numeric function are
tested at points at which the case applies.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from sympy import Rational

from elu_sym.algebra.enclosure import Point
from elu_sym.book.cases import Case, DerivativeDistribution
from elu_sym.certify.floating_point import (
    LARGEST_ERROR,
    condition_aware,
    numeric_certificate,
)
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.monte_carlo import GRID, monte_carlo_certificate
from elu_sym.certify.mutation import mutation_certificate
from elu_sym.certify.points import random_points
from elu_sym.certify.quadrature import arb_certificate
from elu_sym.certify.witness import RejectedError, Witness, testify
from elu_sym.gaussian.derivation import DerivationError

LEVELS = (0.5, 0.875, 1.125, 1.5)
"""The levels of the Monte Carlo certificate: on its grid every case occurs."""

SCALE = 1.25
"""The scale of SELU there."""

SAMPLES = 1 << 18
"""Samples a point."""


def witnesses_of_cases(distribution: DerivativeDistribution) -> tuple[Witness, ...]:
    """Everything that testifies for a formula by cases; each witness names its case.

    Examples:
        >>> from elu_sym import relu
        >>> for witness in witnesses_of_cases(relu.derivative_below):
        ...     if witness.kind == "heat":
        ...         print(witness.detail)
        level <= 1: heat equation exact, 2 terms uniformly bounded, limit g on 2 intervals
        level > 1: heat equation exact, 1 terms uniformly bounded, limit g on 1 intervals
    """
    return tuple(
        replace(witness, detail=f"{case.name}: {witness.detail}")
        for case in distribution.cases
        for witness in _witnesses(distribution, case)
    )


def _witnesses(distribution: DerivativeDistribution, case: Case) -> Iterator[Witness]:
    formula, g, order = case.closed_form, case.integrand, case.order
    symbols = distribution.symbols
    yield testify("derivation", lambda: _recheck(case))
    yield heat_certificate(formula, g, order)
    yield arb_certificate(formula, g, _points(distribution, case, 12, 5.0, 6.0), order=order)
    yield numeric_certificate(
        distribution,
        formula,
        _points(distribution, case, 40, 100.0, 30.0),
        LARGEST_ERROR,
        scale=condition_aware(formula, symbols),
        symbols=symbols,
    )
    if not formula.is_number:  # a sure event has no spread to measure by
        grid = _grid(distribution, case)
        yield monte_carlo_certificate(
            distribution, g, grid=grid, samples=SAMPLES, symbols=symbols, order=order
        )
    points = _points(distribution, case, 4, 2.5, 2.0)
    yield mutation_certificate(formula, g, order=order, points=points)


def _recheck(case: Case) -> str:
    try:
        case.derivation.recheck()
    except DerivationError as error:
        raise RejectedError(str(error)) from error
    steps, checks = case.derivation.size
    return f"{steps} steps, {checks} exact checks"


def _points(
    distribution: DerivativeDistribution, case: Case, count: int, largest: float, ratio: float
) -> list[Point]:
    """Random points at which the case applies: parameters in (1/largest, largest)."""
    drawn = random_points(
        distribution.symbols,
        16 * count,
        seed=1,
        largest_ratio=ratio,
        sigma_range=(0.1, 4.0),
        parameter_range=(1 / largest, largest),
    )
    return list(islice((point for point in drawn if _applies(case, point)), count))


def _grid(distribution: DerivativeDistribution, case: Case) -> list[tuple[float, ...]]:
    """Points with sigma = 2, where no side of the kink is rare, at which the case applies."""
    columns = len(distribution.symbols)
    places = (
        (level, *place, SCALE)[:columns] for level in LEVELS for place in GRID if place[1] == 2.0
    )
    return [
        place
        for place in dict.fromkeys(places)
        if _applies(case, dict(zip(distribution.symbols, map(Rational, place), strict=True)))
    ]


def _applies(case: Case, point: Point) -> bool:
    return all(bool(relation.xreplace(point)) for relation in case.relations)
