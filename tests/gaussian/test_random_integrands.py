"""Random piecewise exponential polynomials, written in many ways, against two Arb enclosures.

A drawn function exists twice: as the expression that the engine is given, and as the table of
breakpoints, monomials and atoms from which that expression was written. The closed form has to
meet the quadrature of the expression, which the certificates read by themselves, and the truncated
moments of the table, which nothing in the package reads at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from flint import acb, arb, ctx
from hypothesis import assume, given, settings, strategies as st
from sympy import (
    Abs,
    Add,
    And,
    DiracDelta,
    Expr,
    Heaviside,
    Max,
    Min,
    Not,
    Or,
    Piecewise,
    Rational,
    S,
    exp,
    sign,
    symbols,
)
from sympy.stats import Normal

from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.points import random_points
from elu_sym.certify.quadrature import arb_certificate, enclose_expectation, enclose_within
from elu_sym.gaussian.derivation import Step
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.order import UnorderedBreakpointsError
from elu_sym.symbols import alpha, mu, sigma, slope, x

X = Normal("X", mu, sigma)
WIDTH = arb(10) ** -18
"""The radius that a ball may have, relative to E abs(g(X))."""

MOST_PIECES, HIGHEST_DEGREE, HIGHEST_RATE = 5, 4, 3

Polynomial = Mapping[tuple[int, Expr], Expr]
"""``{(n, k): c}`` for the sum of ``c * x**n * exp(k*x)``."""


# The table of a function, its arithmetic and its expectation: none of it uses the package's reader.


@dataclass(frozen=True)
class Table:
    """Breakpoints in increasing order, one polynomial more than there are of them, and atoms."""

    breakpoints: tuple[Rational, ...]
    pieces: tuple[Polynomial, ...]
    atoms: Mapping[Rational, Expr] = field(default_factory=dict)

    def piece_at(self, place: Rational) -> Polynomial:
        return self.pieces[sum(bool(place > b) for b in self.breakpoints)]

    def merged(self, other: "Table", operation: Callable) -> "Table":
        """A table without atoms, piece by piece out of two."""
        breakpoints = tuple(sorted({*self.breakpoints, *other.breakpoints}))
        pieces = tuple(
            operation(self.piece_at(place), other.piece_at(place)) for place in between(breakpoints)
        )
        return Table(breakpoints, pieces)

    def __add__(self, other: "Table") -> "Table":
        return self.merged(other, added)

    def __mul__(self, other: "Table") -> "Table":
        return self.merged(other, multiplied)

    def maximum(self, other: "Table") -> "Table":
        """The greater of two piecewise affine functions."""
        difference = self.merged(other, lambda p, q: added(p, scaled(q, S.NegativeOne)))
        ends = [S.NegativeInfinity, *difference.breakpoints, S.Infinity]
        roots = set()
        for (lower, upper), piece in zip(pairwise(ends), difference.pieces, strict=True):
            rise = piece.get((1, S.Zero), S.Zero)
            if rise != 0 and lower < (root := -piece.get((0, S.Zero), S.Zero) / rise) < upper:
                roots.add(root)
        breakpoints = tuple(sorted({*difference.breakpoints, *roots}))
        pieces = tuple(
            (self if value_at(difference.piece_at(place), place) > 0 else other).piece_at(place)
            for place in between(breakpoints)
        )
        return Table(breakpoints, pieces)

    def negated(self) -> "Table":
        return Table(self.breakpoints, tuple(scaled(p, S.NegativeOne) for p in self.pieces))

    def exponential(self, rate: Rational) -> "Table":
        """``exp(rate*h)`` of a piecewise affine h."""
        pieces = tuple(
            {
                (0, rate * p.get((1, S.Zero), S.Zero)): exp(rate * p.get((0, S.Zero), S.Zero)),
            }
            for p in self.pieces
        )
        return Table(self.breakpoints, pieces)

    def is_of_the_size_that_is_promised(self) -> bool:
        return len(self.pieces) <= MOST_PIECES and all(
            power <= HIGHEST_DEGREE and abs(rate) <= HIGHEST_RATE
            for piece in self.pieces
            for power, rate in piece
        )

    def expectation(self, mean: Rational, deviation: Rational) -> arb:
        """E g(X) out of truncated moments, to many digits even where it is 1e-100."""
        with ctx.workprec(1536):
            m, s = ball(mean), ball(deviation)
            total = self.atomic_part(mean, deviation)
            ends = [None, *(ball(b) for b in self.breakpoints), None]
            for (lower, upper), piece in zip(pairwise(ends), self.pieces, strict=True):
                for (power, rate), coefficient in piece.items():
                    # e^{kx} times the density of N(m, s^2) is a multiple of that of N(m + k s^2).
                    k = ball(rate)
                    weight = (k * m + (k * s) ** 2 / 2).exp()
                    moment = truncated_moment(power, m + k * s**2, s, lower, upper)
                    total += ball(coefficient) * weight * moment
            return total

    def atomic_part(self, mean: Rational, deviation: Rational, absolute: bool = False) -> arb:
        """The sum of the weights times the densities at their atoms."""
        with ctx.workprec(384):
            total = arb(0)
            for place, weight in self.atoms.items():
                size = abs(ball(weight)) if absolute else ball(weight)
                total += size * density(ball(place), ball(mean), ball(deviation))
            return total


def between(breakpoints: tuple[Rational, ...]) -> list[Rational]:
    """One place in each interval."""
    if not breakpoints:
        return [S.Zero]
    middle = [(lower + upper) / 2 for lower, upper in pairwise(breakpoints)]
    return [breakpoints[0] - 1, *middle, breakpoints[-1] + 1]


def added(left: Polynomial, right: Polynomial) -> Polynomial:
    total = {key: left.get(key, S.Zero) + right.get(key, S.Zero) for key in {**left, **right}}
    return {key: coefficient for key, coefficient in total.items() if coefficient != 0}


def scaled(piece: Polynomial, factor: Expr) -> Polynomial:
    return {key: factor * coefficient for key, coefficient in piece.items()}


def multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    total: Polynomial = {}
    for (power, rate), coefficient in left.items():
        shifted = {(n + power, k + rate): c * coefficient for (n, k), c in right.items()}
        total = added(total, shifted)
    return total


def value_at(piece: Polynomial, place: Rational) -> Expr:
    return written(piece).subs(x, place)


def written(piece: Polynomial) -> Expr:
    return Add(*(c * x**power * exp(rate * x) for (power, rate), c in piece.items()))


def ball(value: Expr) -> arb:
    return enclose(value, {}, ctx.prec)


def density(place: arb, mean: arb, deviation: arb) -> arb:
    standardized = (place - mean) / deviation
    return (-(standardized**2) / 2).exp() / ((2 * arb.pi()).sqrt() * deviation)


def truncated_moment(
    power: int, mean: arb, deviation: arb, lower: arb | None, upper: arb | None
) -> arb:
    """E[Y^n; lower < Y < upper] for Y ~ N(m, s^2), from y f = m f - s^2 f' by parts."""

    def below(end: arb) -> arb:
        return ((mean - end) / (arb(2).sqrt() * deviation)).erfc() / 2

    def boundary(end: arb | None, n: int) -> arb:
        return arb(0) if end is None else end**n * density(end, mean, deviation)

    previous, moment = arb(0), arb(1) if upper is None else below(upper)
    moment -= arb(0) if lower is None else below(lower)
    for n in range(1, power + 1):
        jump = boundary(upper, n - 1) - boundary(lower, n - 1)
        recursion = mean * moment + deviation**2 * ((n - 1) * previous - jump)
        previous, moment = moment, recursion
    return moment


