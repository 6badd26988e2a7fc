"""ELU of a Gaussian as a portfolio of options: a call on X less alpha puts on the lognormal e^X.

With X ~ N(mu, sigma^2), X is the Bachelier model of a price with forward mu, and e^X the Black
model with forward e^{mu + sigma^2/2}, both undiscounted and with the total deviation sigma over the
life of the option. The prices are typed in from textbooks, apart from anything that the project
derives, so that an equality with the formula book says something.

References:
    Bachelier: Théorie de la spéculation, 1900. Black, Scholes: The pricing of options and corporate
    liabilities, Journal of Political Economy 81 (1973). Black: The pricing of commodity contracts,
    Journal of Financial Economics 3 (1976).
    Breeden, Litzenberger: Prices of state-contingent claims implicit in option prices, Journal of
    Business 51 (1978). Carr, Madan: Towards a theory of volatility trading, 1998.
"""

from collections.abc import Iterator

from sympy import Expr, Heaviside, Rational, S, diff, exp, log, oo, pi, sqrt

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book.formula import derivative_mean, mean, relu, second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules import elementary
from elu_sym.claims.rules.calculus import PositiveFromKink
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE, Equality, Positive, Side
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.symbols import alpha, excess, mu, sigma, slack, strike, x

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


ELU, PERCENT_MORE = Elu(x, alpha), Rational(101, 100)

CALL = bachelier_call(mu, S.Zero, sigma)
PUT = black_put(FORWARD, S.One, sigma)
PORTFOLIO = CALL - alpha * PUT

BACHELIER_PARITY = bachelier_call(mu, strike, sigma) - bachelier_put(mu, strike, sigma)
BLACK_PARITY = black_call(FORWARD, strike, sigma) - black_put(FORWARD, strike, sigma)

EXPONENTIAL_BELOW = FORWARD * NormalCdf(-mu / sigma - sigma)
"""E[e^X; X < 0]."""


def mean_is(portfolio: Expr) -> Equality:
    """That a price is the mean that the book derives from the definition."""
    return Equality(mean.closed_form, portfolio)


def second_moment_is(puts: Expr) -> Equality:
    """That E f^2 is E X_+^2 and the price of so many times alpha^2 puts."""
    return Equality(second_moment.closed_form, relu.second_moment.closed_form + alpha**2 * puts)


def shifted_square() -> Expr:
    """E (X - K)_+^2."""
    return relu.second_moment.closed_form.xreplace({mu: mu - strike})


def second_moment_portfolio() -> Iterator[Assertion]:
    """The squared put as puts, and an antiderivative of the calls in the strike."""
    shifted = shifted_square()
    yield Equality((1 - exp(x)) ** 2, 2 * (1 - exp(x)) - (1 - exp(2 * x)))
    yield second_moment_is(2 * PUT - black_put(FORWARD_OF_SQUARE, S.One, 2 * sigma))
    yield Equality(diff(shifted, strike) / 2, -bachelier_call(mu, strike, sigma))
    yield GaussianLimit(shifted, strike, oo, S.Zero)
    yield GaussianLimit(shifted, strike, S.Zero, relu.second_moment.closed_form)


def lognormal_density_is(density: Expr) -> Equality:
    """The second derivative of the price of a Black call in the strike."""
    return Equality(diff(black_call(FORWARD, strike, sigma), strike, 2), density)


def greeks() -> Iterator[Assertion]:
    """The derivatives of the price are expectations of derivatives, the atom at 0 included."""
    gamma = diff(PORTFOLIO, mu, 2)
    yield mean_is(PORTFOLIO)
    yield Equality(diff(PORTFOLIO, mu), derivative_mean.closed_form)
    yield GaussianMean(ELU.diff(x), diff(PORTFOLIO, mu))
    yield GaussianMean(ELU.diff(x, 2), gamma)
    yield Equality(gamma, _atom(alpha) + alpha * EXPONENTIAL_BELOW)
    yield Equality(diff(PORTFOLIO, sigma), sigma * gamma)


def _atom(height: Expr) -> Expr:
    """What the jump of the derivative contributes to E f'': its height times the density at 0."""
    return (1 - height) * NormalPdf(mu / sigma) / sigma


def _vega(height: Expr) -> Expr:
    """The vega of the mean in the formula book, for this many puts."""
    return diff(mean.closed_form, sigma).xreplace({alpha: height})


def vega_has_sign(sign: int, height: Expr) -> PositiveGaussianMean:
    """That the vega for this many puts, as an expectation of f'', is positive or negative."""
    return PositiveGaussianMean(sign * _vega(height) / sigma, sign * Elu(x, height).diff(x, 2))


