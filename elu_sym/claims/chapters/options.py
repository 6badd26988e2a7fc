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

from collections.abc import Callable

from sympy import Add, Derivative, Expr, Piecewise, Rational, S, Symbol, exp, log, oo, pi, sqrt

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.claims.analysis import growth, near_end, signed_mean
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    Defined,
    Expectation,
    at_most,
    both,
    equal,
    exists,
    for_all,
    iff,
    less,
    limit,
    term,
)
from elu_sym.claims.kernel.language import Formula, define, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    auto,
    by_cases,
    by_fact,
    counterexample,
    equality,
    have,
    intro,
    last,
    linear,
    parts,
    witness,
)
from elu_sym.symbols import alpha, mu, sigma, strike, x

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

Price = Callable[[Expr, Expr, Expr], Expr]
"""A price by forward, strike and total deviation."""

NAMES = ("F", "K", "v")

for _price in (bachelier_call, bachelier_put, black_call, black_put):
    _body = _price(*(Symbol(name, positive=True) for name in NAMES))
    define(_price.__name__, NAMES, term(_body))


def named(price: Price, *arguments: Expr) -> Expr:
    """A price by its name, in a statement."""
    return Defined(Symbol(price.__name__), *arguments)


def gaussian(body: Expr, mean: Expr = mu) -> Expr:
    """E g(X)."""
    return Expectation(body, x, mean, sigma)


CALL = named(bachelier_call, mu, S.Zero, sigma)
PUT = named(black_put, FORWARD, S.One, sigma)
PORTFOLIO = CALL - alpha * PUT
DELTA, GAMMA, VEGA = (Derivative(PORTFOLIO, *by) for by in ((mu,), (mu, 2), (sigma,)))

BOUND = Symbol("b", positive=True)
LOG_DENSITY = NormalPdf((log(strike) - mu) / sigma) / sigma
"""The density of the logarithm of e^X, at the logarithm of the strike."""

BELOW = Piecewise((1, x < 0), (0, True))
"""The indicator of X < 0."""


def payoff_is(puts: Expr) -> Formula:
    """ELU is the payoff of a call and of so many puts."""
    return for_all(alpha, x, equal(ELU, Relu(x) + puts * Relu(1 - exp(x))))


def one_option_pays() -> Tactic:
    """On each side of 0 one of them is worth nothing."""
    put_pays = have(less(0, 1 - exp(x)), linear((exp(x) * (exp(-x) - 1), -1)), ALGEBRA)
    call_pays = have(less(1 - exp(x), 0), linear((exp(x) - 1, -1)), ALGEBRA)
    return intro(
        by_cases(less(x, 0), put_pays, by_cases(less(0, x), call_pays, equality("x", ALGEBRA)))
    )


def mean_is(portfolio: Expr) -> Formula:
    """That a price is the mean."""
    return for_all(mu, sigma, alpha, equal(gaussian(ELU), portfolio))


SHIFTED_SQUARE = gaussian(Relu(x - strike) ** 2)
"""E (X - K)_+^2: twice the integral of the calls over all strikes from K on."""


def second_moment_is(puts: Expr) -> Formula:
    """That E f^2 is E X_+^2 and the price of so many times alpha^2 puts."""
    square = gaussian(Relu(x) ** 2) + alpha**2 * puts
    return for_all(mu, sigma, alpha, equal(gaussian(ELU**2), square))


def calls_integrate(times: int) -> Formula:
    """That the derivative of E (X - K)_+^2 in the strike is so many calls, and its limit 0."""
    calls = times * named(bachelier_call, mu, strike, sigma)
    slope = for_all(strike, equal(Derivative(SHIFTED_SQUARE, strike), -calls))
    return for_all(mu, sigma, both(slope, limit(SHIFTED_SQUARE, strike, oo, 0)))


def parity(call: Price, put: Price, forward: Expr, difference: Expr) -> Formula:
    """What a call less a put is."""
    options = (named(option, forward, strike, sigma) for option in (call, put))
    return for_all(mu, sigma, strike, equal(Add(next(options), -next(options)), difference))


def density_is(call: Price, forward: Expr, density: Expr) -> Formula:
    """What the second derivative of the price of a call in the strike is."""
    curvature = Derivative(named(call, forward, strike, sigma), strike, 2)
    return for_all(mu, sigma, strike, equal(curvature, density))


ATOM = (1 - alpha) * NormalPdf(mu / sigma) / sigma
"""What the jump of the derivative contributes to E f'': its height times the density at 0."""


def greek_is(greek: Expr, value: Expr) -> Formula:
    """A derivative of the price."""
    return for_all(mu, sigma, alpha, equal(greek, value))


