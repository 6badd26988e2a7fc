"""What is published of every activation: each quantity by its definition, and nothing else.

A quantity is an expectation of one function g(X), or an identity between such expectations. No
closed form stands here: those are derived. ``python -m elu_sym.generate`` writes the code of every
quantity in this list, and says what is missing where it cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sympy


class Quantity(NamedTuple):
    """What a formula is, for any activation f and X ~ N(mu, sigma**2).

    Attributes:
        name: the name in the field.
        statement: what it is, in words.
        notation: what it is, in LaTeX.
        define: for an expectation E g(X), from the activation and x to g(x); for an identity,
            from the closed forms of its parts to that of the quantity.
        parts: for an identity, the names of the formulas that it is made of.
        published: whether it is in the book for its own sake, with a numeric function, and not
            only as a part of another.
        leading: the names of the arguments before mu, positive numbers. What depends on one is the
            probability of an event, and its formula is by cases; ``define`` gives the indicator.
    """

    name: str
    statement: str
    notation: str
    define: Callable[..., Any]
    parts: tuple[str, ...] = ()
    published: bool = True
    leading: tuple[str, ...] = ()

    @property
    def by_cases(self) -> bool:
        """Whether the closed form depends on how the arguments are ordered."""
        return bool(self.leading)

    def combined(self, *parts: Any) -> Any:
        """For an identity, the quantity from its parts."""
        return self.define(*parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """One of the list travels by its name; what defines it is a function."""
        listed = any(self is quantity for quantity in QUANTITIES)
        return (_quantity, (self.name,)) if listed else (Quantity, tuple(self))


def _quantity(name: str) -> Quantity:
    return next(quantity for quantity in QUANTITIES if quantity.name == name)


def _absolute(value: Any, x: sympy.Expr) -> sympy.Expr:
    """The absolute value, piece by piece where a piece has one sign: it leaves 0 with that sign."""
    from sympy import Dummy, Piecewise, S

    parameters, pieces = value.args[1:], []
    below, above = Dummy(negative=True), Dummy(nonnegative=True)
    for piece, place, outwards in ((value.left, below, -1), (value.right, above, 1)):
        inside, start = piece(place, *parameters), piece(S.Zero, *parameters)
        slope = outwards * inside.diff(place)
        if inside.is_nonnegative or (start.is_nonnegative and slope.is_nonnegative):
            pieces.append(value)
        elif inside.is_nonpositive or (start.is_nonpositive and slope.is_nonpositive):
            pieces.append(-value)
        else:
            return abs(value)
    return Piecewise((pieces[0], x < 0), (pieces[1], True))


def _below_level(value: sympy.Expr) -> sympy.Expr:
    """The indicator function of the event that a value is below the level."""
    from sympy import Piecewise

    from elu_sym.symbols import level

    return Piecewise((1, value < level), (0, True))


def _below_zero(value: sympy.Expr, x: sympy.Expr) -> sympy.Expr:
    from sympy import Heaviside

    return value * Heaviside(-x)


QUANTITIES = (
    Quantity("mean", "the mean of f(X)", r"\mathbb{E} f(X)", lambda f, x: f(x)),
    Quantity(
        "absolute_mean",
        "the mean of the absolute value of f(X)",
        r"\mathbb{E} |f(X)|",
        lambda f, x: _absolute(f(x), x),
    ),
    Quantity(
        "second_moment", "the mean of f(X) squared", r"\mathbb{E} f(X)^2", lambda f, x: f(x) ** 2
    ),
    Quantity(
        "variance",
        "the variance of f(X)",
        r"\operatorname{Var} f(X)",
        lambda second_moment, mean: second_moment - mean**2,
        parts=("second_moment", "mean"),
    ),
    Quantity(
        "std",
        "the standard deviation of f(X)",
        r"\operatorname{std} f(X)",
        lambda variance: variance ** Fraction(1, 2),
        parts=("variance",),
    ),
    Quantity(
        "third_moment", "the mean of f(X) cubed", r"\mathbb{E} f(X)^3", lambda f, x: f(x) ** 3
    ),
    Quantity(
        "fourth_moment",
        "the mean of the fourth power of f(X)",
        r"\mathbb{E} f(X)^4",
        lambda f, x: f(x) ** 4,
    ),
    Quantity(
        "derivative_mean",
        "the mean of the derivative of f(X)",
        r"\mathbb{E} f'(X)",
        lambda f, x: f(x).diff(x),
    ),
    Quantity(
        "derivative_second_moment",
        "the mean of the squared derivative of f(X)",
        r"\mathbb{E} f'(X)^2",
        lambda f, x: f(x).diff(x) ** 2,
    ),
    Quantity(
        "product_moment",
        "the mean of X times f(X)",
        r"\mathbb{E} X f(X)",
        lambda f, x: x * f(x),
        published=False,
    ),
    Quantity(
        "input_mean",
        "the mean of X, whatever f(X)",
        r"\mathbb{E} X",
        lambda f, x: x,
        published=False,
    ),
    Quantity(
        "covariance",
        "the covariance of X and f(X)",
        r"\operatorname{Cov}(X, f(X))",
        lambda product_moment, input_mean, mean: product_moment - input_mean * mean,
        parts=("product_moment", "input_mean", "mean"),
    ),
    Quantity(
        "negative_probability",
        "the probability that X < 0, whatever f(X)",
        r"P(X < 0)",
        lambda f, x: _below_zero(x**0, x),
        published=False,
    ),
    Quantity(
        "negative_partial_mean",
        "the mean of f(X) where X < 0 and of 0 elsewhere",
        r"\mathbb{E}[f(X); X < 0]",
        lambda f, x: _below_zero(f(x), x),
        published=False,
    ),
    Quantity(
        "negative_mean",
        "the mean of f(X) given X < 0",
        r"\mathbb{E}[f(X) \mid X < 0]",
        lambda partial_mean, probability: partial_mean / probability,
        parts=("negative_partial_mean", "negative_probability"),
    ),
    Quantity(
        "derivative_below",
        "the probability that the derivative of f(X) is below level",
        r"P[f'(X) < \mathrm{level}]",
        lambda f, x: _below_level(f(x).diff(x)),
        leading=("level",),
    ),
)
"""Every quantity, the parts of an identity before the identity."""
