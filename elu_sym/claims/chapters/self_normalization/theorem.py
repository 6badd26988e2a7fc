"""The theorems of the SELU paper, by covers.

What a domain is and how a statement about it becomes inequalities on boxes is said in
:mod:`elu_sym.claims.chapters.self_normalization.domains`; the numbers are in
:mod:`elu_sym.claims.chapters.self_normalization.statements`.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Rational

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.domains import (
    singular_value_below,
    variance_grows,
    variance_shrinks,
)
from elu_sym.claims.chapters.self_normalization.moment_map import KLAMBAUER, input_variance
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING,
    GROWING_WIDER,
    IMAGE,
    MAIN,
    SHRINKING,
    SINGULAR_VALUE,
    image_bounded,
)
from elu_sym.claims.chapters.self_normalization.stored_boxes import covered
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Positive
from elu_sym.symbols import mu

LAYER = (
    mu,
    input_variance,
    "omega and tau, the sum of the weights and of their squares",
    "Z ~ N(omega*mu, tau*nu)",
    "standard SELU",
)


def self_normalizes() -> Iterator[Assertion]:
    """The image lies inside the domain, since the tight bounds do; the Jacobian contracts."""
    yield from covered("snn_theorem", "image")
    yield from covered("snn_theorem", "singular_value")
    low, high = MAIN.variances
    yield Positive(IMAGE["mean_min"].outer + MAIN.mean)
    yield Positive(MAIN.mean - IMAGE["mean_max"].outer)
    yield Positive(IMAGE["variance_min"].outer - low)
    yield Positive(high - IMAGE["variance_max"].outer)
    yield Positive(1 - SINGULAR_VALUE.outer)


def grows() -> Iterator[Assertion]:
    """On both domains."""
    yield from covered("snn_side_theorems", "growing")
    yield from covered("snn_side_theorems", "growing_wider")


def tightened(name: str) -> Assertion:
    """The image ends 1 % closer to the fixed point."""
    percent = Rational(101 if name == "variance_min" else 99, 100)
    return image_bounded(name, IMAGE[name].outer * percent)


CLAIMS = (
    Claim(
        id="self_normalization.theorem",
        statement="The domain mu, omega in [-0.1, 0.1], nu in [0.8, 1.5], tau in [0.95, 1.1] is"
        " mapped into itself: the mean into [-0.03107, 0.06773], the variance into [0.8037,"
        " 1.482], which is the image to 4 digits; and the Jacobian by mu and nu has singular"
        " values below 0.8977, of which 0.8976 is exceeded.",
        latex=r"\tilde\mu \in [-0.03107, 0.06773],\quad \tilde\nu \in [0.8037, 1.482],\quad"
        r" \sigma_{\max}(J) < 0.8977",
        assumptions=LAYER,
        proof=self_normalizes,
        source=f"{KLAMBAUER}, theorem 1",
        neighbours={
            "The mean stays above a bound 1 % higher.": lambda: tightened("mean_min"),
            "The mean stays below a bound 1 % lower.": lambda: tightened("mean_max"),
            "The variance stays above a bound 1 % higher.": lambda: tightened("variance_min"),
            "The variance stays below a bound 1 % lower.": lambda: tightened("variance_max"),
            "The singular values stay below a bound 1 % lower.": lambda: [
                each
                for each in singular_value_below(MAIN, Rational("0.8887"))
                if each.kind == "determinant"
            ],
        },
    ),
    Claim(
        id="self_normalization.variance_shrinks",
        statement="For mu in [-1, 1], omega in [-0.1, 0.1], nu in [3, 16], tau in [0.8, 1.25] the"
        " variance shrinks, to less than 0.9601 of nu; 0.96 is exceeded at mu = 1, omega = 0.1,"
        " nu = 3, tau = 1.25.",
        latex=r"\tilde\nu < 0.9601\,\nu",
        assumptions=LAYER,
        proof=partial(covered, "snn_side_theorems", "shrinking"),
        source=f"{KLAMBAUER}, theorem 2",
        neighbours={
            "It shrinks to less than 0.951 of nu, 1 % less.": partial(
                variance_shrinks, SHRINKING, Rational("0.951")
            )
        },
    ),
    Claim(
        id="self_normalization.variance_grows",
        statement="For mu, omega in [-0.1, 0.1], nu in [0.02, 0.16], tau in [0.8, 1.25] the"
        " variance grows, to more than 1.158 times nu, and for nu in [0.02, 0.24], tau in [0.9,"
        " 1.25] to more than 1.208 times; 1.159 and 1.209 are missed at an end of the domain.",
        latex=r"\tilde\nu > 1.158\,\nu, \quad \tilde\nu > 1.208\,\nu",
        assumptions=LAYER,
        proof=grows,
        source=f"{KLAMBAUER}, theorem 3",
        neighbours={
            "On the first domain it grows by a factor 1 % larger.": partial(
                variance_grows, GROWING, Rational("1.17")
            ),
            "On the second one it grows by a factor 1 % larger.": partial(
                variance_grows, GROWING_WIDER, Rational("1.22")
            ),
        },
    ),
)