# Strategies: each surface gives an expression in x and the table of the same function.


def rational(low: int, high: int, denominator: int) -> st.SearchStrategy[Rational]:
    return st.builds(
        lambda p, q: Rational(p, q),
        st.integers(low * denominator, high * denominator),
        st.just(denominator),
    )


coefficients = st.one_of(rational(-4, 4, 1), rational(-3, 3, 2), rational(-2, 2, 3)).filter(bool)
places = st.one_of(rational(-3, 3, 1), rational(-3, 3, 2), rational(-2, 2, 3))
rates = st.integers(-HIGHEST_RATE, HIGHEST_RATE).map(S)
few_rates = st.integers(-1, 1).map(S)


def polynomials(
    degree: int, exponents: st.SearchStrategy[Rational], terms: int = 2, fewest: int = 0
) -> st.SearchStrategy[Polynomial]:
    keys = st.tuples(st.integers(0, degree), exponents)
    return st.dictionaries(keys, coefficients, min_size=fewest, max_size=terms)


@st.composite
def tables(
    draw: st.DrawFn,
    most_breakpoints: int = MOST_PIECES - 1,
    degree: int = HIGHEST_DEGREE,
    exponents: st.SearchStrategy[Rational] = rates,
) -> Table:
    # Many pieces and many terms are costly: most functions have few, and some have them all.
    count = min(most_breakpoints, draw(st.sampled_from([1, 1, 1, 2, 2, 3, 4])))
    breakpoints = sorted(draw(st.sets(places, min_size=count, max_size=count)))
    terms = draw(st.sampled_from([1, 1, 1, 1, 2, 3 if count == 1 else 1]))
    pieces = [draw(polynomials(degree, exponents, terms)) for _ in range(len(breakpoints) + 1)]
    return Table(tuple(breakpoints), tuple(pieces))


