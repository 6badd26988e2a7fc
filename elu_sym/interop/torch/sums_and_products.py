"""The second moments of sums and products of tensors of a traced network.

The square of a sum is that of its terms where the mean of their product is 0, as it is where one of
them is linear in weights of mean 0 that the other does not depend on.

Needs the extra ``torch``.
"""

from dataclasses import replace
from typing import Any

from torch import Tensor

from elu_sym.interop.torch.recorded_calls import Call, Reference, argument
from elu_sym.interop.torch.tensor_entries import Entries, Lookup

__all__ = ["PRODUCTS", "SUMS", "of_product", "of_sum"]

SUMS = ("add", "__radd__", "sub", "subtract", "rsub", "__rsub__")

QUOTIENTS = ("div", "divide", "true_divide")

PRODUCTS = ("mul", "multiply", "__rmul__", *QUOTIENTS)


def of_sum(call: Call, of: Lookup) -> Entries | None:
    """What is known of a sum or a difference."""
    left, right = argument(call, 0, "input"), argument(call, 1, "other")
    factor = argument(call, 2, "alpha", 1.0)
    if call.name in ("rsub", "__rsub__"):
        left, right = right, left
    if not isinstance(factor, int | float):
        return None
    one, other = _entries(left, of), _entries(right, of)
    if one is None or other is None:
        return None
    if factor != 1.0:
        other = other.mapped(lambda m: m * factor**2)
    for entries, constant in ((one, right), (other, left)):
        if _is_nothing(constant):
            return entries
    apart = one.is_apart_from(other) or other.is_apart_from(one)
    if one.squares is None or other.squares is None or not apart:
        return Entries("a sum")
    both = bool(one.terms) and bool(other.terms)
    return Entries(
        "a sum",
        one.squares.together(other.squares, lambda a, b: a + b),
        gaussian=one.gaussian and other.gaussian,
        terms=one.terms | other.terms if both else frozenset(),
        nearly=one.nearly or other.nearly,
        approximate=one.approximate or other.approximate,
    )


def of_product(call: Call, of: Lookup) -> Entries | None:
    """What is known of a product, or of a quotient by what depends on no weights."""
    left, right = argument(call, 0, "input"), argument(call, 1, "other")
    one, other = _entries(left, of), _entries(right, of)
    if one is None or other is None:
        return None
    over = call.name in QUOTIENTS
    if isinstance(left, Reference) and isinstance(right, Reference):
        found = Entries(f"a product of {one.feed} and {other.feed}")
        if over or not (one.is_independent_of(other) or other.is_independent_of(one)):
            return found
        if one.usual is not None and other.usual is not None:
            found = replace(found, usual=one.usual * other.usual)
        if one.squares is None or other.squares is None:
            return found
        linear = [a.terms for a, b in ((one, other), (other, one)) if a.is_apart_from(b)]
        return replace(
            found,
            squares=one.squares.together(other.squares, lambda a, b: a * b),
            terms=linear[0] if linear else frozenset(),
            approximate=one.approximate or other.approximate,
        )
    if over and isinstance(right, Reference):
        return None
    entries, constant = (one, other) if isinstance(left, Reference) else (other, one)
    assert constant.squares is not None
    square = constant.squares.exact
    factor = 1.0 / square if over else square
    usual = entries.usual
    if usual is not None:
        usual = usual * float(factor) if factor.numel() == 1 else None
    return replace(entries.mapped(lambda m: m * factor), usual=usual)


def _entries(value: Any, of: Lookup) -> Entries | None:
    """What is known of an argument; None if it is neither a tensor nor a number."""
    if isinstance(value, bool) or not isinstance(value, Reference | Tensor | int | float):
        return None
    return of(value)


def _is_nothing(value: Any) -> bool:
    if isinstance(value, Reference):
        return False
    return not bool(value.any()) if isinstance(value, Tensor) else value == 0.0
