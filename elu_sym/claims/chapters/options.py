"""ELU of a Gaussian as a portfolio of options: a call on X less alpha puts on the lognormal e^X.

With X ~ N(mu, sigma^2), X is the Bachelier model of a price with forward mu, and e^X the Black
model with forward e^{mu + sigma^2/2}, both undiscounted and with the total deviation sigma over the
life of the option. The prices are those of :mod:`elu_sym.claims.chapters.option_prices`, the
moments those of the formula book.

References:
    Breeden, Litzenberger: Prices of state-contingent claims implicit in option prices, Journal of
    Business 51 (1978). Carr, Madan: Towards a theory of volatility trading, 1998.
"""

from collections.abc import Iterator

from sympy import Expr, Heaviside, Interval, Rational, S, diff, exp, log, oo, pi, sqrt

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book.formula import derivative_mean, mean, relu, second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.option_prices import (
    FORWARD,
    FORWARD_OF_SQUARE,
    bachelier_call,
    bachelier_put,
    black_call,
    black_put,
)
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE, RunsThrough
from elu_sym.claims.rules.elementary import Equality, NonNegative, Positive, Side
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.sign_analysis import PositiveFromKink
from elu_sym.symbols import alpha, excess, mu, sigma, slack, strike, x

CALL = bachelier_call(mu, S.Zero, sigma)
PUT = black_put(FORWARD, S.One, sigma)
PUT_ON_SQUARE = black_put(FORWARD_OF_SQUARE, S.One, 2 * sigma)


def payoff() -> Iterator[Assertion]:
    """Which option pays on which side, and what the portfolio then is."""
    yield PositiveFromKink(1 - exp(x), Side.LEFT)
    yield Equality(Elu(x, alpha), Relu(x) - alpha * (1 - exp(x)), Side.LEFT)
    yield PositiveFromKink(exp(x) - 1, Side.RIGHT)
    yield Equality(Elu(x, alpha), Relu(x), Side.RIGHT)


def mean_portfolio() -> Iterator[Assertion]:
    """The price of the portfolio is the mean that the book derives from the definition."""
    yield Equality(mean.closed_form, CALL - alpha * PUT)


def second_moment_portfolio() -> Iterator[Assertion]:
    """The squared put as puts, and an antiderivative of the calls in the strike."""
    yield Equality((1 - exp(x)) ** 2, 2 * (1 - exp(x)) - (1 - exp(2 * x)))
    square = relu.second_moment.closed_form
    yield Equality(second_moment.closed_form, square + alpha**2 * (2 * PUT - PUT_ON_SQUARE))
    shifted = square.xreplace({mu: mu - strike})
    yield Equality(diff(shifted, strike) / 2, -bachelier_call(mu, strike, sigma))
    yield GaussianLimit(shifted, strike, oo, S.Zero)
    yield GaussianLimit(shifted, strike, S.Zero, square)


def put_call_parity() -> Iterator[Assertion]:
    """In both models, at every strike."""
    bachelier = bachelier_call(mu, strike, sigma) - bachelier_put(mu, strike, sigma)
    yield Equality(bachelier, mu - strike)
    yield Equality(_black_parity(), FORWARD - strike)


def _black_parity() -> Expr:
    return black_call(FORWARD, strike, sigma) - black_put(FORWARD, strike, sigma)


def density_from_prices() -> Iterator[Assertion]:
    """The second derivative of the price of a call in the strike."""
    density = NormalPdf((mu - strike) / sigma) / sigma
    yield Equality(diff(bachelier_call(mu, strike, sigma), strike, 2), density)
    lognormal = NormalPdf((log(strike) - mu) / sigma) / (sigma * strike)
    yield Equality(diff(black_call(FORWARD, strike, sigma), strike, 2), lognormal)


