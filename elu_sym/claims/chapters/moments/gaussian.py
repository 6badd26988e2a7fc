"""Expectations of ELU of a Gaussian, as statements write them."""

from sympy import Expr, Piecewise

from elu_sym.activations import Elu
from elu_sym.claims.formulas import Expectation
from elu_sym.symbols import alpha, mu, sigma, x

ELU = Elu(x, alpha)

BELOW = Piecewise((1, x < 0), (0, True))
"""The indicator of X < 0."""


def gaussian(body: Expr, location: Expr = mu, deviation: Expr = sigma) -> Expr:
    """E g(X)."""
    return Expectation(body, x, location, deviation)


def mean(location: Expr = mu, deviation: Expr = sigma, function: Expr = ELU) -> Expr:
    """E f(X)."""
    return gaussian(function, location, deviation)


def square(location: Expr = mu, deviation: Expr = sigma, function: Expr = ELU) -> Expr:
    """E f(X)^2."""
    return gaussian(function**2, location, deviation)


def variance(location: Expr = mu, deviation: Expr = sigma, function: Expr = ELU) -> Expr:
    """Var f(X)."""
    where = location, deviation, function
    return square(*where) - mean(*where) ** 2
