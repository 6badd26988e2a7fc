r"""The heat-equation certificate of a Gaussian expectation.

Let g be a piecewise exponential polynomial and X ~ N(mu, v), v = sigma^2. The theorem used:

    *Let F(mu, v) be smooth for v > 0 with*

    1. dF/dv = 1/2 d^2F/dmu^2,
    2. *for every T there are C and c with* :math:`|F| \le C e^{c|\mu|}` *for all* 0 < v <= T,
    3. F(mu, v) -> g(mu) *as* v -> 0+ *for all but finitely many mu.*

    *Then F(mu, v) = E g(X).*

Proof. Fix 0 < e < v. On [e, v] both F and the average of F(., e) over N(mu, v - e) are smooth
solutions with the same values at e, and both grow at most like C e^{c|mu|}, far below Tychonoff's
e^{c mu^2}; hence they agree, F(mu, v) = E F(mu + sqrt(v - e) Z, e). Let e -> 0+. For e < v/2 the
density of N(mu, v - e) is at most sqrt(2) times that of N(mu, v), so the integrand is dominated by
that times C e^{c|y|}, and by 3 it converges for almost every y to g(y) times the density of
N(mu, v). Dominated convergence gives the claim. The breakpoints themselves do not matter.

Condition 2 cannot be left out: mu v^{-3/2} e^{-mu^2/2v} satisfies 1 and tends to 0 at every mu,
0 included, but is of size 1/v at mu = sqrt(v).

The three are checked on a normal form, a sum of terms c e^q Phi(a_1)^{n_1} ...:

1. exactly: the normal form of the difference of the two sides is zero.
2. term by term. c must be a polynomial in mu and sigma; q a polynomial in mu and sigma of degree
   at most 1 in mu, plus at most a quadratic in mu over sigma^2 that is nowhere positive. On
   0 < sigma <= sqrt(T) the polynomial part of q is at most C + c|mu|, the quadratic helps, c is at
   most C e^{|mu|}, and Phi lies in [0, 1]. A sum of terms so bounded is so bounded: the check is
   sufficient, and a formula that it refuses is refused although cancellation might bound it.
3. term by term, on each open interval between breakpoints of g. A quadratic over sigma^2 that is
   strictly negative there sends its term to 0; Phi(a) tends to 0 or 1 by the sign there of the
   1/sigma part of a; what is left is evaluated at sigma = 0. Limits of finitely many terms add, and
   the sum must equal g there, by the normal form. Breakpoints are read from g by
   :mod:`elu_sym.certify.integrand`, never from F.

An atom of weight w at b adds w times the density of X at b to F, which is not uniformly bounded.
That density is d/dmu Phi((mu - b)/sigma), and differentiation in mu under the integral says that
E[delta_b(X)] = d/dmu E[1_{X > b}]; the step's own expectation is certified by 1-3, the derivative
is subtracted from F, and the rest is certified for g without its atoms.

References:
    Tychonoff: Théorèmes d'unicité pour l'équation de la chaleur, 1935. Widder: The heat equation,
    1975, chapter 8.
"""

from typing import Any

from sympy import Expr, S, cancel

from elu_sym.algebra.laurent import NotLaurentError, laurent
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, sigma, x


