"""Textbook prices of European options, undiscounted: Bachelier and Black.

They are typed in from the literature, apart from anything that the project derives, so that an
equality with the formula book says something.

References:
    Bachelier: Théorie de la spéculation, 1900. Black, Scholes: The pricing of options and corporate
    liabilities, Journal of Political Economy 81 (1973). Black: The pricing of commodity contracts,
    Journal of Financial Economics 3 (1976).
"""

from sympy import Expr, exp, log

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.symbols import mu, sigma

FORWARD = exp(mu + sigma**2 / 2)
"""The mean of e^X."""

FORWARD_OF_SQUARE = exp(2 * mu + 2 * sigma**2)
"""The mean of e^{2X}, whose total volatility is 2 sigma."""


def bachelier_call(forward: Expr, strike: Expr, deviation: Expr) -> Expr:
    """The undiscounted price of a call in the Bachelier model.

    Examples:
        >>> from sympy import S
        >>> bachelier_call(mu, S.Zero, sigma)
        mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
    """
    d = (forward - strike) / deviation
    return (forward - strike) * NormalCdf(d) + deviation * NormalPdf(d)


def bachelier_put(forward: Expr, strike: Expr, deviation: Expr) -> Expr:
    """The undiscounted price of a put in the Bachelier model."""
    d = (forward - strike) / deviation
    return (strike - forward) * NormalCdf(-d) + deviation * NormalPdf(d)


def black_call(forward: Expr, strike: Expr, volatility: Expr) -> Expr:
    """The undiscounted price of a call in the Black model."""
    d1, d2 = _moneyness(forward, strike, volatility)
    return forward * NormalCdf(d1) - strike * NormalCdf(d2)


def black_put(forward: Expr, strike: Expr, volatility: Expr) -> Expr:
    """The undiscounted price of a put in the Black model.

    Examples:
        >>> from sympy import S
        >>> black_put(S.One, S.One, sigma)
        -NormalCdf(-sigma/2) + NormalCdf(sigma/2)
    """
    d1, d2 = _moneyness(forward, strike, volatility)
    return strike * NormalCdf(-d2) - forward * NormalCdf(-d1)


def _moneyness(forward: Expr, strike: Expr, volatility: Expr) -> tuple[Expr, Expr]:
    d1 = (log(forward) - log(strike)) / volatility + volatility / 2
    return d1, d1 - volatility