MEAN_VEGA = Derivative(gaussian(ELU), sigma)
VEGA_AT_KINK = Derivative(gaussian(ELU, S.Zero), sigma)


def raised(sign: int = 1) -> Formula:
    """More volatility raises the mean, or for -1 lowers it, at every mu and sigma."""
    return for_all(mu, sigma, less(0, sign * MEAN_VEGA))


def vega_tends_to(value: Expr) -> Formula:
    """The limit of the vega at mu = 0."""
    return limit(VEGA_AT_KINK, sigma, 0, value / sqrt(2 * pi), "+")


def vega_is_positive(height: Expr = alpha, mean: Expr = mu, sigma: Expr = sigma) -> Tactic:
    """Up to alpha = 1 both parts of E f'' have a sign."""
    below, small = less(0, Expectation(exp(x) * BELOW, x, mean, sigma)), at_most(height, 1)
    hit = signed_mean(intro(auto()), -1, 0, intro(auto()))
    weights = (height * sigma, below), (NormalPdf(mean / sigma), small)
    return have(small, auto(), have(below, hit, linear(*weights)))


def vega_is_positive_only_for_small_alpha() -> Tactic:
    """Beyond 1 the limit is negative."""

    def clash(end: str, _: Formula) -> Tactic:
        half = Symbol(end) / 2
        at_zero = by_fact(raised(), S.Zero, half, auto(), then=linear())
        return last((half, auto(), auto()), at_zero)

    tends = vega_tends_to(1 - alpha)
    negative = have(tends, growth(), near_end(tends, 0, "above", clash))
    necessary = ("assume", ("contradict", negative))
    sufficient = ("assume", intro(vega_is_positive()))
    return intro(parts(parts(necessary, sufficient), intro(growth())))


def lowered_near_zero() -> Formula:
    """More volatility lowers the mean at mu = 0 where sigma is small."""
    lowers = for_all(sigma, implies(less(sigma, BOUND), less(VEGA_AT_KINK, 0)))
    return for_all(alpha, implies(at_most(alpha, 1), exists(BOUND, lowers)))


def at_half_the_bound() -> Tactic:
    """It raises it there, at alpha = 1/2."""
    positive = vega_is_positive(S.Half, S.Zero, BOUND / 2)
    small = ("witness", 1, witness(BOUND / 2, parts(auto(), parts(auto(), positive))))
    any_bound = intro(by_cases(less(0, BOUND), small, ("witness", 0, auto())))
    return witness(S.Half, parts(auto(), parts(auto(), any_bound)))


def fails(formula: Formula) -> Statement:
    """A formula that fails at a point far from any special one."""
    return refuted(formula, counterexample(mu=1, sigma=2, alpha=2, K=3))


def at_small_volatility() -> Tactic:
    """A counterexample at mu = 0 and alpha = 2."""
    return counterexample(alpha=2, mu=0, sigma=Rational(1, 10))


