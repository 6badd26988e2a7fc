"""Every symbol of the project with its assumptions, written down once.

A theorem is only as good as its hypotheses: that ``alpha`` is positive and ``x`` is real is said
here and nowhere else, and every derivation, proof and printed formula uses these objects. What a
user hands over instead goes through :func:`symbolic`, which never reads text.
"""

from numbers import Number
from typing import Any

from sympy import Expr, Symbol, sympify
from sympy.logic.boolalg import Boolean


def symbolic(value: Any, name: str) -> Expr:
    """What was given for an argument, as a SymPy expression.

    Args:
        value: an expression, or a number of Python, NumPy, mpmath or any other library that
            registers its numbers or converts them to SymPy's. ``sympy.sympify`` would run text as
            a program, so text is an error wherever it stands, and so is a container of anything.
        name: what the argument is called, for the message.

    Raises:
        TypeError: if the value is text, a condition, or anything else that is no expression.

    Examples:
        >>> from fractions import Fraction
        >>> symbolic(Fraction(1, 3), "alpha"), symbolic(x + 1, "g")
        (1/3, x + 1)
        >>> symbolic("x + 1", "g")
        Traceback (most recent call last):
            ...
        TypeError: g = 'x + 1' is of type str; give a SymPy expression or a number
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, Number) or hasattr(type(value), "_sympy_"):
        converted = sympify(value, strict=True)
        if isinstance(converted, Expr):
            return converted
    if isinstance(value, Boolean):
        raise TypeError(
            f"{name} = {value} is a condition; write what is taken where it holds and where it"
            f" does not, Piecewise((1, {value}), (0, True)) for its indicator"
        )
    raise TypeError(
        f"{name} = {value!r} is of type {type(value).__name__}; give a SymPy expression or a number"
    )


x = Symbol("x", real=True)
"""The pre-activation, the argument of the activation function."""

y = Symbol("y", real=True)
"""A value of the activation function, or a second pre-activation."""

z = Symbol("z", real=True)
"""The standardized variable, ``x = mu + sigma*z``."""


class Correlation(Symbol):
    """A symbol for a number between -1 and 1, the ends excluded.

    SymPy has no assumption that says so; the normal form takes the root of ``1 - r**2`` of such a
    symbol, and of no other.

    Examples:
        >>> Correlation("r").is_real
        True
    """

    __slots__ = ()

    def __new__(cls, name: str, **assumptions: bool) -> "Correlation":
        """A real symbol."""
        made: Correlation = super().__new__(cls, name, **{"real": True, **assumptions})
        return made


alpha = Symbol("alpha", positive=True)
"""The height of the floor of ELU, which lies at ``-alpha``."""

mu = Symbol("mu", real=True)
"""The mean of the Gaussian input."""

sigma = Symbol("sigma", positive=True)
"""The standard deviation of the Gaussian input."""

mu1, mu2 = Symbol("mu1", real=True), Symbol("mu2", real=True)
"""The means of two Gaussian inputs."""

sigma1, sigma2 = Symbol("sigma1", positive=True), Symbol("sigma2", positive=True)
"""The standard deviations of two Gaussian inputs."""

rho = Correlation("rho")
"""The correlation of two Gaussian inputs."""

slope = Symbol("slope", positive=True)
"""The slope of the leaky ReLU on the negative side."""

scale = Symbol("lambda", positive=True)
"""The factor in front of SELU, ``lambda`` in the literature."""

level = Symbol("level", positive=True)
"""What a derivative is compared with in P[f'(X) < level]."""

threshold = Symbol("c", negative=True)
"""Where a derivative that increases on the negative side passes a level."""

rate = Symbol("k", positive=True)
"""The rate of the exponential in the ansatz ``p + q*exp(k*x)``."""

offset = Symbol("p", real=True)
"""The constant of the ansatz ``p + q*exp(k*x)``."""

amplitude = Symbol("q", real=True)
"""The coefficient of the exponential in the ansatz ``p + q*exp(k*x)``."""

distance = Symbol("delta", positive=True)
"""A distance from the kink: ``-delta`` and ``delta`` approach it from either side."""

excess = Symbol("t", positive=True)
"""What parametrizes the complement: ``1 + t`` runs through (1, oo)."""

weight = Symbol("w", positive=True)
"""The probability of an atom at 0."""

height = Symbol("h", positive=True)
"""The height of the floor of a CELU that is compared with an ELU of another one."""

smoothness = Symbol("beta", positive=True)
"""The smoothness of a loss, the Lipschitz constant of its derivative."""

steepness = Symbol("G", positive=True)
"""A bound of the derivative of a loss."""

strike = Symbol("K", positive=True)
"""The price at which an option gives the right to trade."""

seed = Symbol("seed", integer=True, nonnegative=True)
"""What the random numbers of a run of an experiment were drawn from."""

learning_rate = Symbol("learning_rate", positive=True)
"""The learning rate of a run of an experiment."""
