"""The theorems of the SELU paper, by branch and bound.

What a domain is and how a statement about it becomes inequalities on boxes is said in
:mod:`elu_sym.claims.chapters.self_normalization.domains`; the numbers are in
:mod:`elu_sym.claims.chapters.self_normalization.statements`.
"""

from collections.abc import Callable, Iterator
from functools import partial

from sympy import Derivative, Rational

from elu_sym.claims.chapters.self_normalization import domains, selu_layer as layer, statements
from elu_sym.claims.chapters.self_normalization.moment_map import input_variance
from elu_sym.claims.chapters.self_normalization.statements import IMAGE, MAIN, SINGULAR_VALUE
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import equal, less
from elu_sym.claims.kernel.language import Formula
from elu_sym.claims.statement import Statement
from elu_sym.claims.tactics import Tactic


def image_end(name: str, value: Rational, is_inside: bool) -> Formula:
    """A number is less than the mean or the variance after the layer, or more."""
    moment, _, end = name.partition("_")
    after = layer.mean_and_variance()[moment == "variance"]
    return less(value, after) if is_inside == (end == "max") else less(after, value)


def self_normalizes() -> Statement:
    """The image and the singular values, from outside and from inside."""
    mean, variance = (
        (IMAGE[f"{moment}_min"].outer, IMAGE[f"{moment}_max"].outer)
        for moment in ("mean", "variance")
    )
    boxes = [
        *domains.image_within(MAIN, mean, variance),
        *domains.singular_value_below(MAIN, SINGULAR_VALUE.outer),
    ]
    attained = [(each.place, image_end(name, each.inner, True)) for name, each in IMAGE.items()]
    attained.append((SINGULAR_VALUE.place, layer.exceeds(SINGULAR_VALUE.inner)))
    return layer.stated(
        layer.normalizes(MAIN, mean, variance, SINGULAR_VALUE.outer, boxes),
        *(layer.reached(MAIN, *each) for each in attained),
    )


def tightened(name: str) -> Statement:
    """The image ends 1 % closer to the fixed point."""
    percent = Rational(101 if name == "variance_min" else 99, 100)
    end = image_end(name, IMAGE[name].outer * percent, False)
    return layer.missed(layer.everywhere(MAIN, end), IMAGE[name].place)


def changes_less(theorem: str, claim: Callable[..., Formula], ratio: str) -> Statement:
    """The variance changes by more than it does."""
    domain, _ = statements.THEOREMS[theorem]
    return layer.missed(claim(domain, Rational(ratio)), statements.RATIOS[theorem].place)


def changes(
    theorem: str, claim: Callable[..., tuple[Formula, Tactic]]
) -> Iterator[tuple[Formula, Tactic]]:
    """By how much the variance shrinks or grows on a domain, and that the number is sharp."""
    domain, holds = statements.THEOREMS[theorem]
    ratio = statements.RATIOS[theorem]
    yield claim(domain, list(holds(domain, ratio.outer)), ratio.outer)
    _, variance = layer.mean_and_variance()
    inner = ratio.inner * input_variance
    sharp = less(inner, variance) if theorem == "shrinking" else less(variance, inner)
    yield layer.reached(domain, ratio.place, sharp)


KLAMBAUER = "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017"

CLAIMS = (
    Claim(
        "self_normalization.theorem",
        "The domain mu, omega in [-0.1, 0.1], nu in [0.8, 1.5], tau in [0.95, 1.1] is mapped into"
        " itself: the mean into [-0.03107, 0.06773], the variance into [0.8037, 1.482], which is"
        " the image to 4 digits; and the Jacobian by mu and nu has singular values below 0.8977,"
        " of which 0.8976 is exceeded.",
        self_normalizes,
        f"{KLAMBAUER}, theorem 1 and equations 8 to 11",
        neighbours={
            "The mean stays above a bound 1 % higher.": partial(tightened, "mean_min"),
            "The mean stays below a bound 1 % lower.": partial(tightened, "mean_max"),
            "The variance stays above a bound 1 % higher.": partial(tightened, "variance_min"),
            "The variance stays below a bound 1 % lower.": partial(tightened, "variance_max"),
            "The singular values stay below a bound 1 % lower.": lambda: layer.missed(
                layer.everywhere(MAIN, layer.contracts(Rational("0.8887"))), SINGULAR_VALUE.place
            ),
            "The mean does not depend on the variance.": lambda: layer.missed(
                layer.everywhere(
                    MAIN, equal(Derivative(layer.mean_and_variance()[0], input_variance), 0)
                ),
                SINGULAR_VALUE.place,
            ),
        },
    ),
    Claim(
        "self_normalization.variance_shrinks",
        "For mu in [-1, 1], omega in [-0.1, 0.1], nu in [3, 16], tau in [0.8, 1.25] the variance"
        " shrinks, to less than 0.9601 of nu; 0.96 is exceeded at mu = 1, omega = 0.1, nu = 3,"
        " tau = 1.25.",
        lambda: layer.stated(*changes("shrinking", layer.shrinking)),
        f"{KLAMBAUER}, theorem 2",
        neighbours={
            "It shrinks to less than 0.951 of nu, 1 % less.": partial(
                changes_less, "shrinking", layer.variance_shrinks, "0.951"
            )
        },
    ),
    Claim(
        "self_normalization.variance_grows",
        "For mu, omega in [-0.1, 0.1], nu in [0.02, 0.16], tau in [0.8, 1.25] the variance grows,"
        " to more than 1.158 times nu, and for nu in [0.02, 0.24], tau in [0.9, 1.25] to more than"
        " 1.208 times; 1.159 and 1.209 are missed at an end of the domain.",
        lambda: layer.stated(
            *changes("growing", layer.growing), *changes("growing_wider", layer.growing)
        ),
        f"{KLAMBAUER}, theorem 3",
        neighbours={
            "On the first domain it grows by a factor 1 % larger.": partial(
                changes_less, "growing", layer.variance_grows, "1.17"
            ),
            "On the second one it grows by a factor 1 % larger.": partial(
                changes_less, "growing_wider", layer.variance_grows, "1.22"
            ),
        },
    ),
)
