"""What is known of the values in a network before its weights are drawn.

Weights are independent, of mean 0. Of a value that depends on them, the second moments of its
entries are known, sample by sample, since the data are given. In wide layers what a layer with
weights gives is Gaussian, of mean 0, and so has f of it the second moments of f(X). A sum of values
that are uncorrelated, as a residual branch and its stream are, has the sum of theirs. Nothing here
knows a library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from elu_sym.interop.recognized_activation import RecognizedActivation
from elu_sym.numeric.operations import FloatArray

__all__ = [
    "Composed",
    "Gaussian",
    "Given",
    "Library",
    "Moments",
    "Random",
    "Unknown",
    "ancestors_of",
    "branch_of",
    "described",
    "functions_of_one",
    "made_of",
    "product_of",
    "second_moments_of",
    "sum_of",
    "without_copies",
]


@dataclass(eq=False)
class Given:
    """A value that no drawn weight changes: data, constants, parameters that are left alone.

    Attributes:
        value: its array.
        is_data: whether no parameter is in it.
    """

    value: Any
    is_data: bool = True
    ancestors: ClassVar[frozenset[Any]] = frozenset()
    centred: ClassVar[frozenset[Any]] = frozenset()
    approximate: ClassVar[bool] = False
    is_gaussian: ClassVar[bool] = False

    @cached_property
    def uniform(self) -> Any:
        """The number that all entries are, None if they are not equal."""
        try:
            entries = np.asarray(self.value).ravel()
            equal = entries.size and entries.dtype != object and (entries == entries[0]).all()
        except TypeError:  # as of keys of random numbers
            return None
        return entries[0] if equal else None


@dataclass(eq=False)
class Random:
    """A value that depends on weights that are drawn.

    Attributes:
        shape: that of its array.
        ancestors: the leaves of these weights.
        centred: leaves in whose weights it is linear, a sum with one term for each: what does not
            depend on them is uncorrelated with it. Empty if it is no such sum.
        approximate: whether its second moments take for Gaussian what is only nearly so.
        is_gaussian: whether its entries are Gaussian, with mean 0.
        nearly: whether they are only nearly so, however wide the network is.
    """

    shape: tuple[int, ...]
    ancestors: frozenset[Any]
    centred: frozenset[Any] = frozenset()
    approximate: bool = field(default=False, kw_only=True)
    is_gaussian: bool = field(default=False, kw_only=True)
    nearly: bool = field(default=False, kw_only=True)

    def is_apart_from(self, other: Random | Given) -> bool:
        """Whether it is linear in weights on which the other value does not depend."""
        return bool(self.centred) and not self.centred & other.ancestors

    def describe(self) -> str:
        """What it is, in words."""
        raise NotImplementedError


@dataclass(eq=False)
class Moments(Random):
    """A value whose second moments are known, and nothing else of its law.

    Attributes:
        squares: computes the second moments of the entries.
        origins: what it was made of.
        joint: how, in words.
        name: what it is called, if that is not said by what it was made of.
    """

    squares: Callable[[], FloatArray] = field(kw_only=True)
    origins: tuple[Any, ...] = ()
    joint: str = " and "
    name: str = ""

    @cached_property
    def second_moments(self) -> FloatArray:
        """The second moments of the entries."""
        return np.broadcast_to(self.squares(), self.shape)

    def describe(self) -> str:
        """What it is, in words."""
        return self.name or self.joint.join(dict.fromkeys(map(described, self.origins)))


class Library(NamedTuple):
    """How a library computes with a value.

    Attributes:
        from_numpy: from an array of NumPy to one of the library, in the type of the value.
        to_numpy: the way back.
        precision: the relative distance of neighbouring numbers of this type.
        certified: whether second moments are as exact as can be, and not as the library computes.
    """

    from_numpy: Callable[[FloatArray], Any]
    to_numpy: Callable[[Any], Any]
    precision: float
    certified: bool = False


@dataclass(eq=False)
class Gaussian(Moments):
    """A value whose entries are N(0, q), each with a q of its own.

    Attributes:
        library: how the library computes with it.
        root: the Gaussian value of which it is a multiple, and the function that multiplies.
        moved: the same value with its entries in other places, by the operation that put them.
    """

    library: Library = field(kw_only=True)
    root: tuple[Gaussian, Callable[[Any], Any]] | None = None
    moved: dict[str, list[Any]] = field(default_factory=dict)
    is_gaussian: bool = field(default=True, kw_only=True)

    def describe(self) -> str:
        """What it is, in words."""
        return self.name or ("identity" if len(self.centred) == 1 else "a sum")


@dataclass(eq=False)
class Composed(Random):
    """A function of a Gaussian value, element by element.

    Attributes:
        source: the Gaussian value.
        function: from an array of its values to one of the same shape.
    """

    source: Gaussian = field(kw_only=True)
    function: Callable[[Any], Any] = field(kw_only=True)

    @cached_property
    def activation(self) -> RecognizedActivation:
        """The function with its name."""
        library = self.source.library

        def of_numpy(places: FloatArray) -> FloatArray:
            values = self.function(library.from_numpy(places))
            return np.asarray(library.to_numpy(values), dtype=np.float64)

        return RecognizedActivation(of_numpy, library.precision, library.certified)

    @cached_property
    def second_moments(self) -> FloatArray:
        """E f(X)^2 for every entry."""
        variances = self.source.second_moments
        moments = self.activation.second_moments(without_copies(variances))
        return np.broadcast_to(moments, variances.shape)

    def describe(self) -> str:
        """What it is, in words."""
        return self.activation.name


@dataclass(eq=False)
class Unknown(Random):
    """A value of which nothing is known beforehand.

    Attributes:
        reason: the operation that is to blame.
        place: where it is in the trace.
        second_moments: those that were measured, once they were.
    """

    reason: str = field(kw_only=True)
    place: int = field(kw_only=True)
    second_moments: FloatArray | None = None

    def describe(self) -> str:
        """What it is, in words."""
        return f"{self.reason}, measured"


def described(value: Any) -> str:
    """What a value is, in words."""
    return value.describe() if isinstance(value, Random) else "data"


def ancestors_of(values: Any) -> frozenset[Any]:
    """The leaves on whose weights any of some values depends."""
    random = (each.ancestors for each in values if isinstance(each, Random))
    return frozenset().union(*random)


def second_moments_of(value: Any) -> FloatArray:
    """The second moments of the entries of a value of which they are known."""
    if isinstance(value, Given):
        return np.asarray(value.value, dtype=np.float64) ** 2
    found: FloatArray | None = value.second_moments
    if found is None:
        raise RuntimeError(f"what {value.reason} gives is asked before it was measured")
    return found


def without_copies(values: FloatArray) -> FloatArray:
    """An array with one entry along every axis along which all are one in memory.

    Examples:
        >>> without_copies(np.broadcast_to(np.ones((3, 1)), (3, 5))).shape
        (3, 1)
    """
    return values[tuple(slice(None if stride else 1) for stride in values.strides)]


def functions_of_one(values: Sequence[Any]) -> tuple[Gaussian, list[Callable[[Any], Any]]] | None:
    """The Gaussian value of which all of some values are functions, and these functions.

    None if they are not functions of one. It is the nearest such value, and only then one further
    back, of which that is a multiple.
    """
    if not all(isinstance(each, Gaussian | Composed) for each in values):
        return None
    for deep in (False, True):
        views = [_view(each, deep) for each in values]
        source = views[0][0]
        if all(other is source for other, _ in views):
            return source, [function for _, function in views]
    return None


def _view(value: Any, deep: bool) -> tuple[Gaussian, Callable[[Any], Any]]:
    """A value as a function of a Gaussian one, of the one that is furthest back if it is deep."""
    source, function = (
        (value.source, value.function) if isinstance(value, Composed) else (value, _itself)
    )
    while deep and source.root is not None:
        before, step = source.root
        source, function = before, _after(function, step)
    return source, function


def _after(function: Callable[[Any], Any], step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: function(step(values))


def _itself(values: Any) -> Any:
    return values


def sum_of(one: Random, other: Random | Given, shape: tuple[int, ...]) -> Moments | None:
    """The sum of two values, or their difference, if they are uncorrelated."""
    backwards = isinstance(other, Random) and other.is_apart_from(one)
    if not (one.is_apart_from(other) or backwards):
        return None
    both = bool(one.centred) and bool(other.centred)
    centred = one.centred | other.centred if both else frozenset()
    ancestors = one.ancestors | other.ancestors

    def squares() -> FloatArray:
        return without_copies(second_moments_of(one)) + without_copies(second_moments_of(other))

    known: dict[str, Any] = {
        "squares": squares,
        "approximate": one.approximate or other.approximate,
    }
    if isinstance(one, Gaussian) and isinstance(other, Gaussian):
        nearly, library = one.nearly or other.nearly, one.library
        return Gaussian(shape, ancestors, centred, library=library, nearly=nearly, **known)
    return Moments(shape, ancestors, centred, origins=(one, other), **known)


def made_of(
    parts: Sequence[Any],
    squares: Callable[[], FloatArray],
    shape: tuple[int, ...],
    *,
    keeps_law: bool = True,
    root: tuple[Gaussian, Callable[[Any], Any]] | None = None,
) -> Moments:
    """What has entries of other values, or multiples of them, each of one: Gaussian if they are.

    Args:
        parts: these values.
        squares: computes the second moments.
        shape: that of what is made.
        keeps_law: whether what was Gaussian stays so, and what was linear in weights.
        root: the Gaussian value of which it is a multiple.
    """
    centred = [each.centred for each in parts]
    law: dict[str, Any] = {
        "shape": shape,
        "ancestors": ancestors_of(parts),
        "centred": frozenset().union(*centred) if keeps_law and all(centred) else frozenset(),
        "squares": squares,
        "origins": tuple(parts),
        "approximate": any(each.approximate for each in parts),
    }
    if not (keeps_law and all(each.is_gaussian for each in parts)):
        return Moments(**law)
    name = " and ".join(dict.fromkeys(getattr(each, "name", "") for each in parts))
    nearly = any(each.nearly for each in parts)
    library: Any = getattr(parts[0], "library", None)  # what is Unknown has none
    return Gaussian(**law, library=library, root=root, name=name, nearly=nearly)


def product_of(one: Random, other: Random, shape: tuple[int, ...]) -> Moments | None:
    """The product of two values, if one is a function of a Gaussian one independent of the other.

    Weights make a value Gaussian of a variance that is, in wide layers, the same for all of them.
    """
    for a, b in ((one, other), (other, one)):
        source = a.source if isinstance(a, Composed) else a
        if isinstance(source, Gaussian) and source.is_apart_from(b):
            linear = (c.centred for c, d in ((one, other), (other, one)) if c.is_apart_from(d))
            return Moments(
                shape,
                one.ancestors | other.ancestors,
                next(linear, frozenset()),
                squares=lambda: second_moments_of(one) * second_moments_of(other),
                origins=(a, b),
                joint=" times ",
                approximate=one.approximate or other.approximate,
            )
    return None


def branch_of(one: Random, other: Random) -> frozenset[Any]:
    """The last layer of a residual branch, if one of two terms is such a branch.

    It has come from the other term, or from where that has come from by a layer of its own. Empty
    if neither is one.
    """
    for branch, stream in ((one, other), (other, one)):
        if len(branch.centred) == 1 and branch.is_apart_from(stream):
            own = stream.centred if len(stream.centred) == 1 else frozenset()
            longer = stream.ancestors - own < branch.ancestors - branch.centred
            if longer or stream.ancestors <= branch.ancestors:
                return branch.centred
    return frozenset()
