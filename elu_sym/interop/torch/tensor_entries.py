"""What is known of the entries of a tensor of a traced network.

Needs the extra ``torch``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from elu_sym.networks.initialized_layers import SecondMoment

__all__ = ["Depends", "Entries", "Lookup", "by_moment", "entries_of_data", "mapped"]


@dataclass(frozen=True)
class Entries:
    """What is known of the entries of a tensor.

    Attributes:
        feed: what made them, in words.
        moments: their second moments, in the shape of the tensor; None if these are not known.
        inside: the same as if no padding had ever cut anything off, which gains are taken of.
        gaussian: whether each is Gaussian with mean 0.
        terms: the layer calls in whose weights one of their summands each is linear; if there are
            any, the mean of every entry is 0.
        nearly: whether they are only nearly Gaussian, as what a normalization gives, and sums of few
            channels: a moment of what an activation makes of them is approximate.
        approximate: whether the moments are.
        usual: E f(Z)^2 of the activation that made them, which a gain is taken of where the moments
            are not known.
        before: the variances of Gaussian pre-activations, if these are SELU of such.
    """

    feed: str
    moments: Tensor | None = None
    inside: Tensor | None = None
    gaussian: bool = False
    terms: frozenset[int] = frozenset()
    nearly: bool = False
    approximate: bool = False
    usual: float | None = None
    before: tuple[Tensor, Tensor] | None = None

    @property
    def unknown(self) -> "Entries":
        """The same with nothing but what made them."""
        return Entries(self.feed, usual=self.usual)


def entries_of_data(value: Tensor) -> Entries:
    """A tensor that depends on no weights, taken as it is."""
    if value.dtype.is_complex:
        return Entries("data")
    kind = torch.float32 if value.device.type == "mps" else torch.float64
    squares = value.detach().to(kind).square()
    return Entries("data", squares, squares)


def mapped(entries: Entries, function: Callable[[Tensor], Tensor], **changes: Any) -> Entries:
    """The same function for both kinds of second moments, if these are known."""
    if entries.moments is None or entries.inside is None:
        return replace(entries, before=None, **changes)
    after = function(entries.moments)
    same = entries.inside is entries.moments
    inside = after if same else function(entries.inside)
    return replace(entries, moments=after, inside=inside, before=None, **changes)


def by_moment(moment: SecondMoment, variances: Tensor) -> Tensor:
    """E f(X)^2 at each variance, where many entries are views of one, once for all of them."""
    alike = variances
    for axis, stride in enumerate(variances.stride()):
        if stride == 0 and variances.shape[axis] > 1:
            alike = alike.narrow(axis, 0, 1)
    values = torch.as_tensor(moment(alike.cpu().numpy()), dtype=variances.dtype)
    return values.to(variances.device).expand_as(variances)


Lookup = Callable[[Any], Entries]
"""What is known of an argument, recorded or data."""

Depends = Callable[[Any], int]
"""The bits of the layer calls that an argument depends on."""
