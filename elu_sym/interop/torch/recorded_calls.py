"""A function that a PyTorch network called, and what is known of the tensors in it.

Of every entry there are two second moments, in a last axis: as it is, and as if no padding had ever
cut anything off. Gains are taken of the latter. Needs the extra ``torch``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_iter

from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Given,
    Library,
    Random,
    Unknown,
    ancestors_of,
    described,
    made_of,
    without_copies,
)
from elu_sym.numeric.operations import FloatArray

__all__ = [
    "LIBRARY",
    "Call",
    "Data",
    "Unpredicted",
    "argument_of",
    "of_both",
    "together",
]

A_SUM = "a sum"

LIBRARY = Library(torch.from_numpy, Tensor.numpy, 2.0**-52, certified=True)
"""Functions are integrated in double precision, whatever the network computes in."""


class Data(Given):
    """A tensor that no drawn weight changes.

    Attributes:
        tensor: as it was when it was given to a function.
    """

    def __init__(self, tensor: Tensor, is_data: bool = True) -> None:
        """Nothing is copied."""
        self.tensor, self.is_data = tensor, is_data

    @cached_property
    def value(self) -> FloatArray:
        """Its numbers, with an axis for both second moments."""
        found: FloatArray = self.tensor.detach().cpu().double().numpy()[..., None]
        return found


@dataclass(eq=False)
class Unpredicted(Unknown):
    """A value whose second moments are not known beforehand.

    Attributes:
        usual: E f(Z)^2 of the activation that made it, or came before; None if there is none.
    """

    usual: float | None = None

    def describe(self) -> str:
        """What it is, in words."""
        return self.reason


def usual_of(value: Any) -> float | None:
    """E f(Z)^2 of the activation that made a value, None if none did."""
    if isinstance(value, Unpredicted):
        return value.usual
    if isinstance(value, Composed):
        return float(value.activation.second_moments(np.ones(1))[0])
    if isinstance(value, Given) or value.name == A_SUM:
        return None
    if isinstance(value, Gaussian) or value.name:  # that of a normalization
        return 1.0
    usual = [usual_of(each) for each in value.origins]
    known = [each for each in usual if each is not None]
    if len(known) < len(usual):
        return None
    if value.joint == " times ":
        return prod(known)
    return float(np.average(known, weights=[prod(each.shape) for each in value.origins]))


@dataclass(eq=False)
class Call:
    """A function that was called.

    Attributes:
        name: its name, without the underscore of those that act in place.
        function: the function.
        arguments: what it was called with, what is known of tensors in their place.
        keywords: the same by name.
        shapes: those of the tensors that came out, each with the axis of second moments.
        number: its place among all calls; what depends on a layer has that among its ancestors.
        layer: the weights, if it is a layer whose weights are drawn.
        outputs: what is known of the tensors that came out.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    shapes: Sequence[tuple[int, ...]]
    number: int
    layer: Any = None
    outputs: list[Random] = field(default_factory=list)

    @property
    def random(self) -> list[Random]:
        """What depends on weights among what it was called with."""
        given = tree_iter((self.arguments, dict(self.keywords)))
        return [each for each in given if isinstance(each, Random)]

    def unpredicted(self, reason: str, usual: float | None = None) -> Unpredicted:
        """What came out, if it is not known beforehand."""
        ancestors, place = ancestors_of(self.random), self.number
        return Unpredicted(self.shapes[0], ancestors, reason=reason, place=place, usual=usual)

    def made(
        self,
        parts: Sequence[Any],
        squares: Callable[[], FloatArray],
        *,
        number: int = 0,
        **options: Any,
    ) -> Random:
        """One of the tensors that came out, see :func:`~elu_sym.interop.signals.made_of`."""
        found = made_of(parts, squares, self.shapes[number], **options)
        if not any(isinstance(each, Unpredicted) for each in parts):
            return found
        return Unpredicted(
            found.shape,
            found.ancestors,
            found.centred,
            reason=" and ".join(dict.fromkeys(map(described, parts))),
            place=self.number,
            usual=usual_of(found),
            is_gaussian=found.is_gaussian,
        )

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """An argument, given by its place or by its name."""
        return argument_of(self.arguments, self.keywords, place, name, default)


def argument_of(
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    place: int,
    name: str,
    default: Any = None,
) -> Any:
    """One of the arguments of a function, given by its place or by its name."""
    return arguments[place] if len(arguments) > place else keywords.get(name, default)


def together(exact: Tensor, inside: Tensor) -> FloatArray:
    """Both second moments of a tensor, without copies of what is one in memory.

    Examples:
        >>> together(torch.zeros(3, 1).expand(3, 5), torch.ones(3, 5)).shape
        (3, 5, 2)
    """
    parts = (without_copies(each.detach().numpy()) for each in (exact, inside))
    return np.broadcast_to(np.stack(np.broadcast_arrays(*parts), -1), (*exact.shape, 2))


def of_both(
    function: Callable[..., Tensor],
    *moments: FloatArray,
    inside: Callable[..., Tensor] | None = None,
) -> FloatArray:
    """A function of PyTorch of the second moments of tensors, once where both are one.

    Args:
        function: from one tensor for each of the arrays.
        *moments: both second moments of tensors.
        inside: another function of the latter.
    """

    def of_kind(kind: int, function: Callable[..., Tensor]) -> Tensor:
        return function(*(_tensor(each[..., kind % each.shape[-1]]) for each in moments))

    exact = of_kind(0, function)
    if inside is None and all(each.shape[-1] == 1 or each.strides[-1] == 0 for each in moments):
        return np.broadcast_to(exact.numpy()[..., None], (*exact.shape, 2))
    return together(exact, of_kind(1, inside or function))


def _tensor(values: FloatArray) -> Tensor:
    """A tensor, where what is one in memory is so, too."""
    return torch.from_numpy(without_copies(values).copy()).expand(values.shape)
