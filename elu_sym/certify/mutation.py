r"""Mutation testing of formulas: do the certificates notice every single-site change?

A certificate that accepts the right formula has shown little until it has rejected the wrong ones.
Every mutant of a closed form must be *killed*, rejected by a certificate, or *proved equivalent*,
equal to the original by the normal form: moving a factor of 2 inside a square root may change the
tree and not the function. A mutant that is neither survives, and one survivor fails the witness.

The cheap certificate goes first. The integral is enclosed once at a few rational points; a mutant
whose ball is disjoint from it at one of them is refuted in a fraction of a millisecond, and the
same two balls prove that it is not equivalent. Only what overlaps everywhere is given to the heat
equation and to the normal form.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Rational

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.normal_form import NotNormalizableError, is_zero
from elu_sym.certify.compound import Compound, single
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.mutants import Mutant, mutants
from elu_sym.certify.points import random_points
from elu_sym.certify.quadrature import enclose_compound
from elu_sym.certify.witness import Evidence, Witness

Acceptance = Callable[[Expr], bool | Witness]
"""A certificate with everything but the formula filled in: true if it accepts the formula."""

PRECISIONS = (128, 1024)
"""Bits at which a mutant is enclosed before it counts as overlapping the integral."""


@dataclass(frozen=True)
class MutationScore:
    """What became of the mutants of one formula.

    Attributes:
        mutants: their number.
        equivalent: those whose difference from the original has the normal form zero.
        killed: how many each certificate rejected; with ``exhaustive`` the same mutant counts for
            every certificate that rejects it.
        kills: the number of mutants that some certificate rejected.
        survivors: those that are neither.
        seconds: the time of it all.
    """

    mutants: int
    equivalent: tuple[Mutant, ...]
    killed: Mapping[str, int]
    kills: int
    survivors: tuple[Mutant, ...]
    seconds: float

    @property
    def score(self) -> float:
        """The share of the mutants not proved equivalent that were killed; 1 is the promise."""
        candidates = self.kills + len(self.survivors)
        return self.kills / candidates if candidates else 1.0

    def witness(self) -> Witness:
        """The score as a witness of kind ``"mutation"``."""
        by = ", ".join(f"{count} by {name}" for name, count in self.killed.items())
        detail = (
            f"score {100 * self.score:.4g} %: {self.mutants} mutants, {len(self.equivalent)} "
            f"proved equivalent, killed {by}"
        )
        if self.survivors:
            first = self.survivors[0]
            detail += f"; survives: {first.kind}, {first.change}"
        return Witness(Evidence.MUTATION, not self.survivors, detail, self.seconds)


def mutation_score(
    expression: Expr, certificates: Mapping[str, Acceptance], *, exhaustive: bool = False
) -> MutationScore:
    """Give every single-site mutant of a formula to the certificates.

    Args:
        expression: the right closed form.
        certificates: by name, in the order in which they are asked.
        exhaustive: ask every certificate about every mutant and not only until the first kill.

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
    start = time.perf_counter()
    for name, accepts in certificates.items():
        if not accepts(expression):
            raise ValueError(f"the certificate {name!r} rejects the formula itself: {expression}")
    candidates = mutants(expression)
    killed = dict.fromkeys(certificates, 0)
    equivalent: list[Mutant] = []
    survivors: list[Mutant] = []
    for mutant in candidates:
        dead = False
        for name, accepts in certificates.items():
            if (exhaustive or not dead) and not accepts(mutant.expression):
                killed[name] += 1
                dead = True
        if not dead:
            (equivalent if _is_equivalent(expression, mutant) else survivors).append(mutant)
    seconds = time.perf_counter() - start
    return MutationScore(
        len(candidates),
        tuple(equivalent),
        killed,
        len(candidates) - len(equivalent) - len(survivors),
        tuple(survivors),
        seconds,
    )


def mutation_certificate(
    expression: Expr,
    quantity: Expr | Integrand | Compound,
    *,
    order: Sequence[Expr] = (),
    points: Sequence[Point] | None = None,
) -> Witness:
    """The mutation score under the integral and, for one expectation, the heat equation.

    Args:
        expression: the right closed form.
        quantity: the g of E g(X), or a :class:`~elu_sym.certify.compound.Compound`.
        order: the increasing order of symbolic breakpoints.
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
    compound = quantity if isinstance(quantity, Compound) else single(quantity, order)
    certificates: dict[str, Acceptance] = {"arb": integral_test(compound, points)}
    if compound.recipe in compound.integrands:
        integrand = compound.read()[compound.recipe]
        certificates["heat"] = lambda mutant: heat_certificate(mutant, integrand)
    return mutation_score(expression, certificates).witness()


def integral_test(
    quantity: Expr | Integrand | Compound,
    points: Sequence[Point] | None = None,
    *,
    order: Sequence[Expr] = (),
) -> Callable[[Expr], bool]:
    """Enclose the integral once and return a fast test that a formula overlaps it everywhere.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> overlaps = integral_test(x**2)
        >>> overlaps(mu**2 + sigma**2), overlaps(mu**2 + sigma)
        (True, False)
    """
    compound = quantity if isinstance(quantity, Compound) else single(quantity, order)
    integrands = compound.read()
    if points is None:
        symbols = set().union(*(part.parameters() for part in integrands.values()))
        points = random_points(
            symbols,
            4,
            seed=3,
            largest_ratio=2.0,
            sigma_range=(0.4, 2.5),
            parameter_range=(0.4, 2.5),
            order=compound.order,
        )
    width = Rational(1, 10**20)
    integrals = [
        (point, enclose_compound(compound.recipe, integrands, point, width)[0]) for point in points
    ]

    def overlaps(expression: Expr) -> bool:
        for point, integral in integrals:
            for precision in PRECISIONS:
                ball = enclose(expression, point, precision)
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