def vega_falls_to(limit: Expr, height: Expr) -> EventuallyNegative:
    """That at mu = 0 the vega is negative where sigma is small."""
    return EventuallyNegative(_vega(height).subs(mu, S.Zero), sigma, S.Zero, limit / sqrt(2 * pi))


def vega_positive_only_for_small_alpha() -> Iterator[Assertion]:
    """Both parts of E f'' have a sign up to alpha = 1; beyond it the atom outweighs the rest."""
    yield from elementary.both_conditions()
    parts = _atom(AT_MOST_ONE) + AT_MOST_ONE * EXPONENTIAL_BELOW
    yield Equality(_vega(AT_MOST_ONE), sigma * parts)
    yield elementary.NonNegative(1 - AT_MOST_ONE)
    yield PositiveGaussianMean(EXPONENTIAL_BELOW, exp(x) * Heaviside(-x))
    yield Positive(AT_MOST_ONE)
    yield vega_falls_to(-excess, ABOVE_ONE)


CLAIMS = (
    Claim(
        "options.payoff",
        "ELU is the payoff of a call on x struck at 0 less alpha puts on e^x struck at 1:"
        " f(x) = x_+ - alpha (1 - e^x)_+.",
        # Which option pays on which side, and what the portfolio then is.
        [
            PositiveFromKink(1 - exp(x), Side.LEFT),
            Equality(ELU, Relu(x) - alpha * (1 - exp(x)), Side.LEFT),
            PositiveFromKink(exp(x) - 1, Side.RIGHT),
            Equality(ELU, Relu(x), Side.RIGHT),
        ],
        "Clevert, Unterthiner, Hochreiter 2016, equation 15, read as a payoff",
        latex=r"f(x) = x_+ - \alpha\,(1 - e^x)_+",
        assumptions=(x, alpha),
        neighbours={
            "One put is sold, whatever alpha.": Equality(ELU, Relu(x) - (1 - exp(x)), Side.LEFT),
            "The puts are bought.": Equality(ELU, Relu(x) + alpha * (1 - exp(x)), Side.LEFT),
        },
    ),
    Claim(
        "options.mean_portfolio",
        "The mean of ELU is a Bachelier call with forward mu struck at 0 less alpha Black puts"
        " with forward e^(mu + sigma^2/2) struck at 1, undiscounted and of total deviation sigma.",
        lambda: mean_is(PORTFOLIO),
        "Bachelier 1900; Black 1976; Black, Scholes 1973",
        latex=r"\mathbb{E} f(X) = C_{\mathrm{Bachelier}}(\mu, 0, \sigma)"
        r" - \alpha\,P_{\mathrm{Black}}(e^{\mu + \sigma^2/2}, 1, \sigma)",
        assumptions=(mu, sigma, alpha),
        neighbours={
            "The forward of the put is e^mu, the exponential of the mean.": lambda: mean_is(
                CALL - alpha * black_put(exp(mu), S.One, sigma)
            ),
            "The puts are struck 1 % higher.": lambda: mean_is(
                CALL - alpha * black_put(FORWARD, PERCENT_MORE, sigma)
            ),
            "The call too is one of the Black model.": lambda: mean_is(
                black_call(FORWARD, S.One, sigma) - alpha * PUT
            ),
        },
    ),
    Claim(
        "options.second_moment_portfolio",
        "The second moment of ELU is twice the integral of Bachelier calls over all strikes from 0"
        " to oo plus alpha^2 times two puts on e^X less one put on e^(2X), all struck at 1.",
        second_moment_portfolio,
        "Breeden, Litzenberger 1978; Bachelier 1900; Black 1976",
        latex=r"\mathbb{E} f(X)^2 = 2 \int_0^\infty C(\mu, K, \sigma)\,dK"
        r" + \alpha^2 \left(2 P[e^X] - P[e^{2X}]\right)",
        assumptions=(mu, sigma, alpha, strike),
        conclusion="fundamental theorem of calculus, with the limits of the antiderivative at both"
        " ends",
        neighbours={
            "The integral of the calls counts once.": lambda: Equality(
                diff(shifted_square(), strike), -bachelier_call(mu, strike, sigma)
            ),
            "Two puts on e^X do, without the put on e^(2X).": lambda: second_moment_is(2 * PUT),
            "The put on e^(2X) has the volatility of e^X.": lambda: second_moment_is(
                2 * PUT - black_put(FORWARD_OF_SQUARE, S.One, sigma)
            ),
        },
    ),
    Claim(
        "options.put_call_parity",
        "A call less a put is the forward less the strike, in the Bachelier and in the"
        " Black model, at every strike K > 0.",
        [Equality(BACHELIER_PARITY, mu - strike), Equality(BLACK_PARITY, FORWARD - strike)],
        "Stoll 1969; Black 1976",
        latex=r"C - P = F - K",
        assumptions=(mu, sigma, strike),
        neighbours={
            "The strike counts 1 % more.": Equality(BLACK_PARITY, FORWARD - PERCENT_MORE * strike),
            "It is e^mu less the strike.": Equality(BLACK_PARITY, exp(mu) - strike),
        },
    ),
    Claim(
        "options.density_from_prices",
        "The second derivative of the price of a call in the strike is the density of the"
        " underlying at the strike: normal in the Bachelier, lognormal in the Black model.",
        lambda: [
            Equality(
                diff(bachelier_call(mu, strike, sigma), strike, 2),
                NormalPdf((mu - strike) / sigma) / sigma,
            ),
            lognormal_density_is(NormalPdf((log(strike) - mu) / sigma) / (sigma * strike)),
        ],
        "Breeden, Litzenberger 1978",
        latex=r"\frac{\partial^2 C}{\partial K^2} = p(K)",
        assumptions=(mu, sigma, strike),
        neighbours={
            "In the Black model it is the density of log K, without the factor 1/K.": lambda: (
                lognormal_density_is(NormalPdf((log(strike) - mu) / sigma) / sigma)
            )
        },
    ),
    Claim(
        "options.greeks",
        "The delta of the portfolio is E f'(X), its gamma E f''(X) with the atom (1 -"
        " alpha) of f'' at 0 counted, and its vega sigma times its gamma.",
        greeks,
        "Black, Scholes 1973; Price 1958",
        latex=r"\partial_\mu \mathbb{E} f = \mathbb{E} f', \quad \partial_\sigma \mathbb{E} f ="
        r" \sigma\,\mathbb{E} f'', \quad \mathbb{E} f'' = (1 -"
        r" \alpha)\,\tfrac{1}{\sigma}\varphi(\mu/\sigma) + \alpha\,\mathbb{E}[e^X; X < 0]",
        assumptions=(mu, sigma, alpha),
        neighbours={
            "The gamma is alpha E[e^X; X < 0], without the atom.": lambda: Equality(
                diff(PORTFOLIO, mu, 2), alpha * EXPONENTIAL_BELOW
            ),
            "Vega is gamma.": lambda: Equality(diff(PORTFOLIO, sigma), diff(PORTFOLIO, mu, 2)),
            "The delta is the probability that X > 0, that of the call alone.": lambda: Equality(
                diff(PORTFOLIO, mu), NormalCdf(mu / sigma)
            ),
        },
    ),
    Claim(
        "options.vega_positive_only_for_small_alpha",
        "More volatility raises the mean, at every mu and sigma, if and only if alpha <= 1: for"
        " alpha > 1 the vega at mu = 0 tends to -(alpha - 1)/sqrt(2 pi) as sigma -> 0+.",
        vega_positive_only_for_small_alpha,
        "Jensen 1906, since ELU is convex for alpha <= 1; Merton 1973 for options",
        latex=r"\partial_\sigma \mathbb{E} f > 0 \;\forall \mu, \sigma \iff \alpha \le 1, \quad"
        r" \lim_{\sigma \to 0^+} \partial_\sigma \mathbb{E} f\big|_{\mu = 0} = -\frac{\alpha -"
        r" 1}{\sqrt{2\pi}}",
        assumptions=(mu, sigma, slack, excess, "alpha = 1/(1 + s) or 1 + t"),
        conclusion="a sum of two parts, one positive and one not negative; a negative limit is"
        " negative for some sigma",
        neighbours={
            "It raises the mean at every mu and sigma for every alpha <= 2.": lambda: vega_has_sign(
                +1, 2 * AT_MOST_ONE
            ),
            "It lowers the mean at every mu and sigma for alpha <= 1.": lambda: vega_has_sign(
                -1, AT_MOST_ONE
            ),
            "It lowers the mean at mu = 0 and small sigma for alpha <= 1 too.": lambda: (
                vega_falls_to(1 - AT_MOST_ONE, AT_MOST_ONE)
            ),
            "It raises the mean for every alpha, as an option.": lambda: vega_has_sign(+1, alpha),
            "It lowers the mean for every alpha: puts are sold.": lambda: vega_has_sign(-1, alpha),
        },
    ),
)