def heat_certificate(expression: Expr, g: Expr | Integrand) -> Witness:
    """Prove or reject that an expression equals E g(X) for X ~ N(mu, sigma^2).

    Args:
        expression: the closed form in ``mu``, ``sigma`` and the parameters of ``g``.
        g: the function of ``x``, as :meth:`~elu_sym.certify.integrand.Integrand.from_expr` reads
            it; read it yourself to declare the order of symbolic breakpoints.

    Returns:
        A witness of kind ``"heat"``; a rejection names the condition that fails.

    Raises:
        IntegrandError: if ``g`` cannot be read. A closed form that cannot be read is rejected.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> from elu_sym.symbols import x
        >>> from elu_sym.algebra.special_functions import NormalPdf
        >>> relu = mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
        >>> heat_certificate(relu, Relu(x)).detail
        'heat equation exact, 2 terms uniformly bounded, limit g on 2 intervals'
        >>> heat_certificate(relu + mu, Relu(x)).detail
        'the limit sigma -> 0+ on (-oo, 0) is mu and not 0'
        >>> heat_certificate(2*sigma + relu, Relu(x)).detail
        'the heat equation fails: dF/dv - 1/2 d2F/dmu2 = 1/sigma'
    """
    integrand = Integrand.from_expr(g)

    def check() -> str:
        form = NormalForm.from_expr(expression)
        atoms = ""
        if integrand.atoms:
            form = form - _atomic_part(integrand)
            atoms = f", {len(integrand.atoms)} atoms as derivatives of certified steps"
        _require_solution(form, integrand)
        return (
            f"heat equation exact, {len(form.numerator)} terms uniformly bounded, "
            f"limit g on {len(integrand.pieces)} intervals{atoms}"
        )

    return testify(Evidence.HEAT, check)


def variance_heat_certificate(variance: Expr, mean: Expr, g: Expr | Integrand) -> Witness:
    """Prove or reject a variance by its own equation, dV/dv - 1/2 d2V/dmu2 = (dm/dmu)^2.

    The variance is no expectation of one function. But E g^2 solves the heat equation and the
    square of a solution m misses it by -(dm/dmu)^2, so V = E g^2 - m^2 solves the equation with
    that source, is uniformly bounded, and tends to 0 wherever g is continuous; the difference of
    two such V satisfies the theorem of this module with g = 0. The mean itself is certified first,
    so the second moment is never used.

    Args:
        variance: the closed form of Var g(X).
        mean: the closed form of E g(X).
        g: the function of ``x``, without atoms.

    Returns:
        A witness of kind ``"heat"``.

    Raises:
        IntegrandError: if ``g`` cannot be read.

    Examples:
        >>> from elu_sym.symbols import x
        >>> variance_heat_certificate(sigma**2, mu, x).passed
        True
        >>> variance_heat_certificate(2*sigma**2, mu, x).detail
        'the heat equation fails: dF/dv - 1/2 d2F/dmu2 - (dm/dmu)^2 = 1'
    """
    integrand = Integrand.from_expr(g)

    def check() -> str:
        part = heat_certificate(mean, integrand)
        if not part.passed:
            raise RejectedError(f"the mean: {part.detail}")
        if integrand.atoms:
            raise RejectedError("a function with atoms has no variance")
        form = NormalForm.from_expr(variance)
        slope = NormalForm.from_expr(mean).diff(mu)
        zero = Integrand(integrand.breakpoints, tuple(S.Zero for _ in integrand.pieces))
        _require_solution(form, zero, slope * slope)
        return (
            f"equation with source (dm/dmu)^2 exact, {len(form.numerator)} terms uniformly "
            f"bounded, limit 0 on {len(integrand.pieces)} intervals, mean certified"
        )

    return testify(Evidence.HEAT, check)


def _atomic_part(integrand: Integrand) -> NormalForm:
    """The expectation of the atoms: derivatives of steps that are certified here."""
    total = NormalForm.from_expr(S.Zero)
    for location, weight in integrand.atoms:
        step = NormalForm.from_expr(NormalCdf((mu - location) / sigma))
        _require_solution(step, Integrand((location,), (S.Zero, S.One)))
        total = total + NormalForm.from_expr(weight) * step.diff(mu)
    return total


def _require_solution(
    form: NormalForm, integrand: Integrand, source: NormalForm | None = None
) -> None:
    """The three conditions of the theorem."""
    require_heat_equation(form, source)
    require_uniform_bound(form)
    require_limit(form, integrand)


