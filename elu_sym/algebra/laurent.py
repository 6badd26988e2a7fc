"""Laurent expansions of the rational functions in a normal form.

The coefficients, exponents and arguments of a normal form are elements of a field of rational
functions. The uniform bound and the limit of the heat certificate, and the tails of the quadrature,
need to know how such an element depends on ``mu``, ``sigma`` or ``x``: by which powers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Expr, Symbol

from elu_sym.algebra.bivariate_normal import parametrized


class NotLaurentError(ValueError):
    """A rational function whose denominator is not a monomial in the given symbols."""


def laurent(domain: Any, element: Any, symbols: Sequence[Symbol]) -> Mapping[tuple[int, ...], Any]:
    """Expand a field element in powers of some of its symbols.

    Args:
        domain: the field, as in ``NormalForm.domain``.
        element: an element of it.
        symbols: the symbols to expand in; one that the field lacks has the power 0.

    Returns:
        The coefficients, elements of the same field that are free of ``symbols``, by the powers
        of the symbols. Zero is the empty mapping.

    Raises:
        NotLaurentError: if the field has a logarithm of one of ``symbols``, if the denominator is
            not a monomial in them, or if it has a factor in the other parameters that their
            assumptions do not keep away from zero.

    Examples:
        >>> from sympy import QQ
        >>> from elu_sym.symbols import alpha, mu, sigma
        >>> field = QQ.frac_field(alpha, mu, sigma)
        >>> value = field.from_sympy((alpha*mu - sigma**3) / (2*alpha*sigma))
        >>> laurent(field, value, [mu, sigma])
        {(0, 2): -1/(2*alpha), (1, -1): 1/2}
    """
    for generator in domain.symbols:
        if generator not in symbols and generator.has(*symbols):
            raise NotLaurentError(f"{generator} is no rational function")
    places = [
        domain.symbols.index(symbol) if symbol in domain.symbols else None for symbol in symbols
    ]
    present = [place for place in places if place is not None]
    divisors = {tuple(monomial[place] for place in present) for monomial in element.denom}
    if len(divisors) != 1:
        raise NotLaurentError(f"{domain.to_sympy(element)} has a denominator that mixes powers")
    shift = dict(zip(present, divisors.pop(), strict=True))
    divisor = _without(element.denom, present)
    _require_nonzero(domain, divisor)
    parts: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in element.numer.items():
        powers = tuple(0 if place is None else monomial[place] - shift[place] for place in places)
        rest = tuple(0 if place in shift else power for place, power in enumerate(monomial))
        parts.setdefault(powers, {})[rest] = coefficient
    ring = element.numer.ring
    return {powers: element.new(ring.from_dict(rest), divisor) for powers, rest in parts.items()}


def _without(polynomial: Any, places: list[int]) -> Any:
    """The polynomial at 1 in the given generators."""
    terms = {
        tuple(0 if place in places else power for place, power in enumerate(monomial)): coefficient
        for monomial, coefficient in polynomial.items()
    }
    return polynomial.ring.from_dict(terms)


def _require_nonzero(domain: Any, divisor: Any) -> None:
    if divisor.is_ground:
        return
    expression: Expr = domain.to_sympy(domain.field.new(divisor, divisor.ring.one)).factor()
    if not parametrized(expression).factor().is_nonzero:
        raise NotLaurentError(f"the denominator {expression} may vanish")