CLAIMS = (
    Claim(
        "options.payoff",
        "ELU is the payoff of a call on x struck at 0 less alpha puts on e^x struck at 1:"
        " f(x) = x_+ - alpha (1 - e^x)_+.",
        Statement(payoff_is(-alpha), one_option_pays()),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15, read as a payoff",
        neighbours={
            "One put is sold, whatever alpha.": refuted(payoff_is(S.NegativeOne)),
            "The puts are bought.": refuted(payoff_is(alpha)),
        },
    ),
    Claim(
        "options.mean_portfolio",
        "The mean of ELU is a Bachelier call with forward mu struck at 0 less alpha Black puts"
        " with forward e^(mu + sigma^2/2) struck at 1, undiscounted and of total deviation sigma.",
        Statement(mean_is(PORTFOLIO), intro(ALGEBRA)),
        "Bachelier 1900; Black 1976; Black, Scholes 1973",
        neighbours={
            "The forward of the put is e^mu, the exponential of the mean.": fails(
                mean_is(CALL - alpha * named(black_put, exp(mu), S.One, sigma))
            ),
            "The puts are struck 1 % higher.": fails(
                mean_is(CALL - alpha * named(black_put, FORWARD, PERCENT_MORE, sigma))
            ),
            "The call too is one of the Black model.": fails(
                mean_is(named(black_call, FORWARD, S.One, sigma) - alpha * PUT)
            ),
        },
    ),
    Claim(
        "options.second_moment_portfolio",
        "The second moment of ELU is twice the integral of Bachelier calls over all strikes from 0"
        " to oo plus alpha^2 times two puts on e^X less one put on e^(2X), all struck at 1; that"
        " integral is E X_+^2, for E (X - K)_+^2 falls by two calls as K grows, to 0.",
        Statement(
            both(
                second_moment_is(2 * PUT - named(black_put, FORWARD_OF_SQUARE, S.One, 2 * sigma)),
                calls_integrate(2),
            ),
            parts(intro(ALGEBRA), intro(parts(intro(ALGEBRA), growth(0)))),
        ),
        "Breeden, Litzenberger 1978; Bachelier 1900; Black 1976",
        neighbours={
            "The integral of the calls counts once.": fails(calls_integrate(1)),
            "Two puts on e^X do, without the put on e^(2X).": fails(second_moment_is(2 * PUT)),
            "The put on e^(2X) has the volatility of e^X.": fails(
                second_moment_is(2 * PUT - named(black_put, FORWARD_OF_SQUARE, S.One, sigma))
            ),
        },
    ),
    Claim(
        "options.put_call_parity",
        "A call less a put is the forward less the strike, in the Bachelier and in the"
        " Black model, at every strike K > 0.",
        Statement(
            both(
                parity(bachelier_call, bachelier_put, mu, mu - strike),
                parity(black_call, black_put, FORWARD, FORWARD - strike),
            ),
            parts(intro(ALGEBRA), intro(ALGEBRA)),
        ),
        "Stoll 1969; Black 1976",
        neighbours={
            "The strike counts 1 % more.": fails(
                parity(black_call, black_put, FORWARD, FORWARD - PERCENT_MORE * strike)
            ),
            "It is e^mu less the strike.": fails(
                parity(black_call, black_put, FORWARD, exp(mu) - strike)
            ),
        },
    ),
    Claim(
        "options.density_from_prices",
        "The second derivative of the price of a call in the strike is the density of the"
        " underlying at the strike: normal in the Bachelier, lognormal in the Black model.",
        Statement(
            both(
                density_is(bachelier_call, mu, NormalPdf((mu - strike) / sigma) / sigma),
                density_is(black_call, FORWARD, LOG_DENSITY / strike),
            ),
            parts(intro(ALGEBRA), intro(ALGEBRA)),
        ),
        "Breeden, Litzenberger 1978",
        neighbours={
            "In the Black model it is the density of log K, without the factor 1/K.": fails(
                density_is(black_call, FORWARD, LOG_DENSITY)
            )
        },
    ),
    Claim(
        "options.greeks",
        "The delta of the portfolio, which is the mean, is E f'(X), its gamma E f''(X) with the"
        " atom (1 - alpha) of f'' at 0 counted, and its vega sigma times its gamma.",
        Statement(
            for_all(
                mu,
                sigma,
                alpha,
                both(
                    equal(PORTFOLIO, gaussian(ELU)),
                    equal(DELTA, gaussian(Derivative(ELU, x))),
                    equal(GAMMA, ATOM + gaussian(Derivative(ELU, x, 2))),
                    equal(VEGA, sigma * GAMMA),
                ),
            ),
            intro(parts(*[ALGEBRA] * 4)),
        ),
        "Black, Scholes 1973; Price 1958",
        neighbours={
            "The gamma is alpha E[e^X; X < 0], without the atom.": fails(
                greek_is(GAMMA, alpha * gaussian(exp(x) * BELOW))
            ),
            "Vega is gamma.": fails(greek_is(VEGA, GAMMA)),
            "The delta is the probability that X > 0, that of the call alone.": fails(
                greek_is(DELTA, gaussian(1 - BELOW))
            ),
        },
    ),
    Claim(
        "options.vega_positive_only_for_small_alpha",
        "More volatility raises the mean, at every mu and sigma, if and only if alpha <= 1: for"
        " alpha > 1 the vega at mu = 0 tends to -(alpha - 1)/sqrt(2 pi) as sigma -> 0+.",
        Statement(
            for_all(
                alpha,
                both(
                    iff(raised(), at_most(alpha, 1)),
                    implies(less(1, alpha), vega_tends_to(1 - alpha)),
                ),
            ),
            vega_is_positive_only_for_small_alpha(),
        ),
        "Jensen 1906, since ELU is convex for alpha <= 1; Merton 1973 for options",
        neighbours={
            "It raises the mean at every mu and sigma for every alpha <= 2.": refuted(
                for_all(alpha, implies(at_most(alpha, 2), raised())), at_small_volatility()
            ),
            "It lowers the mean at every mu and sigma for alpha <= 1.": refuted(
                for_all(alpha, implies(at_most(alpha, 1), raised(-1)))
            ),
            "It lowers the mean at mu = 0 and small sigma for alpha <= 1 too.": refuted(
                lowered_near_zero(), at_half_the_bound()
            ),
            "It raises the mean for every alpha, as an option.": refuted(
                for_all(alpha, raised()), at_small_volatility()
            ),
            "It lowers the mean for every alpha: puts are sold.": refuted(
                for_all(alpha, raised(-1))
            ),
        },
    ),
)