@st.composite
def comparisons(draw: st.DrawFn, place: Expr, above: bool = False):
    """The condition that x lies below a place, or above it, in one of its spellings."""
    spellings = [x < place, x <= place, 2 * x < 2 * place, place - x > 0, -x / 3 >= -place / 3]
    opposite = [x > place, place < x, x - place >= 0, 3 * x - place > 2 * place, -x < -place]
    return draw(st.sampled_from(opposite if above else spellings))


@st.composite
def by_conditions(draw: st.DrawFn, breakpoints, pieces: list[Expr]) -> Expr:
    """One ``Piecewise`` that asks from the left, from the right, for windows, or nested."""
    way = draw(st.sampled_from(["left", "right", "window", "nested"]))
    if way == "nested":
        nested = pieces[0]
        for place, piece in zip(breakpoints, pieces[1:], strict=True):
            nested = Piecewise((piece, draw(comparisons(place, above=True))), (nested, True))
        return nested
    if way == "window" and len(pieces) > 2:
        windows = []
        for (lower, upper), piece in zip(pairwise(breakpoints), pieces[1:-1], strict=True):
            low, high = draw(comparisons(lower, above=True)), draw(comparisons(upper))
            inside = And(low, high) if draw(st.booleans()) else Not(Or(Not(low), Not(high)))
            windows.append((piece, inside))
        outside = (pieces[-1], draw(comparisons(breakpoints[-1], above=True)))
        return Piecewise(*draw(st.permutations([*windows, outside])), (pieces[0], True))
    if way == "right":
        pairs = list(zip(pieces[1:], breakpoints, strict=True))[::-1]
        branches = [(piece, draw(comparisons(place, above=True))) for piece, place in pairs]
        return Piecewise(*branches, (pieces[0], True))
    pairs = list(zip(pieces, breakpoints, strict=False))
    branches = [(piece, draw(comparisons(place))) for piece, place in pairs]
    return Piecewise(*branches, (pieces[-1], True))


@st.composite
def by_steps(draw: st.DrawFn, breakpoints, pieces: list[Expr]) -> Expr:
    """Steps up and steps down, each with the difference of two neighbours."""
    total = S.Zero
    fixed = draw(st.integers(0, len(breakpoints)))
    for position, (left, right) in enumerate(pairwise(pieces)):
        place = breakpoints[position]
        if position >= fixed:
            step = draw(st.sampled_from([Heaviside(x - place), (1 + sign(x - place)) / 2]))
            total += (right - left) * step
        else:
            step = draw(st.sampled_from([Heaviside(place - x), (1 - sign(2 * x - 2 * place)) / 2]))
            total += (left - right) * step
    return total + pieces[fixed]


Sample = tuple[Expr, Table]


def parts(table: Table) -> list[Expr]:
    return [written(piece) for piece in table.pieces]


@st.composite
def conditions(draw: st.DrawFn, **limits) -> Sample:
    table = draw(tables(**limits))
    return draw(by_conditions(table.breakpoints, parts(table))), table


@st.composite
def steps(draw: st.DrawFn, **limits) -> Sample:
    table = draw(tables(**limits))
    return draw(by_steps(table.breakpoints, parts(table))), table


