"""What is published of two jointly normal inputs: each quantity by its definition.

A quantity is an expectation of a function g(X, Y), or an identity between such expectations and
expectations of one input. No closed form stands here: those are derived.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from elu_sym.numeric.operations import FloatArray

if TYPE_CHECKING:
    from elu_sym.book.activation_pieces import ActivationPieces
    from elu_sym.book.formula import Activation

Law = tuple[Any, Any, Any, Any, Any, Any]
"""mu1, sigma1, mu2, sigma2, rho and its complement, the root of 1 - rho^2."""


class Marginal(NamedTuple):
    """One input and its activation: formulas of one input by name, as numbers.

    Examples:
        >>> from elu_sym import relu
        >>> Marginal(relu, 0.0, 2.0, ()).derivative_mean
        np.float64(0.5)
    """

    activation: Activation
    mu: Any
    sigma: Any
    parameters: tuple[Any, ...]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.activation, name)(self.mu, self.sigma, *self.parameters)

    @property
    def pieces(self) -> ActivationPieces:
        """The pieces of the activation.

        Raises:
            UnsuitableActivationError: if its definition has pieces of another shape.
        """
        from elu_sym.book.activation_pieces import activation_pieces

        return activation_pieces(self.activation, self.parameters)


class JointQuantity(NamedTuple):
    """What a formula of two inputs is, for any activations f and g and X, Y jointly normal.

    Attributes:
        name: the name in the field.
        statement: what it is, in words.
        notation: what it is, in LaTeX.
        define: for an expectation, from the activations, x and y to the function of x and y; for
            an identity, from the closed forms of its parts to that of the quantity.
        parts: for an identity, the names of what it is made of: a quantity of this list, or of one
            input, as ``first.mean`` and ``second.mean``.
        evaluate: its numbers, from the law and the two marginals; None for a part alone.
        symmetric: whether exchanging the inputs changes nothing where f is g.
        bound: what its error is at most, beside a factor 1e-13, in words.
        norm: the same as a number, from the two marginals.
    """

    name: str
    statement: str
    notation: str
    define: Callable[..., Any]
    parts: tuple[str, ...] = ()
    evaluate: Callable[[Law, Marginal, Marginal], FloatArray] | None = None
    symmetric: bool = False
    bound: str = ""
    norm: Callable[[Marginal, Marginal], Any] | None = None

    @property
    def published(self) -> bool:
        """Whether it is there for its own sake, and not only as a part of another."""
        return self.evaluate is not None

    def combined(self, *parts: Any) -> Any:
        """For an identity, the quantity from its parts."""
        return self.define(*parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels by its name; what defines it is a function."""
        return _joint_quantity, (self.name,)


def _joint_quantity(name: str) -> JointQuantity:
    return next(quantity for quantity in JOINT_QUANTITIES if quantity.name == name)


def _computed(quantity: str) -> Callable[[Law, Marginal, Marginal], FloatArray]:
    """The numbers of a quantity of :mod:`elu_sym.numeric.joint_expectations`."""

    def evaluate(law: Law, first: Marginal, second: Marginal) -> FloatArray:
        from elu_sym.numeric.joint_expectations import joint_expectation

        return joint_expectation(quantity, law, first.pieces, second.pieces)

    return evaluate


def _by_stein(law: Law, first: Marginal, second: Marginal) -> FloatArray:
    """Cov(X, g(Y)) = Cov(X, Y) E g'(Y)."""
    with np.errstate(over="ignore"):
        numbers: FloatArray = law[4] * law[1] * (law[3] * second.derivative_mean)
    return numbers


JOINT_QUANTITIES = (
    JointQuantity(
        "kernel",
        "the mean of f(X) times g(Y)",
        r"\mathbb{E}\, f(X)\, g(Y)",
        lambda f, g, x, y: f(x) * g(y),
        evaluate=_computed("kernel"),
        symmetric=True,
        bound="the root of E f(X)^2 E g(Y)^2",
        norm=lambda f, g: f.second_moment**0.5 * g.second_moment**0.5,
    ),
    JointQuantity(
        "derivative_kernel",
        "the mean of the derivative of f(X) times the derivative of g(Y)",
        r"\mathbb{E}\, f'(X)\, g'(Y)",
        lambda f, g, x, y: f(x).diff(x) * g(y).diff(y),
        evaluate=_computed("derivative_kernel"),
        symmetric=True,
        bound="the root of E f'(X)^2 E g'(Y)^2",
        norm=lambda f, g: f.derivative_second_moment**0.5 * g.derivative_second_moment**0.5,
    ),
    JointQuantity(
        "cross_kernel",
        "the mean of f(X) times the derivative of g(Y)",
        r"\mathbb{E}\, f(X)\, g'(Y)",
        lambda f, g, x, y: f(x) * g(y).diff(y),
        evaluate=_computed("cross_kernel"),
        bound="the root of E f(X)^2 E g'(Y)^2",
        norm=lambda f, g: f.second_moment**0.5 * g.derivative_second_moment**0.5,
    ),
    JointQuantity(
        "joint_covariance",
        "the covariance of f(X) and g(Y)",
        r"\operatorname{Cov}(f(X), g(Y))",
        lambda kernel, first_mean, second_mean: kernel - first_mean * second_mean,
        parts=("kernel", "first.mean", "second.mean"),
        evaluate=_computed("covariance"),
        symmetric=True,
        bound="the root of Var f(X) Var g(Y)",
        norm=lambda f, g: f.std * g.std,
    ),
    JointQuantity(
        "distance",
        "the mean of the squared difference of f(X) and g(Y)",
        r"\mathbb{E}\, (f(X) - g(Y))^2",
        lambda first_square, second_square, kernel: first_square + second_square - 2 * kernel,
        parts=("first.second_moment", "second.second_moment", "kernel"),
        evaluate=_computed("distance"),
        symmetric=True,
        bound="itself where X and Y are alike and the correlation is positive, and else of"
        " E f(X)^2 + E g(Y)^2",
        norm=lambda f, g: f.second_moment + g.second_moment,
    ),
    JointQuantity(
        "input_kernel",
        "the mean of X times g(Y)",
        r"\mathbb{E}\, X\, g(Y)",
        lambda f, g, x, y: x * g(y),
    ),
    JointQuantity(
        "input_covariance",
        "the covariance of X and g(Y)",
        r"\operatorname{Cov}(X, g(Y))",
        lambda input_kernel, input_mean, second_mean: input_kernel - input_mean * second_mean,
        parts=("input_kernel", "first.input_mean", "second.mean"),
        evaluate=_by_stein,
        bound="the product of the standard deviations of X and g(Y)",
        norm=lambda f, g: f.sigma * g.std,
    ),
)
"""Every quantity of two inputs, the parts of an identity before the identity."""
