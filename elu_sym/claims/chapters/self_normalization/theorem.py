"""The theorems of the SELU paper, by covers.

What a domain is and how a statement about it becomes inequalities on boxes is said in
:mod:`elu_sym.claims.chapters.self_normalization.domains`; the numbers are in
:mod:`elu_sym.claims.chapters.self_normalization.statements`.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Rational, S

from elu_sym.book.formula import selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization import domains, statements
from elu_sym.claims.chapters.self_normalization.moment_map import input_variance, symbolic_jacobian
from elu_sym.claims.chapters.self_normalization.statements import IMAGE, MAIN, SINGULAR_VALUE
from elu_sym.claims.chapters.self_normalization.stored_boxes import covered
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.symbols import mu, sigma


def self_normalizes() -> Iterator[Assertion]:
    """The Jacobian is the book's; the image lies inside the domain; the Jacobian contracts."""
    jacobian = symbolic_jacobian()
    for moment, slopes in ((selu.mean, jacobian[:2]), (selu.variance, jacobian[2:])):
        yield Equality(moment.closed_form.diff(mu), slopes[0])
        yield Equality(moment.closed_form.diff(sigma) / (2 * sigma), slopes[1])
    yield Equality(selu.derivative_mean.closed_form, jacobian.mean_by_mean)
    yield from covered("snn_theorem", "image")
    yield from covered("snn_theorem", "singular_value")
    # The tight bounds lie within those of the domain.
    yield Positive(IMAGE["mean_min"].outer + MAIN.mu)
    yield Positive(MAIN.mu - IMAGE["mean_max"].outer)
    yield Positive(IMAGE["variance_min"].outer - MAIN.nu_min)
    yield Positive(MAIN.nu_max - IMAGE["variance_max"].outer)
    yield Positive(1 - SINGULAR_VALUE.outer)


def tightened(name: str) -> Assertion:
    """The image ends 1 % closer to the fixed point."""
    percent = Rational(101 if name == "variance_min" else 99, 100)
    return statements.image_bounded(name, IMAGE[name].outer * percent)


KLAMBAUER = "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017"

about_a_layer = partial(
    Claim,
    assumptions=(
        mu,
        input_variance,
        "omega and tau, the sum of the weights and of their squares",
        "Z ~ N(omega*mu, tau*nu)",
        "standard SELU",
    ),
)

CLAIMS = (
    about_a_layer(
        "self_normalization.theorem",
        "The domain mu, omega in [-0.1, 0.1], nu in [0.8, 1.5], tau in [0.95, 1.1] is mapped into"
        " itself: the mean into [-0.03107, 0.06773], the variance into [0.8037, 1.482], which is"
        " the image to 4 digits; and the Jacobian by mu and nu has singular values below 0.8977,"
        " of which 0.8976 is exceeded.",
        self_normalizes,
        f"{KLAMBAUER}, theorem 1 and equations 8 to 11",
        r"\tilde\mu \in [-0.03107, 0.06773],\quad \tilde\nu \in [0.8037, 1.482],\quad"
        r" \sigma_{\max}(J) < 0.8977",
        conclusion="omega*mu and tau*nu run through the boxes; a trace and a determinant that are"
        " positive make a matrix positive",
        neighbours={
            "The mean stays above a bound 1 % higher.": partial(tightened, "mean_min"),
            "The mean stays below a bound 1 % lower.": partial(tightened, "mean_max"),
            "The variance stays above a bound 1 % higher.": partial(tightened, "variance_min"),
            "The variance stays below a bound 1 % lower.": partial(tightened, "variance_max"),
            "The singular values stay below a bound 1 % lower.": lambda: [
                each
                for each in domains.singular_value_below(MAIN, Rational("0.8887"))
                if each.kind == "determinant"
            ],
            "The mean does not depend on the variance.": lambda: Equality(
                selu.mean.closed_form.diff(sigma), S.Zero
            ),
        },
    ),
    about_a_layer(
        "self_normalization.variance_shrinks",
        "For mu in [-1, 1], omega in [-0.1, 0.1], nu in [3, 16], tau in [0.8, 1.25] the variance"
        " shrinks, to less than 0.9601 of nu; 0.96 is exceeded at mu = 1, omega = 0.1, nu = 3,"
        " tau = 1.25.",
        partial(covered, "snn_side_theorems", "shrinking"),
        f"{KLAMBAUER}, theorem 2",
        r"\tilde\nu < 0.9601\,\nu",
        conclusion="omega*mu and tau*nu run through the boxes",
        neighbours={
            "It shrinks to less than 0.951 of nu, 1 % less.": partial(
                domains.variance_shrinks, statements.SHRINKING, Rational("0.951")
            )
        },
    ),
    about_a_layer(
        "self_normalization.variance_grows",
        "For mu, omega in [-0.1, 0.1], nu in [0.02, 0.16], tau in [0.8, 1.25] the variance grows,"
        " to more than 1.158 times nu, and for nu in [0.02, 0.24], tau in [0.9, 1.25] to more than"
        " 1.208 times; 1.159 and 1.209 are missed at an end of the domain.",
        lambda: [
            *covered("snn_side_theorems", "growing"),
            *covered("snn_side_theorems", "growing_wider"),
        ],
        f"{KLAMBAUER}, theorem 3",
        r"\tilde\nu > 1.158\,\nu, \quad \tilde\nu > 1.208\,\nu",
        conclusion="omega*mu and tau*nu run through the boxes",
        neighbours={
            "On the first domain it grows by a factor 1 % larger.": partial(
                domains.variance_grows, statements.GROWING, Rational("1.17")
            ),
            "On the second one it grows by a factor 1 % larger.": partial(
                domains.variance_grows, statements.GROWING_WIDER, Rational("1.22")
            ),
        },
    ),
)