@st.composite
def affine(draw: st.DrawFn, steepest: int = 2) -> Sample:
    rise = S(draw(st.integers(-steepest, steepest)))
    height = draw(places)
    piece = {key: c for key, c in {(1, S.Zero): rise, (0, S.Zero): height}.items() if c != 0}
    return rise * x + height, Table((), (piece,))


@st.composite
def bent(draw: st.DrawFn, bends: int = 2, steepest: int = 2) -> Sample:
    """A piecewise affine function out of ``Abs``, ``Max``, ``Min`` and sums of them."""
    expression, table = draw(affine(steepest))
    for _ in range(draw(st.integers(1, bends))):
        bend = draw(st.sampled_from(["modulus", "maximum", "minimum", "sum"]))
        if bend == "modulus":
            expression, table = Abs(expression), table.maximum(table.negated())
            continue
        other, its_table = draw(affine(steepest))
        if bend == "maximum":
            expression, table = Max(expression, other), table.maximum(its_table)
        elif bend == "minimum":
            table = table.negated().maximum(its_table.negated()).negated()
            expression = Min(expression, other)
        else:
            expression = expression + Abs(other)
            table = table + its_table.maximum(its_table.negated())
    return expression, table


@st.composite
def kinks(draw: st.DrawFn) -> Sample:
    """Bent functions, their signs and their exponentials, with a polynomial before them."""
    expression, table = draw(bent())
    way = draw(st.sampled_from(["itself", "exponential", "weighted", "two"]))
    if way == "exponential":
        rate = draw(st.sampled_from([S(-1), S.One, S.Half, Rational(-1, 2)]))
        expression, table = exp(rate * expression), table.exponential(rate)
    elif way == "weighted":
        piece = draw(polynomials(2, few_rates, 2))
        expression, table = expression * written(piece), table * Table((), (piece,))
    elif way == "two":
        other, its_table = draw(bent(1))
        expression, table = expression * other, table * its_table
    assume(table.is_of_the_size_that_is_promised())
    return expression, table


@st.composite
def products(draw: st.DrawFn) -> Sample:
    small = {"most_breakpoints": 2, "degree": 2, "exponents": few_rates}
    left, left_table = draw(st.one_of(conditions(**small), steps(**small)))
    small["most_breakpoints"] = 1
    right, right_table = draw(st.one_of(conditions(**small), steps(**small), bent(1, 1)))
    table = left_table * right_table
    assume(table.is_of_the_size_that_is_promised())
    return left * right, table


@st.composite
def powers(draw: st.DrawFn) -> Sample:
    small = {"most_breakpoints": 2, "degree": 1, "exponents": few_rates}
    base, base_table = draw(st.one_of(conditions(**small), steps(**small), bent(1)))
    power = draw(st.integers(2, 3))
    table = base_table
    for _ in range(power - 1):
        table = table * base_table
    assume(table.is_of_the_size_that_is_promised())
    return base**power, table


@st.composite
def with_atoms(draw: st.DrawFn) -> Sample:
    """A function plus atoms, each with a smooth factor and an argument of some slope."""
    limits = {"most_breakpoints": 2, "degree": 2, "exponents": few_rates}
    g, table = draw(st.one_of(conditions(**limits), steps(**limits), bent(1)))
    atoms: dict[Rational, Expr] = {}
    for place in draw(st.lists(places, min_size=1, max_size=2)):
        factor = draw(polynomials(1, few_rates, 2, fewest=1))
        rise = draw(st.sampled_from([S.One, S(-1), S(2), Rational(-1, 3)]))
        g += written(factor) * DiracDelta(rise * x - rise * place)
        atoms[place] = atoms.get(place, S.Zero) + value_at(factor, place) / abs(rise)
    return g, Table(table.breakpoints, table.pieces, atoms)


@st.composite
def sums(draw: st.DrawFn) -> Sample:
    """Two functions whose breakpoints interlace, with a difference that may cancel."""
    small = {"most_breakpoints": 2, "degree": 3, "exponents": rates}
    left, left_table = draw(st.one_of(conditions(**small), steps(**small)))
    small["most_breakpoints"] = 1
    right, right_table = draw(st.one_of(conditions(**small), steps(**small), bent(2)))
    factor = draw(coefficients)
    table = left_table + Table((), ({(0, S.Zero): factor},)) * right_table
    assume(table.is_of_the_size_that_is_promised())
    return left + factor * right, table


