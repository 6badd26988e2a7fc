"""The second moments of sums and products of tensors of a traced network.

The square of a sum is that of its terms where the mean of their product is 0, as it is where one of
them is linear in weights of mean 0 that the other does not depend on.

Needs the extra ``torch``.
"""

from dataclasses import replace
from typing import Any

from torch import Tensor

from elu_sym.interop.torch.tensor_entries import Depends, Entries, Lookup, mapped
from elu_sym.interop.torch.traced_network import Call, Reference, argument

__all__ = ["PRODUCTS", "SUMS", "of_product", "of_sum"]

SUMS = ("add", "__radd__", "sub", "subtract", "rsub", "__rsub__")

PRODUCTS = ("mul", "multiply", "__rmul__", "div", "divide", "true_divide")


def of_sum(call: Call, of: Lookup, depends: Depends) -> Entries | None:
    left, right = argument(call, 0, "input"), argument(call, 1, "other")
    factor = argument(call, 2, "alpha", 1.0)
    if call.name in ("__radd__", "__rsub__", "rsub"):
        left, right = right, left
    if not isinstance(factor, int | float):
        return None
    if not (isinstance(left, Reference) and isinstance(right, Reference)):
        return _shifted(
            *((left, right) if isinstance(left, Reference) else (right, left)), of, factor
        )
    one, other = of(left), mapped(of(right), lambda m: m * factor**2)
    made = Entries("a sum")
    independent = _apart(one, depends(right)) or _apart(other, depends(left))
    if not independent or one.moments is None or other.moments is None:
        return made
    both = bool(one.terms) and bool(other.terms)
    return replace(
        made,
        moments=one.moments + other.moments,
        inside=one.inside + other.inside,
        gaussian=one.gaussian and other.gaussian,
        terms=one.terms | other.terms if both else frozenset(),
        nearly=one.nearly or other.nearly,
        approximate=one.approximate or other.approximate,
    )


def _apart(entries: Entries, depends: int) -> bool:
    """Whether the product with what depends on so many layers has mean 0."""
    return bool(entries.terms) and not any(bit & depends for bit in entries.terms)


def _shifted(traced: Any, constant: Any, of: Lookup, factor: float) -> Entries | None:
    """What is known with data added to it."""
    entries = of(traced)
    if isinstance(constant, int | float):
        square: Any = (factor * constant) ** 2
        nothing = square == 0.0
    elif isinstance(constant, Tensor):
        if factor != 1.0:
            return None
        square = of(constant).moments
        nothing = not bool(square.any())
    else:
        return None
    if nothing and factor == 1.0:
        return mapped(entries, lambda m: m + square)
    if entries.moments is None or factor != 1.0 or not (entries.terms or entries.gaussian):
        return Entries("a sum")
    after = mapped(entries, lambda m: m + square)
    return Entries("a sum", after.moments, after.inside, approximate=after.approximate)


def of_product(call: Call, of: Lookup, depends: Depends) -> Entries | None:
    left, right = argument(call, 0, "input"), argument(call, 1, "other")
    over = call.name in ("div", "__truediv__", "true_divide", "divide")
    if isinstance(left, Reference) and isinstance(right, Reference):
        one, other = of(left), of(right)
        apart = _apart(one, depends(right)) or _apart(other, depends(left))
        if over or not apart or one.moments is None or other.moments is None:
            return Entries(f"a product of {one.feed} and {other.feed}")
        first = one if _apart(one, depends(right)) else other
        return Entries(
            f"a product of {one.feed} and {other.feed}",
            one.moments * other.moments,
            one.inside * other.inside,
            terms=first.terms,
            approximate=one.approximate or other.approximate,
        )
    traced, constant = (left, right) if isinstance(left, Reference) else (right, left)
    if over and traced is right:
        return None
    if isinstance(constant, int | float):
        square: Any = float(constant) ** 2
    elif isinstance(constant, Tensor):
        square = of(constant).moments
    else:
        return None
    entries = of(traced)
    usual = entries.usual
    if usual is not None:
        usual = None if isinstance(square, Tensor) else usual / square if over else usual * square
    return mapped(entries, lambda m: m / square if over else m * square, usual=usual)
