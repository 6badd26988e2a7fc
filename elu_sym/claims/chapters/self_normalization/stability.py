"""Whether the fixed point (0, 1) of the standard SELU attracts, for given sums of weights.

The Jacobian by the mean and the variance of the layer's input is A diag(omega, tau) at N(0, 1); see
:mod:`elu_sym.claims.chapters.self_normalization.moment_map`.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.moment_map import jacobian, weight_sum
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.gaussian_means import Between
from elu_sym.symbols import mu, sigma

STANDARD = ((mu, S.Zero), (sigma, S.One))
"""X ~ N(0, 1)."""


def _at_standard(expression: Expr, low: str, high: str) -> Between:
    return Between(expression, Rational(low), Rational(high), STANDARD)


def attracts_normalized() -> Iterator[Assertion]:
    """With omega = 0 and tau = 1 the first column vanishes: the eigenvalues are 0 and dVar/dv."""
    _, above, _, corner = jacobian()
    yield _at_standard(corner, "0.7826", "0.7827")
    yield _at_standard(above**2 + corner**2, str(Rational("0.7876") ** 2), "0.62047129")


def excess_at_one(weights: Expr = S.One) -> Expr:
    """The characteristic polynomial of the Jacobian at 1, for tau = 1."""
    a, b, c, d = jacobian()
    return (1 - weights * a) * (1 - d) - weights * b * c


def repels_unit_weights() -> Iterator[Assertion]:
    """The characteristic polynomial is negative at 1, so an eigenvalue lies above."""
    a, b, c, d = jacobian()
    yield _at_standard(excess_at_one(), "-0.0238", "-0.0236")
    for low, high, place in (("-1", "0", "1.0767"), ("0", "1", "1.0768")):
        value = Rational(place)
        yield _at_standard((value - a) * (value - d) - b * c, low, high)


def attracts_below() -> Iterator[Assertion]:
    """Jury's conditions are linear in omega, so that they hold between two ends where they do.

    The characteristic polynomial is to be positive at 1 and at -1, and the determinant less than 1
    in size; omega = 0 is one end, either sign of the largest omega the other one.
    """
    a, b, c, d = jacobian()
    largest = Rational("0.9016")
    yield _at_standard(d, "0", "1")
    yield _at_standard(excess_at_one(largest), "0", "0.001")
    yield _at_standard(excess_at_one(-largest), "0", "1")
    yield _at_standard((1 - largest * a) * (1 + d) + largest * b * c, "0", "2")
    yield _at_standard((1 + largest * a) * (1 + d) - largest * b * c, "0", "4")
    yield _at_standard(largest * (a * d - b * c), "-1", "1")
    yield _at_standard(excess_at_one(Rational("0.9017")), "-0.001", "0")


CLAIMS = (
    Claim(
        id="self_normalization.attracts_normalized_weights",
        statement=(
            "With omega = 0 and tau = 1 the fixed point (0, 1) of the standard SELU attracts: the"
            " eigenvalues of the Jacobian by the layer's input are 0 and 0.7826, its largest"
            " singular value is 0.7876."
        ),
        latex=r"\rho(J) = 0.7826\ldots, \quad \sigma_{\max}(J) = 0.7876\ldots",
        assumptions=("standard SELU, omega = 0, tau = 1",),
        proof=attracts_normalized,
        source="Klambauer et al. 2017, section 2, who give 0.7877 for the singular value",
        neighbours=(
            Neighbour(
                "The eigenvalue is 1 % larger.",
                lambda: [_at_standard(jacobian().variance_by_variance, "0.7904", "0.7906")],
            ),
        ),
    ),
    Claim(
        id="self_normalization.attracts_unit_weights",
        statement="With omega = tau = 1 the fixed point (0, 1) of the standard SELU attracts.",
        latex=r"\rho(J) < 1",
        assumptions=("standard SELU, omega = tau = 1",),
        proof=lambda: [_at_standard(excess_at_one(), "0", "10")],
        expected=Verdict.REFUTED,
        source="the Jacobian of the activation alone, taken for that of a layer",
        neighbours=(
            Neighbour(
                "It does so with omega = 19/20.",
                lambda: [_at_standard(excess_at_one(Rational(19, 20)), "0", "10")],
            ),
        ),
    ),
    Claim(
        id="self_normalization.repels_unit_weights",
        statement=(
            "With omega = tau = 1 the Jacobian at (0, 1) has an eigenvalue between 1.0767 and"
            " 1.0768, so the fixed point does not attract."
        ),
        latex=r"1.0767 < \rho(J) < 1.0768",
        assumptions=("standard SELU, omega = tau = 1",),
        proof=repels_unit_weights,
        source="the sign of the characteristic polynomial",
        neighbours=(
            Neighbour(
                "The eigenvalue lies below 1.066, 1 % less.",
                lambda: [
                    _at_standard(
                        (Rational("1.066") - jacobian()[0]) * (Rational("1.066") - jacobian()[3])
                        - jacobian()[1] * jacobian()[2],
                        "0",
                        "1",
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="self_normalization.attracts_weight_sum",
        statement=(
            "With tau = 1 the fixed point (0, 1) attracts for abs(omega) <= 0.9016, and not for"
            " omega = 0.9017."
        ),
        latex=r"\rho(J) < 1 \text{ for } |\omega| \le 0.9016",
        assumptions=(weight_sum, "standard SELU, tau = 1"),
        proof=attracts_below,
        source="Jury's conditions for the roots of a quadratic to lie in the unit disc",
        neighbours=(
            Neighbour(
                "It attracts for omega = 0.9107, 1 % more.",
                lambda: [_at_standard(excess_at_one(Rational("0.9107")), "0", "1")],
            ),
        ),
    ),
)