SURFACES = {
    "conditions": conditions(),
    "steps": steps(),
    "kinks": kinks(),
    "products": products(),
    "powers": powers(),
    "atoms": with_atoms(),
    "sums": sums(),
}
CASES = {
    "conditions": 75,
    "steps": 75,
    "kinks": 75,
    "products": 90,
    "powers": 105,
    "atoms": 45,
    "sums": 40,
}
"""How many of each; the costly ones are fewer."""

means = st.one_of(rational(-3, 3, 4), rational(-2, 2, 7))
deviations = st.one_of(rational(0, 2, 5), rational(0, 3, 3)).filter(bool)


points = st.fixed_dictionaries({mu: means, sigma: deviations})


a, b, c, p, q = symbols("a b c p q", real=True)
Point = Mapping[Expr, Rational]


@st.composite
def symbolic_breakpoints(draw: st.DrawFn) -> tuple[Expr, Table, Point, tuple[Expr, ...]]:
    """Some breakpoints are symbols, the others stay numbers, and the order is declared."""
    table = draw(tables(most_breakpoints=3, degree=2, exponents=few_rates))
    names = [a, b, c][: len(table.breakpoints)]
    pairs = list(zip(names, table.breakpoints, strict=True))
    order = tuple(name if draw(st.integers(0, 3)) else place for name, place in pairs)
    g = draw(st.one_of(by_conditions(order, parts(table)), by_steps(order, parts(table))))
    return g, table, dict(pairs), order


@st.composite
def symbolic_parameters(draw: st.DrawFn) -> tuple[Expr, Table, Point, tuple[Expr, ...]]:
    """Coefficients and rates depend on symbols, and some coefficients vanish at the point."""
    numbers = draw(tables(most_breakpoints=2, degree=2, exponents=few_rates))
    values = {
        alpha: draw(st.sampled_from([S.Half, Rational(2, 3), S.One, S(2)])),
        slope: draw(st.sampled_from([Rational(1, 3), S.One, Rational(3, 2)])),
        p: draw(places),
        q: draw(places),
    }
    factors = st.sampled_from([S.One, p, alpha, p * q, p - q, alpha**2 / slope])
    scales = st.sampled_from([S.One, 1 / alpha, alpha, slope - 1, 1 / alpha + slope])
    pieces, known = [], []
    for piece in numbers.pieces:
        expression, polynomial = S.Zero, {}
        for (power, rate), coefficient in piece.items():
            coefficient, rate = coefficient * draw(factors), rate * draw(scales)
            expression += coefficient * x**power * exp(rate * x)
            term = {(power, rate.xreplace(values)): coefficient.xreplace(values)}
            polynomial = added(polynomial, term)
        pieces.append(expression)
        known.append(polynomial)
    table = Table(numbers.breakpoints, tuple(known))
    ways = [by_conditions(table.breakpoints, pieces), by_steps(table.breakpoints, pieces)]
    return draw(st.one_of(ways)), table, values, ()


# Judgement: three balls, two of which the engine has no part in.


def quadrature(g: Expr, table: Table, point: Point) -> tuple[arb, arb]:
    """The integral of the expression, and the radius that a ball may have."""
    integral = enclose_expectation(g, point)
    # Atoms may cancel each other; what their densities add up to before that is the scale.
    atomic = table.atomic_part(point[mu], point[sigma], absolute=True)
    return integral.value, (integral.magnitude + atomic).upper() * WIDTH


def assert_agreement(closed_form: Expr, g: Expr, table: Table, point: Point) -> None:
    integral, allowed = quadrature(g, table, point)
    moments = table.expectation(point[mu], point[sigma])
    closed = enclose_within(closed_form, point, allowed)
    assert integral.rad() <= allowed
    assert moments.rad() <= allowed
    assert moments.overlaps(integral), f"the table gives {moments.str(20)}, not {integral.str(20)}"
    assert closed.overlaps(integral), f"{closed.str(20)} is not the integral {integral.str(20)}"
    assert closed.overlaps(moments), f"{closed.str(20)} is not the moments' {moments.str(20)}"


