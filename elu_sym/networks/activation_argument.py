"""What an argument ``activation=`` means: the one place where it becomes an object with moments.

Everything else asks that object: for its ``parameters`` and their defaults (``bind``), and for
``second_moment``, ``variance`` and ``derivative_second_moment``, each a function of mu, sigma and
the parameters. An activation of another kind has these, too, and is recognized here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

from elu_sym.book.formula import ACTIVATIONS, Activation
from elu_sym.networks.certified_activation import CertifiedActivation
from elu_sym.networks.estimated_activation import EstimatedActivation
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

if TYPE_CHECKING:
    from sympy import Expr

__all__ = [
    "ActivationArgument",
    "AnyActivation",
    "activation_of",
    "book_activation_of",
    "parameters_of",
]

OTHER_NAMES = {"swish": "silu", "swish1": "silu", "logistic": "sigmoid", "lrelu": "leakyrelu"}
"""What else activations are called, in small letters."""

AnyActivation: TypeAlias = Activation | CertifiedActivation | EstimatedActivation
"""An activation of the book, another one that is an expression, or a black box."""

ActivationArgument: TypeAlias = "AnyActivation | str | Expr | Callable[[Any], Any]"
"""What may be given: an activation, its name, an expression in x, or a function."""


def activation_of(activation: ActivationArgument) -> AnyActivation:
    """The activation that is meant.

    Args:
        activation: an activation; the name of one of the book or of ``NAMED_ACTIVATIONS``; an
            expression in ``elu_sym.symbols.x`` without other symbols; a function of a number, or of
            a tensor of PyTorch, which is a black box unless it takes ``x`` and gives an expression.

    Returns:
        An object with ``mean``, ``second_moment``, ``variance`` and ``derivative_second_moment``,
        functions of mu and sigma, and of the parameters of an activation of the book. Those of a
        black box are estimates, each with its error.

    Raises:
        TypeError: if it is none of these, or a function that gives no number.
        ValueError: if no activation has this name; the message lists those there are. If an
            expression has another symbol than x.

    Examples:
        >>> activation_of("selu").parameters
        ('alpha', 'scale')
        >>> from elu_sym.symbols import x
        >>> print(f"{activation_of(x / (1 + abs(x))).variance(0, 1):.12f}")
        0.183014021267
        >>> activation_of("swish")
        Traceback (most recent call last):
            ...
        ValueError: activation = 'swish' is none of 'elu', 'relu', 'leaky_relu', 'selu', 'celu', ...
    """
    given: Any = activation  # it may be anything, and is checked
    if isinstance(given, (Activation, CertifiedActivation, EstimatedActivation)):
        return given
    if isinstance(given, str):
        if given in ACTIVATIONS:
            return ACTIVATIONS[given]
        if given not in NAMED_ACTIVATIONS:
            meant = _meant(given)
            raise ValueError(
                f"activation = {given!r} is none of {_known_names()}"
                + f"; did you mean {meant!r}?" * bool(meant)
            )
        return CertifiedActivation.named(given)
    from sympy import Expr

    if isinstance(given, Expr) or (callable(given) and _gives_expression(given)):
        return CertifiedActivation(given)
    if not callable(given):
        raise TypeError(
            f"activation = {given!r} is of type {type(given).__name__}: give a name, one of"
            f" {_known_names()}, an activation of elu_sym, an expression in elu_sym.symbols.x or a"
            " function"
        )
    if isinstance(given, type):
        raise TypeError(
            f"activation = {given.__name__} is a class: give an activation, as {given.__name__}()"
        )
    return EstimatedActivation(given)


def book_activation_of(activation: ActivationArgument) -> Activation:
    """The same where the theory needs the formulas of the book.

    Raises:
        TypeError: as for :func:`activation_of`.
        ValueError: as for :func:`activation_of`, and if the activation is none of the book.

    Examples:
        >>> book_activation_of("gelu")
        Traceback (most recent call last):
            ...
        ValueError: activation = gelu is not in the book: this is for 'elu', 'relu', ...
    """
    if isinstance(activation, str) and activation not in {*ACTIVATIONS, *NAMED_ACTIVATIONS}:
        raise ValueError(
            f"activation = {activation!r} is none of {', '.join(map(repr, ACTIVATIONS))}"
        )
    function = activation_of(activation)
    if not isinstance(function, Activation):
        raise ValueError(
            f"activation = {function.name} is not in the book: this is for"
            f" {', '.join(map(repr, ACTIVATIONS))}; gain and weight_variance take any activation"
        )
    return function


def _known_names() -> str:
    return ", ".join(map(repr, [*ACTIVATIONS, *NAMED_ACTIVATIONS]))


def _meant(name: str) -> str | None:
    """The activation of another spelling, of another name, or with a letter wrong."""
    known = {each.replace("_", ""): each for each in (*ACTIVATIONS, *NAMED_ACTIVATIONS)}
    plain = "".join(filter(str.isalnum, name.lower()))
    plain = OTHER_NAMES.get(plain, plain)
    like = [each for each in known if abs(len(each) - len(plain)) < 2]
    near = get_close_matches(plain, like, n=1, cutoff=0.75)
    return known[near[0]] if near else None


def _gives_expression(function: Callable[[Any], Any]) -> bool:
    from sympy import Expr

    from elu_sym.symbols import x

    try:
        return isinstance(function(x), Expr)
    except Exception:  # in its own way every black box refuses a symbol
        return False


def parameters_of(
    activation: AnyActivation, alpha: Any | None, named: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters of an activation by name and in order, the defaults filled in.

    Args:
        activation: what ``activation_of`` gives.
        alpha: the argument of this name; None if it was not given.
        named: other parameters by name.

    Raises:
        TypeError: if the activation has no such parameter; the message names those it has. If
            alpha is an activation.

    Examples:
        >>> from elu_sym import elu, leaky_relu, relu
        >>> parameters_of(leaky_relu, None, {"slope": 0.2}), parameters_of(elu, None, {})
        ({'slope': 0.2}, {'alpha': 1.0})
        >>> parameters_of(relu, 1.0, {})
        Traceback (most recent call last):
            ...
        TypeError: alpha = 1.0 is no parameter of relu, which has none
    """
    if isinstance(alpha, str) or callable(alpha):
        raise TypeError(f"alpha = {alpha!r} is no real number: name an activation by activation=")
    return activation.bind((), named if alpha is None else {"alpha": alpha, **named})