def require_heat_equation(form: NormalForm, source: NormalForm | None = None) -> None:
    """Condition 1: dF/dv - 1/2 d2F/dmu2 equals the source, by default 0, exactly.

    Raises:
        RejectedError: with what is left.

    Examples:
        >>> require_heat_equation(NormalForm.from_expr(mu**2 + sigma**2))
        >>> require_heat_equation(NormalForm.from_expr(mu**2))
        Traceback (most recent call last):
        elu_sym.certify.witness.RejectedError: the heat equation fails: dF/dv - 1/2 d2F/dmu2 = -1
    """
    in_variance = NormalForm.from_expr(1 / (2 * sigma)) * form.diff(sigma)
    curvature = NormalForm.from_expr(S.Half) * form.diff(mu).diff(mu)
    residual = in_variance - curvature
    sides = "dF/dv - 1/2 d2F/dmu2"
    if source is not None:
        residual, sides = residual - source, sides + " - (dm/dmu)^2"
    if not residual.is_zero:
        raise RejectedError(f"the heat equation fails: {sides} = {_short(residual)}")


def require_uniform_bound(form: NormalForm) -> None:
    """Condition 2: every term is at most C e^{c|mu|} uniformly for 0 < v <= T.

    Raises:
        RejectedError: with the term that is not seen to be bounded.

    Examples:
        >>> from sympy import exp
        >>> require_uniform_bound(NormalForm.from_expr(exp(mu + sigma**2/2 - mu**2/(2*sigma**2))))
        >>> require_uniform_bound(NormalForm.from_expr(mu/sigma))
        Traceback (most recent call last):
        elu_sym.certify.witness.RejectedError: no uniform bound: the term mu/sigma has ...
    """
    unreal = [str(symbol) for symbol in form.domain.symbols if not symbol.is_real]
    if unreal:
        raise RejectedError(f"no uniform bound: {', '.join(unreal)} not assumed to be real")
    if not form.is_sum:
        raise RejectedError("no uniform bound: the form is a quotient; certify its parts instead")
    for (exponent, distributions), coefficient in form.numerator.items():
        term = {(exponent, distributions): coefficient}
        try:
            for power, in_sigma in laurent(form.domain, coefficient, [mu, sigma]):
                if power < 0 or in_sigma < 0:
                    raise RejectedError(
                        f"no uniform bound: the term {_short(NormalForm(form.domain, term))} has "
                        f"mu**({power})*sigma**({in_sigma}) in its coefficient"
                    )
            _split_exponent(form.domain, exponent)
        except NotLaurentError as reason:
            raise RejectedError(f"no uniform bound: {reason}") from None
        if any(power < 0 for _, power in distributions):
            raise RejectedError("no uniform bound: a negative power of Phi")


def _split_exponent(domain: Any, exponent: Any) -> tuple[Any, Any, Expr | None]:
    """What is left of an exponent at sigma = 0, and where the part over sigma^2 vanishes.

    Returns:
        The constant and the slope in mu at sigma = 0, and the zero of the quadratic: None if it
        has none, NaN if the whole quadratic is absent.
    """
    parts = laurent(domain, exponent, [mu, sigma])
    quadratic = {power: part for (power, in_sigma), part in parts.items() if in_sigma == -2}
    for power, in_sigma in parts:
        if in_sigma < -2 or in_sigma == -1 or power < 0 or (in_sigma >= 0 and power > 1):
            raise RejectedError(
                f"no uniform bound: the exponent {domain.to_sympy(exponent)} has "
                f"mu**({power})*sigma**({in_sigma})"
            )
    remaining = parts.get((0, 0), domain.zero), parts.get((1, 0), domain.zero)
    if not quadratic:
        return *remaining, S.NaN
    a, b, c = (domain.to_sympy(quadratic.get(power, domain.zero)) for power in (2, 1, 0))
    discriminant = cancel(b**2 - 4 * a * c).factor()
    if max(quadratic) > 2 or not (a.is_negative and discriminant.is_nonpositive):
        raise RejectedError(
            f"no uniform bound: the exponent {domain.to_sympy(exponent)} is not bounded above"
        )
    return *remaining, cancel(-b / (2 * a)) if discriminant.is_zero else None