def greeks() -> Iterator[Assertion]:
    """The derivatives of the price are expectations of derivatives, the atom at 0 included."""
    portfolio = CALL - alpha * PUT
    gamma = diff(portfolio, mu, 2)
    yield Equality(diff(portfolio, mu), derivative_mean.closed_form)
    yield GaussianMean(Elu(x, alpha).diff(x), diff(portfolio, mu))
    yield GaussianMean(Elu(x, alpha).diff(x, 2), gamma)
    yield Equality(gamma, _atom(alpha) + alpha * EXPONENTIAL_BELOW)
    yield Equality(diff(portfolio, sigma), sigma * gamma)


def _atom(height: Expr) -> Expr:
    """What the jump of the derivative contributes to E f'': its height times the density at 0."""
    return (1 - height) * NormalPdf(mu / sigma) / sigma


EXPONENTIAL_BELOW = FORWARD * NormalCdf(-mu / sigma - sigma)
"""E[e^X; X < 0]."""


def vega_positive_for_small_alpha() -> Iterator[Assertion]:
    """Both parts of E f'' have a sign: the atom is not negative, the rest is positive."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    parts = _atom(AT_MOST_ONE) + AT_MOST_ONE * EXPONENTIAL_BELOW
    yield Equality(_vega(AT_MOST_ONE), sigma * parts)
    yield NonNegative(1 - AT_MOST_ONE)
    yield PositiveGaussianMean(EXPONENTIAL_BELOW, exp(x) * Heaviside(-x))
    yield Positive(AT_MOST_ONE)


def vega_positive_only_for_small_alpha() -> Iterator[Assertion]:
    """For alpha = 1 + e the atom at 0 outweighs the rest where sigma is small."""
    yield RunsThrough(ABOVE_ONE, excess, Interval.open(1, oo))
    yield EventuallyNegative(_vega_at_zero(ABOVE_ONE), sigma, S.Zero, -excess / sqrt(2 * pi))


def _vega(height: Expr) -> Expr:
    """The vega of the mean in the formula book, for this many puts."""
    return diff(mean.closed_form, sigma).xreplace({alpha: height})


def _vega_at_zero(height: Expr) -> Expr:
    return _vega(height).xreplace({mu: S.Zero})


def vega_positive() -> Iterator[Assertion]:
    """The same for a symbolic alpha, as an expectation of f''."""
    yield PositiveGaussianMean(_vega(alpha) / sigma, Elu(x, alpha).diff(x, 2))


CLAIMS = (
    Claim(
        id="options.payoff",
        statement=(
            "ELU is the payoff of a call on x struck at 0 less alpha puts on e^x struck at 1:"
            " f(x) = x_+ - alpha (1 - e^x)_+."
        ),
        latex=r"f(x) = x_+ - \alpha\,(1 - e^x)_+",
        assumptions=(x, alpha),
        proof=payoff,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15, read as a payoff",
        neighbours=(
            Neighbour(
                "One put is sold, whatever alpha.",
                lambda: [Equality(Elu(x, alpha), Relu(x) - (1 - exp(x)), Side.LEFT)],
            ),
            Neighbour(
                "The puts are bought.",
                lambda: [Equality(Elu(x, alpha), Relu(x) + alpha * (1 - exp(x)), Side.LEFT)],
            ),
        ),
    ),
    Claim(
        id="options.mean_portfolio",
        statement=(
            "The mean of ELU is a Bachelier call with forward mu struck at 0 less alpha Black puts"
            " with forward e^(mu + sigma^2/2) struck at 1, undiscounted and of total deviation"
            " sigma."
        ),
        latex=(
            r"\mathbb{E} f(X) = C_{\mathrm{Bachelier}}(\mu, 0, \sigma)"
            r" - \alpha\,P_{\mathrm{Black}}(e^{\mu + \sigma^2/2}, 1, \sigma)"
        ),
        assumptions=(mu, sigma, alpha),
        proof=mean_portfolio,
        source="Bachelier 1900; Black 1976; Black, Scholes 1973",
        neighbours=(
            Neighbour(
                "The forward of the put is e^mu, the exponential of the mean.",
                lambda: [
                    Equality(mean.closed_form, CALL - alpha * black_put(exp(mu), S.One, sigma))
                ],
            ),
            Neighbour(
                "The puts are struck 1 % higher.",
                lambda: [
                    Equality(
                        mean.closed_form,
                        CALL - alpha * black_put(FORWARD, Rational(101, 100), sigma),
                    )
                ],
            ),
            Neighbour(
                "The call too is one of the Black model.",
                lambda: [
                    Equality(mean.closed_form, black_call(FORWARD, S.One, sigma) - alpha * PUT)
                ],
            ),
        ),
    ),
    Claim(
        id="options.second_moment_portfolio",
        statement=(
            "The second moment of ELU is twice the integral of Bachelier calls over all strikes"
            " from 0 to oo plus alpha^2 times two puts on e^X less one put on e^(2X), all struck"
            " at 1."
        ),
        latex=(
            r"\mathbb{E} f(X)^2 = 2 \int_0^\infty C(\mu, K, \sigma)\,dK"
            r" + \alpha^2 \left(2 P[e^X] - P[e^{2X}]\right)"
        ),
        assumptions=(mu, sigma, alpha, strike),
        proof=second_moment_portfolio,
        source="Breeden, Litzenberger 1978; Bachelier 1900; Black 1976",
        neighbours=(
            Neighbour(
                "The integral of the calls counts once.",
                lambda: [
                    Equality(
                        diff(relu.second_moment.closed_form.xreplace({mu: mu - strike}), strike),
                        -bachelier_call(mu, strike, sigma),
                    )
                ],
            ),
            Neighbour(
                "Two puts on e^X do, without the put on e^(2X).",
                lambda: [
                    Equality(
                        second_moment.closed_form,
                        relu.second_moment.closed_form + 2 * alpha**2 * PUT,
                    )
                ],
            ),
            Neighbour(
                "The put on e^(2X) has the volatility of e^X.",
                lambda: [
                    Equality(
                        second_moment.closed_form,
                        relu.second_moment.closed_form
                        + alpha**2 * (2 * PUT - black_put(FORWARD_OF_SQUARE, S.One, sigma)),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="options.put_call_parity",
        statement=(
            "A call less a put is the forward less the strike, in the Bachelier and in the Black"
            " model, at every strike K > 0."
        ),
        latex=r"C - P = F - K",
        assumptions=(mu, sigma, strike),
        proof=put_call_parity,
        source="Stoll 1969; Black 1976",
        neighbours=(
            Neighbour(
                "The strike counts 1 % more.",
                lambda: [Equality(_black_parity(), FORWARD - Rational(101, 100) * strike)],
            ),
            Neighbour(
                "It is the exponential of the mean less the strike.",
                lambda: [Equality(_black_parity(), exp(mu) - strike)],
            ),
        ),
    ),
    Claim(
        id="options.density_from_prices",
        statement=(
            "The second derivative of the price of a call in the strike is the density of the"
            " underlying at the strike: normal in the Bachelier, lognormal in the Black model."
        ),
        latex=r"\frac{\partial^2 C}{\partial K^2} = p(K)",
        assumptions=(mu, sigma, strike),
        proof=density_from_prices,
        source="Breeden, Litzenberger 1978",
        neighbours=(
            Neighbour(
                "In the Black model it is the density of log K, without the factor 1/K.",
                lambda: [
                    Equality(
                        diff(black_call(FORWARD, strike, sigma), strike, 2),
                        NormalPdf((log(strike) - mu) / sigma) / sigma,
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="options.greeks",
        statement=(
            "The delta of the portfolio is E f'(X), its gamma E f''(X) with the atom (1 - alpha) of"
            " f'' at 0 counted, and its vega sigma times its gamma."
        ),
        latex=(
            r"\partial_\mu \mathbb{E} f = \mathbb{E} f', \quad"
            r" \partial_\sigma \mathbb{E} f = \sigma\,\mathbb{E} f'', \quad"
            r" \mathbb{E} f'' = (1 - \alpha)\,\tfrac{1}{\sigma}\varphi(\mu/\sigma)"
            r" + \alpha\,\mathbb{E}[e^X; X < 0]"
        ),
        assumptions=(mu, sigma, alpha),
        proof=greeks,
        source="Black, Scholes 1973; Price 1958",
        neighbours=(
            Neighbour(
                "The gamma is alpha E[e^X; X < 0], without the atom.",
                lambda: [Equality(diff(CALL - alpha * PUT, mu, 2), alpha * EXPONENTIAL_BELOW)],
            ),
            Neighbour(
                "The vega is the gamma.",
                lambda: [
                    Equality(diff(CALL - alpha * PUT, sigma), diff(CALL - alpha * PUT, mu, 2))
                ],
            ),
            Neighbour(
                "The delta is the probability that X > 0, that of the call alone.",
                lambda: [Equality(diff(CALL - alpha * PUT, mu), NormalCdf(mu / sigma))],
            ),
        ),
    ),
    Claim(
        id="options.vega_positive_for_small_alpha",
        statement=(
            "For alpha <= 1 more volatility raises the mean: the vega is positive at every mu and"
            " sigma."
        ),
        latex=r"\alpha \le 1 \implies \partial_\sigma \mathbb{E} f > 0",
        assumptions=(mu, sigma, slack, "alpha = 1/(1 + s)"),
        proof=vega_positive_for_small_alpha,
        source="Jensen 1906, since ELU is convex for alpha <= 1; Merton 1973 for options",
        neighbours=(
            Neighbour(
                "The same holds for alpha <= 2.",
                lambda: [
                    PositiveGaussianMean(
                        _vega(2 * AT_MOST_ONE) / sigma,
                        Elu(x, 2 * AT_MOST_ONE).diff(x, 2),
                    )
                ],
            ),
            Neighbour(
                "More volatility lowers the mean.",
                lambda: [
                    PositiveGaussianMean(
                        -_vega(AT_MOST_ONE) / sigma, -Elu(x, AT_MOST_ONE).diff(x, 2)
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="options.vega_positive_only_for_small_alpha",
        statement=(
            "For every alpha > 1 there is a law whose mean falls with more volatility: at mu = 0"
            " the vega tends to -(alpha - 1)/sqrt(2 pi) as sigma -> 0+."
        ),
        latex=(
            r"\alpha > 1 \implies \lim_{\sigma \to 0^+} \partial_\sigma \mathbb{E} f\big|_{\mu = 0}"
            r" = -\frac{\alpha - 1}{\sqrt{2\pi}} < 0"
        ),
        assumptions=(sigma, excess, "alpha = 1 + e"),
        proof=vega_positive_only_for_small_alpha,
        source="the converse of Jensen's inequality at the concave kink",
        neighbours=(
            Neighbour(
                "For every alpha <= 1 too.",
                lambda: [
                    EventuallyNegative(
                        _vega_at_zero(AT_MOST_ONE),
                        sigma,
                        S.Zero,
                        (1 - AT_MOST_ONE) / sqrt(2 * pi),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="options.vega_positive",
        statement="More volatility raises the mean of ELU for every alpha: it is an option.",
        latex=r"\partial_\sigma \mathbb{E} f > 0",
        assumptions=(mu, sigma, alpha),
        proof=vega_positive,
        source="what holds for every option held, said of a portfolio with options sold",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "More volatility lowers the mean for every alpha: options are sold.",
                lambda: [PositiveGaussianMean(-_vega(alpha) / sigma, -Elu(x, alpha).diff(x, 2))],
            ),
        ),
    ),
)
