"""What is known of the entries of a tensor of a traced network.

Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elu_sym.networks.initialized_layers import SecondMoment

__all__ = ["Entries", "Law", "Lookup", "Squares", "entries_of_data", "without_copies"]


class Squares(NamedTuple):
    """The second moments of the entries of a tensor, in its shape.

    Attributes:
        exact: as they are.
        inside: as if no padding had ever cut anything off; gains are taken of these.
    """

    exact: Tensor
    inside: Tensor

    def map(self, function: Callable[[Tensor], Tensor]) -> Squares:
        """The same function of both, once where they are one."""
        exact = function(self.exact)
        return Squares(exact, exact if self.inside is self.exact else function(self.inside))

    def together(self, other: Squares, function: Callable[[Tensor, Tensor], Tensor]) -> Squares:
        """The same function of both and of those of another tensor."""
        return Squares(function(self.exact, other.exact), function(self.inside, other.inside))

    def each(self, function: Callable[[Tensor], Tensor]) -> Squares:
        """The same function of every entry, once for those that are one in memory."""
        return self.map(lambda values: function(without_copies(values)).expand_as(values))

    def through(self, moment: SecondMoment) -> Squares:
        """Of f(X), where these are the variances of Gaussian X with mean 0."""

        def of_variances(variances: Tensor) -> Tensor:
            values = torch.as_tensor(moment(variances.cpu().numpy()), dtype=variances.dtype)
            return values.to(variances.device)

        return self.each(of_variances)


def without_copies(values: Tensor) -> Tensor:
    """A tensor with one entry along every axis along which all are one in memory.

    Examples:
        >>> without_copies(torch.ones(3, 1).expand(3, 5)).shape
        torch.Size([3, 1])
    """
    for axis, stride in enumerate(values.stride()):
        if stride == 0 and values.shape[axis] > 1:
            values = values.narrow(axis, 0, 1)
    return values


class Law(NamedTuple):
    """Entries as one function of Gaussian ones.

    Attributes:
        variances: of the Gaussian entries; those of the same tensor are the same object.
        terms: their terms, see :class:`Entries`.
        name: the function in words, of x.
        function: the same for a tensor.
        moment: its second moment.
    """

    variances: Squares
    terms: frozenset[int]
    name: str
    function: Callable[[Tensor], Tensor]
    moment: Callable[[], SecondMoment]


@dataclass(frozen=True)
class Entries:
    """What is known of the entries of a tensor.

    Attributes:
        feed: what made them, in words.
        squares: their second moments; None if these are not known.
        gaussian: whether each is Gaussian with mean 0.
        terms: for each of their summands, the bits of the weights that it is linear in, and of all
            weights that are some of the same; if there are any, the mean of every entry is 0.
        nearly: whether they are only nearly Gaussian, as what a normalization gives, and sums of
            few channels: a moment of what an activation makes of them is approximate.
        approximate: whether the moments are.
        usual: E f(Z)^2 of the activation that made them, which a gain is taken of where the moments
            are not known.
        law: how they follow from Gaussian entries, if they do one by one.
        depends: the bits of the layers that they depend on.
    """

    feed: str
    squares: Squares | None = None
    gaussian: bool = False
    terms: frozenset[int] = frozenset()
    nearly: bool = False
    approximate: bool = False
    usual: float | None = None
    law: Law | None = None
    depends: int = 0

    def unknown(self, feed: str) -> Entries:
        """After what has no rule: only the activation before it is known."""
        return Entries(feed, usual=self.usual)

    def mapped(self, function: Callable[[Tensor], Tensor], **changes: Any) -> Entries:
        """After what does the same to all second moments, if these are known."""
        squares = None if self.squares is None else self.squares.map(function)
        return replace(self, squares=squares, law=None, **changes)

    def is_apart_from(self, other: Entries) -> bool:
        """Whether the mean of the product is 0, since these have mean 0 whatever the others are."""
        if other.depends == 0 and self.gaussian:
            return True
        return _without(self.terms, other.depends)

    def is_independent_of(self, other: Entries) -> bool:
        """Whether these follow from Gaussian entries made by weights that others do not depend on.

        In wide networks the variance of those is a number, so their law is one, whatever the others
        are.
        """
        return _without(self.terms if self.law is None else self.law.terms, other.depends)

    def settled(self) -> Entries:
        """The same with the second moments that follow from the law, if nothing else gives them."""
        if self.squares is not None or self.law is None:
            return self
        moment = self.law.moment()
        squares = self.law.variances.through(moment)
        return replace(self, squares=squares, usual=float(moment(1.0)))


def _without(terms: frozenset[int], depends: int) -> bool:
    """Whether there are terms, and none shares weights with what depends on these bits."""
    return bool(terms) and not any(bits & depends for bits in terms)


def entries_of_data(value: Tensor) -> Entries:
    """A tensor that depends on no weights, taken as it is."""
    if value.dtype.is_complex:
        return Entries("complex numbers")
    kind = torch.float32 if value.device.type == "mps" else torch.float64
    squares = value.detach().to(kind).square()
    return Entries("data", Squares(squares, squares))


Lookup = Callable[[Any], Entries]
"""What is known of an argument, recorded or data."""