def require_limit(form: NormalForm, integrand: Integrand) -> None:
    """Condition 3: F tends to g on every open interval between the breakpoints of g.

    Args:
        form: a form that :func:`require_uniform_bound` has accepted.
        integrand: the function g.

    Raises:
        RejectedError: with the interval and the two functions that differ there.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> step = Integrand((S.Zero,), (S.Zero, S.One))
        >>> require_limit(NormalForm.from_expr(NormalCdf(mu/sigma)), step)
        >>> require_limit(NormalForm.from_expr(NormalCdf(-mu/sigma)), step)
        Traceback (most recent call last):
        elu_sym.certify.witness.RejectedError: the limit sigma -> 0+ on (-oo, 0) is 1 and not 0
    """
    domain = form.domain
    limits: list[dict[Any, Any]] = [{} for _ in integrand.pieces]
    for (exponent, distributions), coefficient in form.numerator.items():
        constant, slope, zero = _split_exponent(domain, exponent)
        if zero is not S.NaN:
            if zero is not None:
                _place(zero, integrand)
            continue
        signs = [_step(domain, argument, integrand) for argument, _ in distributions]
        at_zero = {
            power: part
            for (power, in_sigma), part in laurent(domain, coefficient, [mu, sigma]).items()
            if in_sigma == 0
        }
        mean = domain.from_sympy(mu) if slope or any(at_zero) else domain.zero
        value = sum(
            (part * mean**power if power else part for power, part in at_zero.items()), domain.zero
        )
        key = (constant + slope * mean, frozenset[tuple[Any, int]]())
        for position, limit in enumerate(limits):
            if all(rises == (place < position) for place, rises in signs):
                limit[key] = limit.get(key, domain.zero) + value
    ends = ["-oo", *map(str, integrand.breakpoints), "oo"]
    for position, (limit, piece) in enumerate(zip(limits, integrand.pieces, strict=True)):
        found = NormalForm(domain, {key: value for key, value in limit.items() if value})
        expected = NormalForm.from_expr(piece.subs(x, mu))
        if not (found - expected).is_zero:
            raise RejectedError(
                f"the limit sigma -> 0+ on ({ends[position]}, {ends[position + 1]}) is "
                f"{_short(found)} and not {_short(expected)}"
            )


def _step(domain: Any, argument: Any, integrand: Integrand) -> tuple[int, bool]:
    """Which breakpoint the argument of a Phi changes sign at, and whether it rises there."""
    try:
        parts = laurent(domain, argument, [mu, sigma])
    except NotLaurentError as reason:
        raise RejectedError(f"no limit: {reason}") from None
    leading = {power: part for (power, in_sigma), part in parts.items() if in_sigma == -1}
    slope, constant = (domain.to_sympy(leading.get(power, domain.zero)) for power in (1, 0))
    if (
        min(in_sigma for _, in_sigma in parts) != -1
        or set(leading) - {0, 1}
        or not slope.is_nonzero
        or slope.is_positive is None
    ):
        raise RejectedError(
            f"no limit: the argument {domain.to_sympy(argument)} of Phi has no part "
            "(mu - b)/sigma that decides its sign"
        )
    return _place(cancel(-constant / slope), integrand), bool(slope.is_positive)


def _place(location: Expr, integrand: Integrand) -> int:
    for place, breakpoint_ in enumerate(integrand.breakpoints):
        if location == breakpoint_ or is_zero(location - breakpoint_):
            return place
    raise RejectedError(f"the closed form has a kink at {location}, where g has none")


def _short(form: NormalForm) -> str:
    text = str(form.to_expr())
    return text if len(text) <= 160 else f"a form of {len(form.numerator)} terms"
