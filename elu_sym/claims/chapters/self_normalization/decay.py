"""ELU at alpha = 1 without a scale: the variance dies out, like 2*pi/n^2 after n layers.

With normalized, centred weights the variance map is F(q) = Var f(sqrt(q) Z). Near 0 the function is
x + x^2/2 for x < 0, so that F(q) = q - sqrt(2/pi) q^(3/2) + O(q^2), and y = q^(-1/2) grows by
1/sqrt(2*pi) a layer. The map of the second moment has the same first two terms, and the same law.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, Symbol, pi, sqrt

from elu_sym.activations import Elu
from elu_sym.book.formula import Formula, second_moment, variance
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.claims.rules.enclosures import IterateBetween
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import PositiveGaussianMean
from elu_sym.claims.rules.variance_bounds import PositiveVariance
from elu_sym.symbols import alpha, mu, sigma, x

RATE = sqrt(2 / pi)
"""The coefficient of q^(3/2) in q - F(q)."""


def after_a_layer(moment: Formula) -> Expr:
    """A moment at alpha = 1 and mu = 0, in sigma = sqrt(q): that of the variance is F."""
    return moment.closed_form.xreplace({mu: S.Zero, alpha: S.One})


def lost(share: Rational = S.One) -> Expr:
    """What of a share of q is left after F."""
    return share * sigma**2 - after_a_layer(variance)


def decays() -> Iterator[Assertion]:
    """It loses something everywhere, and how much near 0; so the orbit tends to 0 at this rate."""
    # F <= E f^2 < q: the orbit falls, and its limit can only be 0.
    square_lost = sigma**2 - after_a_layer(second_moment)
    yield PositiveGaussianMean(square_lost, x**2 - Elu(x, S.One) ** 2, S.Zero)
    yield PositiveVariance(Elu(x, S.One))
    # F has the fixed point 0 only. Near 0 both maps lose the same.
    for each in (lost(), square_lost):
        yield GaussianLimit(each / sigma**3, sigma, S.Zero, RATE)


def after_1000_layers(low: str, high: str) -> Assertion:
    """Where the iterate from variance 1 lies."""
    q = Symbol("q", positive=True)
    in_variance = after_a_layer(variance).xreplace({sigma: sqrt(q)})
    return IterateBetween(in_variance, q, S.One, 1000, Rational(low), Rational(high))


CLAIMS = (
    Claim(
        "self_normalization.elu_variance_decays",
        "Unscaled ELU at alpha = 1 keeps no variance: with centred weights, sum of squares 1, the"
        " variance q_n after n layers tends to 0 from every start, and n^2*q_n to 2*pi.",
        decays,
        "the expansion of f at 0; de Bruijn, Asymptotic methods in analysis, chapter 8",
        r"q_{n+1} = q_n - \sqrt{2/\pi}\, q_n^{3/2} + O(q_n^2),\quad n^2 q_n \to 2\pi",
        (sigma, "centred weights with sum of squares 1", "mean-field limit"),
        conclusion="a falling orbit tends to a fixed point, which only 0 is; q^(-1/2) grows by"
        " 1/sqrt(2*pi) a layer in the limit, and so do its means",
        neighbours={
            "It keeps every variance.": lambda: Equality(lost(), S.Zero),
            "It keeps every second moment.": lambda: Equality(
                after_a_layer(second_moment), sigma**2
            ),
            "A layer loses more than 1.01*sqrt(2/pi)*q^(3/2), whatever the variance.": lambda: (
                Positive(lost() - RATE * sigma**3 * Rational(101, 100))
            ),
            "A layer loses at least half of the variance.": lambda: Positive(lost(S.Half)),
        },
    ),
    Claim(
        "self_normalization.elu_variance_after_1000_layers",
        "From variance 1 it is between 6.335e-6 and 6.336e-6 after 1,000 layers, where 2*pi/n^2 is"
        " 6.283e-6.",
        partial(after_1000_layers, "6.335e-6", "6.336e-6"),
        "the law above, whose next term is a factor 1 + 2.1*log(n)/n",
        r"6.335 \cdot 10^{-6} < q_{1000} < 6.336 \cdot 10^{-6}",
        ("the map q -> Var f(sqrt(q) Z), iterated",),
        neighbours={
            "It is within half a per cent of a value 1 % larger.": partial(
                after_1000_layers, "6.37e-6", "6.434e-6"
            )
        },
    ),
)
