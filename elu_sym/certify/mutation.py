r"""Mutation testing of formulas: do the certificates notice every single-site change?

A certificate that accepts the right formula has shown little until it has rejected the wrong ones:
the mistakes that a hand or a program makes. A site is one occurrence in the expression tree; a
mutant changes one site in one way.

Every mutant of a closed form must be *killed*, rejected by a certificate, or *proved equivalent*,
equal to the original by the normal form: moving a factor of 2 inside a square root may change the
tree and not the function. A mutant that is neither survives, and one survivor fails the witness.

The cheap certificate goes first. The integral is enclosed once at a few rational points; a mutant
whose ball is disjoint from it at one of them is refuted in a fraction of a millisecond, and the
same two balls prove that it is not equivalent. Only what overlaps everywhere is given to the heat
equation and to the normal form.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sympy import Add, Expr, Function, Integer, Pow, Rational, S, erf, erfc, nan, oo, zoo

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.enclosure import Ball, Point, enclose
from elu_sym.algebra.normal_form import NotNormalizableError, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.compound import Compound
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.points import random_points
from elu_sym.certify.quadrature import enclose_compound
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import sigma, sigma1, sigma2

Path = tuple[int, ...]
Acceptance = Callable[[Expr], bool | Witness]
"""A certificate with everything but the formula filled in: true if it accepts the formula."""

WHOLE = {NormalCdf: S.One, BivariateNormalCdf: S.One, erfc: Integer(2), erf: S.Zero}
"""What a distribution and its complement add up to."""

PRECISIONS = (128, 1024)
"""Bits at which a mutant is enclosed before it counts as overlapping the integral."""


@dataclass(frozen=True)
class Mutant:
    """A closed form with one change.

    Attributes:
        kind: ``"sign"``, ``"integer"``, ``"factor"``, ``"symbol"``, ``"dropped term"``,
            ``"square"``, ``"complement"`` or ``"shift"``.
        change: what became what, in words.
        expression: the changed form.
    """

    kind: str
    change: str
    expression: Expr


def mutants(expression: Expr, sample: int | None = None) -> list[Mutant]:
    r"""Every single-site mutant that differs from the expression as a tree.

    Args:
        expression: a closed form.
        sample: how many at most, drawn with a fixed seed; all by default.

    Returns:
        The mutants in the order of their sites, each tree once; what SymPy evaluates back to the
        expression itself, or to something not finite, is left out. The changes are:

        - sign: a summand, a function's argument or the whole becomes its negative;
        - integer: an integer, or the numerator or denominator of a fraction, plus or minus 1,
          exponents included;
        - factor: a summand, a function's argument or the whole is doubled;
        - symbol: a symbol becomes another one of the expression;
        - dropped term: a sum loses a summand;
        - square: a standard deviation becomes its square and conversely;
        - complement: Phi becomes 1 - Phi, likewise erfc and erf;
        - shift: a function's argument grows by 1 or by a standard deviation.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> [mutant.change for mutant in mutants(mu + sigma)][:3]
        ['mu + sigma -> -mu - sigma', 'mu + sigma -> 2*mu + 2*sigma', 'mu + sigma -> sigma']
        >>> len(mutants(mu + sigma))
        11
    """
    found: dict[Expr, Mutant] = {}
    changes = _changes(expression)
    if sample is not None:
        random.Random(1).shuffle(changes)
    for path, node, kind, replacement in changes:
        if len(found) == sample:
            break
        changed = _with(expression, path, replacement)
        if changed == expression or changed.has(nan, zoo, oo, -oo):
            continue
        found.setdefault(changed, Mutant(kind, f"{node} -> {replacement}", changed))
    return list(found.values())


def _changes(expression: Expr) -> list[tuple[Path, Expr, str, Expr]]:
    """Every change of a site: where it is, what stands there, and what comes in its place."""
    symbols = sorted(expression.free_symbols, key=str)
    return [
        (path, node, kind, replacement)
        for path, node, parent in _sites(expression)
        for kind, replacement in _replacements(node, parent, symbols)
    ]


def _sites(
    node: Expr, parent: Expr | None = None, path: Path = ()
) -> Iterator[tuple[Path, Expr, Expr | None]]:
    yield path, node, parent
    for position, argument in enumerate(node.args):
        yield from _sites(argument, node, (*path, position))


def _with(expression: Expr, path: Path, replacement: Expr) -> Expr:
    if not path:
        return replacement
    first, *rest = path
    arguments = list(expression.args)
    arguments[first] = _with(arguments[first], tuple(rest), replacement)
    return expression.func(*arguments)


def _replacements(
    node: Expr, parent: Expr | None, symbols: list[Expr]
) -> Iterator[tuple[str, Expr]]:
    inside_function = isinstance(parent, Function)
    if parent is None or isinstance(parent, Add) or inside_function:
        yield "sign", -node
        yield "factor", 2 * node
    if isinstance(node, Add):
        for term in node.args:
            yield "dropped term", Add(*(other for other in node.args if other is not term))
    if node.is_Rational:
        p, q = int(node.p), int(node.q)
        for step in (1, -1):
            yield "integer", Rational(p + step, q)
            if q + step > 0 and q > 1:
                yield "integer", Rational(p, q + step)
    if node.is_Symbol:
        for symbol in symbols:
            if symbol != node:
                yield "symbol", symbol
    deviations = [each for each in (sigma, sigma1, sigma2) if each in symbols]
    for deviation in deviations:
        if node == deviation and not (isinstance(parent, Pow) and parent.exp == 2):
            yield "square", deviation**2
        if node == deviation**2:
            yield "square", deviation
    if type(node) in WHOLE:
        yield "complement", WHOLE[type(node)] - node
    if inside_function:
        yield "shift", node + 1
        for deviation in deviations:
            yield "shift", node + deviation


@dataclass(frozen=True)
class MutationScore:
    """What became of the mutants of one formula.

    Attributes:
        mutants: their number.
        changes: how many changes of a site they were drawn from; None where all were tried.
        equivalent: those whose difference from the original has the normal form zero.
        killed: how many each certificate rejected of those that the ones before it did not.
        survivors: those that are neither.
    """

    mutants: int
    changes: int | None
    equivalent: tuple[Mutant, ...]
    killed: Mapping[str, int]
    survivors: tuple[Mutant, ...]

    @property
    def kills(self) -> int:
        """The number of mutants that some certificate rejected."""
        return sum(self.killed.values())

    @property
    def score(self) -> float:
        """The share of the mutants not proved equivalent that were killed; 1 is the promise."""
        candidates = self.kills + len(self.survivors)
        return self.kills / candidates if candidates else 1.0

    def __str__(self) -> str:
        by = ", ".join(f"{count} by {name}" for name, count in self.killed.items())
        drawn = "" if self.changes is None else f", drawn from {self.changes} changes"
        text = (
            f"score {100 * self.score:.4g} %: {self.mutants} mutants{drawn}, "
            f"{len(self.equivalent)} proved equivalent, killed {by}"
        )
        if self.survivors:
            first = self.survivors[0]
            text += f"; survives: {first.kind}, {first.change}"
        return text


def mutation_score(
    expression: Expr, certificates: Mapping[str, Acceptance], sample: int | None = None
) -> MutationScore:
    """Give every single-site mutant of a formula to the certificates.

    Args:
        expression: the right closed form.
        certificates: by name, in the order in which they are asked.
        sample: how many of the mutants at most, drawn with a fixed seed; all by default.

    Returns:
        The :class:`MutationScore`.

    Raises:
        ValueError: if a certificate rejects the right formula; then its kills mean nothing.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> score = mutation_score(mu**2 + sigma**2, {"heat": lambda f: heat_certificate(f, x**2)})
        >>> score.score, score.mutants, score.killed
        (1.0, 14, {'heat': 14})
    """
    for name, accepts in certificates.items():
        if not accepts(expression):
            raise ValueError(f"the certificate {name!r} rejects the formula itself: {expression}")
    candidates = mutants(expression, sample)
    changes = None if sample is None else len(_changes(expression))
    killed = dict.fromkeys(certificates, 0)
    equivalent: list[Mutant] = []
    survivors: list[Mutant] = []
    for mutant in candidates:
        for name, accepts in certificates.items():
            if not accepts(mutant.expression):
                killed[name] += 1
                break
        else:
            (equivalent if _is_equivalent(expression, mutant) else survivors).append(mutant)
    return MutationScore(len(candidates), changes, tuple(equivalent), killed, tuple(survivors))


def mutation_certificate(
    expression: Expr, quantity: Expr | Integrand | Compound, points: Sequence[Point] | None = None
) -> Witness:
    """The mutation score under the integral and, for one expectation, the heat equation.

    Args:
        expression: the right closed form.
        quantity: the g of E g(X), or a :class:`~elu_sym.certify.compound.Compound`.
        points: where the integral is enclosed; by default four random ones.

    Returns:
        A witness of kind ``"mutation"``, passed if the score is 100 %.

    Raises:
        IntegrandError: if ``g`` cannot be read.
        ValueError: if a certificate rejects the right formula.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> mutation_certificate(mu**2 + sigma**2, x**2).detail
        'score 100 %: 14 mutants, 0 proved equivalent, killed 14 by arb, 0 by heat'
    """
    compound = Compound.of(quantity)
    certificates: dict[str, Acceptance] = {"arb": integral_test(compound, points)}
    integrand = compound.only
    if integrand is not None:
        certificates["heat"] = lambda mutant: heat_certificate(mutant, integrand)

    return mutation_witness(expression, certificates)


def mutation_witness(
    expression: Expr, certificates: Mapping[str, Acceptance], sample: int | None = None
) -> Witness:
    """The mutation score under some certificates as a witness, passed if it is 100 %.

    Args:
        expression: the right closed form.
        certificates: by name, in the order in which they are asked.
        sample: how many of the mutants at most, drawn with a fixed seed; all by default.

    Raises:
        ValueError: if a certificate rejects the right formula.
    """

    def check() -> str:
        score = mutation_score(expression, certificates, sample)
        if score.survivors:
            raise RejectedError(str(score))
        return str(score)

    return testify(Evidence.MUTATION, check)


def integral_test(
    quantity: Expr | Integrand | Compound, points: Sequence[Point] | None = None
) -> Callable[[Expr], bool]:
    """Enclose the integral once and return a fast test that a formula overlaps it everywhere.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> overlaps = integral_test(x**2)
        >>> overlaps(mu**2 + sigma**2), overlaps(mu**2 + sigma)
        (True, False)
    """
    compound = Compound.of(quantity)
    if points is None:
        ranges = dict.fromkeys(("sigma_range", "parameter_range"), (0.4, 2.5))
        points = random_points(
            compound.parameters, 4, seed=3, largest_ratio=2.0, order=compound.order, **ranges
        )
    return overlap_test([(point, enclose_compound(compound, point).value) for point in points])


def overlap_test(integrals: Sequence[tuple[Point, Ball]]) -> Callable[[Expr], bool]:
    """A fast test that a formula overlaps a ball at each of some points.

    Args:
        integrals: points, and what is enclosed there.
    """

    def overlaps(expression: Expr) -> bool:
        for point, integral in integrals:
            for precision in PRECISIONS:
                try:
                    ball = enclose(expression, point, precision)
                except ValueError:  # the root of a negative number, of which no ball is known
                    break
                if ball.is_finite() and not ball.overlaps(integral):
                    return False
                if ball.is_finite() and ball.rad() <= integral.rad():
                    break
        return True  # disjoint balls refute; a wide or infinite one says nothing

    return overlaps


def _is_equivalent(expression: Expr, mutant: Mutant) -> bool:
    try:
        return is_zero(mutant.expression - expression)
    except NotNormalizableError:
        return False
