r"""What makes each step of a derivation valid, asked of the normal form.

Every check sees only the terms before and the terms after. None calls a rule, so a step that was
altered by hand, or a rule that is wrong, does not pass.
"""

from itertools import pairwise

from sympy import (
    Add,
    DiracDelta,
    Eq,
    Expr,
    Ge,
    Le,
    Mul,
    Ne,
    Piecewise,
    S,
    Symbol,
    Tuple,
    collect,
    exp,
    expand,
)
from sympy.core.relational import Relational

from elu_sym.algebra.bivariate_normal import parametrized
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian import derivation
from elu_sym.gaussian.derivation import Check, DefiniteIntegral, Hypotheses, Terms
from elu_sym.gaussian.exponential_polynomial import sign_between
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.gaussian.piecewise import read_piecewise


def check_split(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """The intervals tile the line, and on each one g is the piece; the atoms are sifted."""
    (whole,) = before
    ((variable, *ends),) = whole.limits
    density = hypotheses.density(variable)
    g = whole.function / density
    pairs = [derivation.split_integral(term) for term in after]
    atoms = [
        term
        for term, (_, part) in zip(after, pairs, strict=True)
        if not isinstance(part, DefiniteIntegral)
    ]
    checks = []
    position = ends[0]
    for coefficient, integral in pairs:
        if not isinstance(integral, DefiniteIntegral):
            continue
        ((_, lower, upper),) = integral.limits
        checks += _zero_between(g, variable, position, lower, hypotheses)
        piece = coefficient * integral.function / density
        difference = value_between(g - piece, variable, lower, upper, hypotheses)
        checks.append(_vanishes(difference, f"g is {piece} for {lower} < {variable} < {upper}"))
        position = upper
    checks += _zero_between(g, variable, position, ends[1], hypotheses)
    if g.has(DiracDelta) or atoms:
        sifted = _sifted(hypotheses.order.with_gaps(g * density), variable)
        difference = hypotheses.order.with_gaps(Add(*atoms)) - sifted
        checks.append(_vanishes(difference, "each atom gives its weight times the density there"))
    return checks


def _zero_between(
    g: Expr, variable: Symbol, lower: Expr, upper: Expr, hypotheses: Hypotheses
) -> list[Check]:
    """Where no integral stands, g is zero, and the integrals stand in order."""
    if lower == upper:
        return []
    order = hypotheses.order
    # Where to split the gap is taken from the reader; that g is zero on each part is checked.
    kinks = read_piecewise(g, variable, order).breakpoints
    inside = [kink for kink in kinks if order.sign(lower, kink) < 0 < order.sign(upper, kink)]
    ahead = Check(f"{lower} lies below {upper}", order.sign(lower, upper) < 0)
    return [ahead] + [
        _vanishes(
            value_between(g, variable, start, end, hypotheses),
            f"g is 0 for {start} < {variable} < {end}",
        )
        for start, end in pairwise([lower, *inside, upper])
    ]


def check_integrands(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """Over the same ends stand the same integrands; a boundary term counts by its derivative."""
    totals, rests = _by_limits(before), _by_limits(after)
    checks = []
    nothing = NormalForm.from_expr(S.Zero)
    for limits in dict.fromkeys([*totals, *rests]):
        difference = totals.get(limits, nothing) - rests.get(limits, nothing)
        where = f"between {limits[1]} and {limits[2]}" if limits else "outside the integrals"
        checks.append(Check(f"the integrands agree {where}", difference.is_zero))
    return checks


def check_substitution(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """Each integral is the one before it with ``x = m + sigma*z``, ends included."""
    deviation = hypotheses.standard_deviation
    if len(before) != len(after):
        return [Check("each term has its counterpart", False)]
    checks = []
    for old, new in zip(before, after, strict=True):
        (old_factor, first), (new_factor, second) = map(derivation.split_integral, (old, new))
        if not (isinstance(first, DefiniteIntegral) and isinstance(second, DefiniteIntegral)):
            checks.append(_vanishes(old - new, "a term without an integral stays"))
            continue
        ((x, lower, upper),), ((z, start, end),) = first.limits, second.limits
        (pdf,) = first.function.atoms(NormalPdf)
        mean = expand(x - pdf.args[0] * deviation)
        image = first.function.subs(x, mean + deviation * z) * deviation
        checks.append(
            _vanishes(
                old_factor * image - new_factor * second.function,
                f"{x} = {mean} + {deviation}*{z} turns one integrand into the other",
            )
        )
        for old_end, new_end in ((lower, start), (upper, end)):
            if old_end.is_infinite or new_end.is_infinite:
                checks.append(Check(f"{old_end} stays {new_end}", old_end == new_end))
            else:
                difference = mean + deviation * new_end - old_end
                checks.append(_vanishes(difference, f"{z} = {new_end} is {x} = {old_end}"))
    return checks


def check_ends(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """Each boundary term and integral of the density is its value at the ends."""
    total: Expr = S.Zero
    checks = []
    for coefficient, part in map(derivation.split_integral, before):
        if part is None:
            total += coefficient
            continue
        inner, (variable, lower, upper) = part.args
        if isinstance(part, derivation.BoundaryTerm):
            polynomial = inner / NormalPdf(variable)
            statement = f"a polynomial times the density vanishes where {variable} is infinite"
            checks.append(Check(statement, bool(polynomial.is_polynomial(variable))))
            values = [
                S.Zero if end.is_infinite else inner.subs(variable, end) for end in (upper, lower)
            ]
        else:
            slope = NormalCdf(variable).diff(variable) - inner
            checks.append(_vanishes(slope, f"the derivative of Phi({variable}) is the integrand"))
            values = [NormalCdf(upper), NormalCdf(lower)]
        total += coefficient * (values[0] - values[1])
    checks.append(_vanishes(total - Add(*after), "the values at the ends add up"))
    return checks


def check_values(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """Each boundary term is its value at a finite end, or its limit, term by term."""
    total: Expr = S.Zero
    checks = []
    for coefficient, part in map(derivation.split_integral, before):
        if part is None:
            total += coefficient
            continue
        inner, (variable, lower, upper) = part.args
        for end, sign in ((upper, 1), (lower, -1)):
            value = inner.subs(variable, end)
            if end.is_infinite:
                value = _limit(inner, variable, end)
                statement = f"each term has a limit for {variable} -> {end}"
                checks.append(Check(statement, value != S.NaN))
            total += sign * coefficient * value
    checks.append(_vanishes(total - Add(*after), "the values at the ends add up"))
    return checks


def _limit(antiderivative: Expr, variable: Symbol, end: Expr) -> Expr:
    """The limit of a sum of polynomials times Gaussians, and of distributions; NaN if unknown."""
    total: Expr = S.Zero

    def moved(argument: Expr) -> Expr:
        slope = argument.diff(variable)
        if slope == 0:
            return argument
        if slope.has(variable) or not (_is_positive(slope) or _is_positive(-slope)):
            return S.NaN
        return end if _is_positive(slope) else -end

    for coefficient, exponent, distributions in NormalForm.from_expr(antiderivative).terms():
        curvature = exponent.diff(variable, 2)
        if _is_positive(-curvature) and not curvature.has(variable):
            if not coefficient.is_polynomial(variable):
                return S.NaN
        elif coefficient.has(variable) or exponent.has(variable):
            return S.NaN
        else:
            limits = [d.func(*map(moved, d.args)) for d in distributions]
            total += Mul(coefficient, exp(exponent), *limits)
    return total


def _is_positive(value: Expr) -> bool:
    """Whether an expression in parameters and correlations is known to be positive."""
    return bool(parametrized(value).factor().is_positive)


def check_sum(before: Terms, after: Terms, hypotheses: Hypotheses) -> list[Check]:
    """The difference of the two sums has the normal form zero."""
    return [_vanishes(Add(*before) - Add(*after), "both sides have the same normal form")]


def value_between(
    g: Expr, variable: Symbol, lower: Expr, upper: Expr, hypotheses: Hypotheses
) -> Expr:
    """An expression on an open interval, without pieces and atoms.

    SymPy writes every function with a kink as a ``Piecewise``, from the outside in, and each
    condition is decided on the interval; how the engine reads pieces has no part in it.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, mu, sigma, x
        >>> value_between(Elu(x, alpha), x, S.NegativeInfinity, S.Zero, Hypotheses(mu, sigma))
        alpha*(exp(x) - 1)
    """

    def resolve(part: Expr) -> Expr:
        if not part.has(variable) or not part.args:
            return part
        if isinstance(part, DiracDelta):
            return S.Zero
        if isinstance(part, Piecewise):
            for piece, condition in part.args:
                holds = condition.replace(
                    lambda inner: isinstance(inner, Relational),
                    lambda relation: truth(relation),
                )
                if holds == S.true:
                    return resolve(piece)
                if holds != S.false:
                    break
            return S.NaN  # no branch is known to hold on the whole interval: nothing is proved
        if part.is_Function and (by_pieces := part.rewrite(Piecewise, deep=False)) != part:
            return resolve(by_pieces)
        return part.func(*map(resolve, part.args))

    def truth(relation: Relational) -> Expr:
        if isinstance(relation, Eq | Ne):
            return S.true if isinstance(relation, Ne) else S.false
        difference = resolve(relation.gts - relation.lts)
        try:
            sign = sign_between(difference, variable, lower, upper, hypotheses.order)
        except UnsupportedExpressionError:
            return relation
        if sign == 0:  # both sides are the same on the whole interval
            return S.true if isinstance(relation, Ge | Le) else S.false
        return S.true if sign > 0 else S.false

    return resolve(g)


def _sifted(g: Expr, variable: Symbol) -> Expr:
    """The integral of the atoms of g: the sifting property, atom by atom."""
    total: Expr = S.Zero
    for delta, weight in collect(expand(g), list(g.atoms(DiracDelta)), evaluate=False).items():
        if isinstance(delta, DiracDelta):
            slope = delta.args[0].diff(variable)
            point = expand(-delta.args[0].subs(variable, 0) / slope)
            total += weight.subs(variable, point) / abs(slope)
    return total


def _by_limits(terms: Terms) -> dict[Tuple, NormalForm]:
    """The integrands over each pair of ends; boundary terms count with their derivative."""
    totals: dict[Tuple, NormalForm] = {}
    for coefficient, part in map(derivation.split_integral, terms):
        inner, limits = (S.One, Tuple()) if part is None else part.args
        if isinstance(part, derivation.BoundaryTerm):
            slope = NormalForm.from_expr(inner).diff(limits[0])
            value = NormalForm.from_expr(coefficient) * slope
        else:
            value = NormalForm.from_expr(coefficient * inner)
        totals[limits] = totals[limits] + value if limits in totals else value
    return totals


def _vanishes(difference: Expr, statement: str) -> Check:
    return Check(statement, is_zero(difference))
