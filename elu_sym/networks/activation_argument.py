"""What an argument ``activation=`` means: the one place where it becomes an object with moments.

Everything else asks that object: for its ``parameters`` and their defaults (``bind``), and for
``second_moment``, ``variance`` and ``derivative_second_moment``, each a function of mu, sigma and
the parameters. An activation of another kind has these, too, and is recognized here.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from elu_sym.book.formula import ACTIVATIONS, Activation

__all__ = ["ActivationArgument", "activation_of", "parameters_of"]

ActivationArgument: TypeAlias = Activation | str
"""What may be given: an activation of the book, or its name."""


def activation_of(activation: ActivationArgument) -> Activation:
    """The activation that is meant.

    Args:
        activation: an activation of the book, or its name.

    Raises:
        TypeError: if it is neither.
        ValueError: if no activation has this name; the message lists those there are.

    Examples:
        >>> activation_of("selu").parameters
        ('alpha', 'scale')
        >>> activation_of("swish")
        Traceback (most recent call last):
            ...
        ValueError: activation = 'swish' is none of 'elu', 'relu', 'leaky_relu', 'selu', 'celu'
    """
    given: Any = activation  # it may be anything, and is checked
    if isinstance(given, Activation):
        return given
    known = ", ".join(map(repr, ACTIVATIONS))
    if not isinstance(given, str):
        raise TypeError(
            f"activation = {given!r} is of type {type(given).__name__}: give a name, one of"
            f" {known}, or that activation of elu_sym"
        )
    if given not in ACTIVATIONS:
        raise ValueError(f"activation = {given!r} is none of {known}")
    return ACTIVATIONS[given]


def parameters_of(
    activation: Activation, alpha: Any | None, named: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters of an activation by name and in order, the defaults filled in.

    Args:
        activation: what ``activation_of`` gives.
        alpha: the argument of this name; None if it was not given.
        named: other parameters by name.

    Raises:
        TypeError: if the activation has no such parameter; the message names those it has.

    Examples:
        >>> from elu_sym import elu, leaky_relu, relu
        >>> parameters_of(leaky_relu, None, {"slope": 0.2}), parameters_of(elu, None, {})
        ({'slope': 0.2}, {'alpha': 1.0})
        >>> parameters_of(relu, 1.0, {})
        Traceback (most recent call last):
            ...
        TypeError: alpha = 1.0 is no parameter of relu, which has none
    """
    return activation.bind((), named if alpha is None else {"alpha": alpha, **named})