@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.deep)])
@pytest.mark.parametrize("surface", SURFACES)
def test_the_closed_form_agrees_with_both_enclosures(surface, share):
    @settings(max_examples=CASES[surface] // share)
    @given(SURFACES[surface], points)
    def agrees(sample, point):
        g, table = sample
        derivation = derive_expectation(g.xreplace({x: X}), X)
        assert_agreement(derivation.result, g, table, point)

    agrees()


def test_a_tail_of_1e_100_is_as_narrow_as_the_rest():
    step, point = Heaviside(x - 3), {mu: Rational(-5, 4), sigma: Rational(1, 5)}
    table = Table(breakpoints=(S(3),), pieces=({}, {(S.Zero, S.Zero): S.One}), atoms={})
    closed_form = derive_expectation(step.xreplace({x: X}), X).result
    assert_agreement(closed_form, step, table, point)


def test_a_run_has_the_number_of_cases_that_is_promised():
    assert sum(CASES.values()) >= 500
    assert set(CASES) == set(SURFACES)


@pytest.mark.parametrize("examples", [8, pytest.param(20, marks=pytest.mark.deep)])
@pytest.mark.parametrize(
    "strategy", [symbolic_breakpoints(), symbolic_parameters()], ids=["breakpoints", "parameters"]
)
def test_symbols_agree_at_rational_values(strategy, examples):
    @settings(max_examples=examples)
    @given(strategy, points)
    def agrees(sample, point):
        g, table, values, order = sample
        derivation = derive_expectation(g.xreplace({x: X}), X, order)
        closed_form = derivation.result.xreplace(values)
        assert_agreement(closed_form, g.xreplace(values), table, point)

    agrees()


@settings(max_examples=25)
@given(tables(degree=3), points)
def test_the_moments_of_a_table_are_its_integral(table, point):
    """By Arb's integrator straight from the table; forty deviations leave out under 1e-200."""
    with ctx.workprec(160):
        mean, deviation = ball(point[mu]), ball(point[sigma])
        reach = 40 * deviation
        ends = [mean - reach, *(ball(place) for place in table.breakpoints), mean + reach]
        total, scale = arb(0), arb(0)
        for (lower, upper), piece in zip(pairwise(ends), table.pieces, strict=True):
            terms = [(ball(height), n, ball(rate)) for (n, rate), height in piece.items()]

            def integrand(y, _, terms=terms):
                value = sum((height * y**n * (rate * y).exp() for height, n, rate in terms), acb(0))
                return value * (-(((y - mean) / deviation) ** 2) / 2).exp()

            integral = acb.integral(integrand, lower, upper).real
            total += integral / ((2 * arb.pi()).sqrt() * deviation)
            scale += abs(integral) + 1
        difference = table.expectation(point[mu], point[sigma]) - total
        assert abs(difference) < scale * arb(10) ** -25


# Teeth: what was altered is found out.

altered = st.one_of(conditions(), steps(), kinks(), with_atoms())


@pytest.mark.deep
@settings(max_examples=12)
@given(altered, points)
def test_an_altered_coefficient_is_rejected(sample, point):
    g, table = sample
    derivation = derive_expectation(g.xreplace({x: X}), X)
    derivation.recheck()
    assume(derivation.result != 0)
    witness = heat_certificate(derivation.result, g)
    assert witness.passed, witness.detail
    integral, allowed = quadrature(g, table, point)
    terms = Add.make_args(derivation.result)
    sizes = [float(abs(enclose_within(term, point, allowed)).mid()) for term in terms]
    largest = terms[sizes.index(max(sizes))]
    wrong = derivation.result + largest / 10**9
    assert not heat_certificate(wrong, g)
    assume(max(sizes) / 10**9 > 10 * float(allowed))
    assert not enclose_within(wrong, point, allowed).overlaps(integral)
    assert not enclose_within(wrong, point, allowed).overlaps(
        table.expectation(point[mu], point[sigma])
    )
    last = derivation.steps[-1]
    assert Step.checked(last.rule, last.before, (wrong,), derivation.hypotheses).failed


@pytest.mark.deep
@settings(max_examples=20)
@given(tables(), points, st.data())
def test_a_moved_breakpoint_is_rejected(table, point, data):
    moved = data.draw(st.integers(0, len(table.breakpoints) - 1))
    assume(table.pieces[moved] != table.pieces[moved + 1])
    ends = [*table.breakpoints, table.breakpoints[-1] + 1]
    places = list(table.breakpoints)
    places[moved] += (ends[moved + 1] - ends[moved]) / 1000
    other = Table(tuple(places), table.pieces)
    g, its_neighbour = (data.draw(by_steps(t.breakpoints, parts(t))) for t in (table, other))
    closed_form = derive_expectation(g.xreplace({x: X}), X).result
    assert not heat_certificate(closed_form, its_neighbour)
    integral, allowed = quadrature(its_neighbour, other, point)
    moments = other.expectation(point[mu], point[sigma])
    assume(abs(moments - table.expectation(point[mu], point[sigma])) > 10 * allowed)
    closed = enclose_within(closed_form, point, allowed)
    assert not closed.overlaps(integral)
    assert not closed.overlaps(moments)


# Regressions: what random draws and their neighbours found.

VANISHING = {
    "a piece whose terms cancel": (p - q) * (exp(x) - exp(x) * Heaviside(x)) - x,
    "every piece": (p - q) * exp(x) + (q - p) * exp(x),
    "one of two pieces": Piecewise(((p - q) * x + (q - p) * x, x < 0), (x**2, True)),
    "a square": (x - p) ** 2 - x**2 + 2 * p * x - p**2,
}


@pytest.mark.parametrize("case", VANISHING)
def test_terms_that_cancel_when_expanded(case):
    g = VANISHING[case]
    derivation = derive_expectation(g.xreplace({x: X}), X)
    derivation.recheck()
    values = {p: Rational(3, 2), q: Rational(-1, 3)}
    integral = enclose_expectation(g.xreplace(values), {mu: S.Half, sigma: S.One})
    closed = enclose(derivation.result, {mu: S.Half, sigma: S.One, **values})
    assert closed.overlaps(integral.value)


DECLARED = {
    "a clip": (Max(a, Min(b, x)), (a, b)),
    "a maximum of three": (Max(x, a, b), (a, b)),
    "a minimum of three": (Min(x, b, a), (a, b)),
    "a number between": (
        Piecewise((x, x < a), (exp(x), x < 0), (1, x < b), (0, True)),
        (a, S.Zero, b),
    ),
    "numbers around": (
        Piecewise((x, x < -2), (1, x < a), (exp(x), x < b), (x**2, x < 3), (0, True)),
        (S(-2), a, b, S(3)),
    ),
    "two numbers": (
        Piecewise((x, x < a), (2, x < -1), (exp(x), x < 0), (1, x < b), (0, True)),
        (a, S(-1), S.Zero, b),
    ),
    "multiples": (Piecewise((exp(-x), (x > 2 * a) & (x < 2 * b)), (0, True)), (a, b)),
    "a shift": (Piecewise((x, (x > a) & (x < b + 1)), (0, True)), (a, b)),
    "a declared shift": (Piecewise((x, (x > a) & (x < b - 1)), (1, True)), (a, b - 1)),
    "an atom beside a step": (x * DiracDelta(x - b) * Heaviside(x - a), (a, b)),
}


@pytest.mark.parametrize("case", DECLARED)
def test_a_declared_order_decides(case):
    g, order = DECLARED[case]
    derivation = derive_expectation(g.xreplace({x: X}), X, order)
    derivation.recheck()
    values = {a: Rational(-3, 2), b: Rational(2, 3)}
    witness = arb_certificate(
        derivation.result.xreplace(values), g.xreplace(values), random_points([], 3, seed=4)
    )
    assert witness.passed, witness.detail


def test_an_order_that_was_not_declared_is_not_guessed():
    for g in (Max(x, a, b), Max(a, Min(b, x)), Heaviside(x - a) * Heaviside(x - b - 1)):
        with pytest.raises(UnorderedBreakpointsError, match="order of the breakpoints"):
            derive_expectation(g.xreplace({x: X}), X)
    with pytest.raises(UnorderedBreakpointsError, match="order of the breakpoints"):
        derive_expectation(Heaviside(X - 2 * a) * Heaviside(X - b), X, order=(a, b))
