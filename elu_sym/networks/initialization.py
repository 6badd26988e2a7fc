r"""Gains and weight variances for layers that are fed by an activation, from exact moments.

Such a layer has the inputs f(X), where X ~ N(mu, sigma**2) is the pre-activation of the layer
before. With weights of mean 0 and variance ``gain**2/fan`` it keeps something of X as it is; what
it keeps is named by ``preserve``:

- ``"second_moment"``, gain**2 = sigma**2/E f(X)**2: the variance of the next pre-activation is
  sigma**2 again. This is the rule of Kaiming He and others, sqrt(2) for ReLU.
- ``"variance"``, gain**2 = sigma**2/Var f(X): the same where the mean of f(X) is taken away, as by
  weights whose rows sum to 0 in networks without normalization.
- ``"gradient"``, gain**2 = 1/E f'(X)**2: the mean squared gradient is the same on both sides of the
  layer, with the fan of the outputs.

For ReLU at mu = 0 the first and the third agree; for ELU no two of them do. At mu = 0 and sigma = 1
the first two are 1 for SELU, whose parameters were chosen so.

So in a network the first layer, fed by data of mean 0 and variance sigma**2, has gain 1, every
later one the gain of the activation before it, and biases start at 0: what they add, the variance
keeps.
A stride s of a convolution changes nothing forwards; backwards only one output in s for each axis
meets an input, on average, so divide ``fan_out`` by s for each axis.
"""

import math
from collections.abc import Sequence
from functools import partial
from operator import index
from typing import Any, Literal, NamedTuple

import numpy as np

from elu_sym.book.formula import Activation
from elu_sym.networks import gains
from elu_sym.networks.activation_argument import (
    ActivationArgument,
    activation_of,
    parameters_of,
)
from elu_sym.networks.beyond_range import finite_result
from elu_sym.networks.estimated_activation import Estimate
from elu_sym.numeric.arguments import LOCATION, POSITIVE, SCALE, broadcast_arguments
from elu_sym.numeric.evaluation import evaluate

__all__ = ["Fans", "Preserve", "fans", "gain", "layer_gain", "layer_scale", "weight_variance"]

Preserve = Literal["second_moment", "variance", "gradient"]
"""What the weights of a layer are to keep as it is."""


_SMALL = 1e-280
"""Where moments lie between this and its reciprocal, a gain is taken of the moment."""

_RULES = {
    "second_moment": ("second_moment", gains.second_moment_gain),
    "variance": ("variance", gains.variance_gain),
    "gradient": ("derivative_second_moment", gains.gradient_gain),
}
"""The moment that is kept, and how its gain is computed where the moment is no double."""


def gain(
    alpha: Any = None,
    mu: Any = 0.0,
    sigma: Any = 1.0,
    preserve: Preserve = "second_moment",
    *,
    activation: ActivationArgument = "elu",
    **parameters: Any,
) -> Any:
    r"""The factor for the weights of a layer that is fed by an activation.

    Weights of mean 0 and standard deviation ``gain/sqrt(fan)`` preserve what ``preserve`` names,
    where the pre-activation before that activation is N(mu, sigma**2). The first layer of a
    network, which none feeds, has gain 1; biases start at 0. See the documentation of the module.

    Args:
        alpha: the alpha of ELU, CELU or SELU, positive and finite, scalar or array; by default
            that of the activation, 1 for ELU. ReLU and leaky ReLU have none.
        mu: the mean of the pre-activation; plus or minus infinity gives the limit.
        sigma: its standard deviation, at least 0 and finite; 0 gives the limit.
        preserve: ``"second_moment"`` (sigma/sqrt(E f**2), the default), ``"variance"``
            (sigma/std f) or ``"gradient"`` (1/sqrt(E f'**2)).
        activation: f, an activation of the book or its name: ``"elu"``, ``"celu"``, ``"selu"``,
            ``"relu"`` or ``"leaky_relu"``; one of the names of
            :mod:`elu_sym.networks.named_activations`, as ``"gelu"`` or ``"mish"``, or an expression
            in ``elu_sym.symbols.x``, for which mu is finite and sigma above 0; or a function that
            is known by its values only, of a number or of a tensor of PyTorch.
        **parameters: its other parameters, ``slope`` for leaky ReLU and ``scale`` for SELU, scalars
            or arrays; by default its own.

    Returns:
        A float64 of the broadcast shape, a float32 if every array is one; NaN where an argument is
        NaN; for a function an :class:`~elu_sym.networks.estimated_activation.Estimate`, a number
        with its estimated error.

        As sigma -> 0 every gain has a limit: at mu = 0 that of the leaky ReLU with the same slopes
        on either side of 0, for ELU sqrt(2/(1 + alpha**2)) for the second moment and for the
        gradient; elsewhere 0 for the second moment, and 1/f'(mu) for the other two. As mu -> inf
        the limits are 0, 1/f' and 1/f'; as mu -> -inf the first is sigma/abs(f(-inf)), and the
        others are 1/f'(-inf). A gain that is infinite, as on the side where ReLU is 0, is an error.

    Raises:
        TypeError: if an argument is no real number or array, ``activation`` is neither a name nor
            an activation, or it has no parameter of a name that is given, as ReLU no alpha.
        ValueError: if a value is outside its domain, the shapes do not broadcast, ``preserve`` or
            the name of the activation is unknown, or the gain is beyond the double range, as where
            the units are saturated; if the moment of an expression cannot be enclosed, as at a
            pole.
        ModuleNotFoundError: for an expression, and for a name that is not of the book away from
            mu = 0, sigma = 1, if python-flint is missing, which the extra ``verify`` brings.

    Accuracy:
        In units of ulp(F) + 2**-52 sum abs(x dF/dx), the sum over the arguments, the largest error
        found against Arb at 36,000 points of all five activations is 7.0, over the double range,
        and 0.2 on average; by the second moment it is 4.2, and by the gradient 1.5. Of another
        name, or an expression, each value is proved to be within one unit of the last place as it
        is computed; of a name at mu = 0 and sigma = 1 it is read from a table of proved digits. Of
        a function that is known by its values only nothing is proved: its error is estimated.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, equation 10, with E f**2 in place of 1/2; A.
        Brock, S. De, S. L. Smith, ICLR 2021, section 4.2, for the variance; He and others,
        equation 14, for the gradient.

    Examples:
        >>> print(f"{gain():.15f}")
        1.245198300700706
        >>> print(f"{gain(activation='relu'):.6f} {gain(activation='leaky_relu', slope=0.2):.6f}")
        1.414214 1.386750
        >>> from elu_sym.symbols import x
        >>> print(f"{gain(activation='gelu'):.6f} {gain(activation=x / (1 + abs(x))):.6f}")
        1.533530 2.337533
        >>> for rule in ("second_moment", "variance", "gradient"):
        ...     print(f"{gain(alpha=0.5, mu=-1.0, preserve=rule):.6f}")
        2.399337
        2.680150
        2.245524
        >>> gain([0.5, 1.0], preserve="mean")
        Traceback (most recent call last):
            ...
        ValueError: preserve = 'mean' is none of 'second_moment', 'variance', 'gradient'
    """
    if preserve not in tuple(_RULES):
        raise ValueError(f"preserve = {preserve!r} is none of {', '.join(map(repr, _RULES))}")
    kept, everywhere = _RULES[preserve]
    function = activation_of(activation)
    bound = parameters_of(function, alpha, parameters)
    if not isinstance(function, Activation):
        return function.gain(mu, sigma, preserve)
    number = function.formulas[kept].numeric.direct(mu, sigma, *bound.values())
    if type(number) is np.float64 and _SMALL < number < 1.0 / _SMALL:  # the common case
        return np.float64((1.0 if preserve == "gradient" else float(sigma)) / math.sqrt(number))
    positive = {name: (value, POSITIVE) for name, value in bound.items()}
    checked = broadcast_arguments(**positive, mu=(mu, LOCATION), sigma=(sigma, SCALE))
    *shape, mean, deviation = checked.arrays
    with np.errstate(all="ignore"):
        moment = getattr(function, kept)(mean, deviation, *shape)
        ordinary = (moment > _SMALL) & (moment < 1.0 / _SMALL)
        unit = 1.0 if preserve == "gradient" else deviation
        values = np.asarray(np.where(ordinary, unit / np.sqrt(moment), np.nan))
    rest = np.isnan(values)
    if rest.any():
        broadcast = np.broadcast_arrays(mean, deviation, *shape)
        of_law = partial(everywhere, function)
        (values[rest],) = evaluate(of_law, *(each[rest] for each in broadcast))
    given = dict(zip((*bound, "mu", "sigma"), checked.arrays, strict=True))
    advice = f", since the units hardly respond there; give a larger {_any_of('mu', *bound)}"
    return finite_result(checked, values, given, f"the gain that preserves the {preserve}", advice)


def weight_variance(
    fan: Any,
    alpha: Any = None,
    mu: Any = 0.0,
    sigma: Any = 1.0,
    preserve: Preserve = "second_moment",
    *,
    activation: ActivationArgument = "elu",
    **parameters: Any,
) -> Any:
    """The variance of the weights of a layer that is fed by an activation: gain**2/fan.

    Args:
        fan: the number of inputs of a unit, ``fans(shape).fan_in``, positive, scalar or array; for
            ``preserve="gradient"`` the number of units that an input reaches, ``fan_out``.
        alpha: the alpha of the activation, positive and finite; by default its own.
        mu: the mean of the pre-activation.
        sigma: its standard deviation.
        preserve: what is kept as it is, see :func:`gain`.
        activation: any activation, see :func:`gain`.
        **parameters: its other parameters, see :func:`gain`.

    Returns:
        A float64 of the broadcast shape, a float32 if every array is one; NaN where an argument is
        NaN; for a function that is known by its values only, and one fan, an estimate, as for
        :func:`gain`.

    Raises:
        TypeError: as for :func:`gain`.
        ValueError: as for :func:`gain`, and if the variance is beyond the double range.

    Accuracy:
        Twice the error of the gain, see there, and three roundings.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, equation 10, with E f**2 in place of 1/2.

    Examples:
        >>> print(f"{weight_variance(256):.15f}")
        0.006056714094015
        >>> print(f"{weight_variance(fans((64, 32, 3, 3)).fan_in, alpha=0.5):.15f}")
        0.006475171244741
        >>> print(f"{weight_variance(100, activation='relu'):.15f}")
        0.020000000000000
    """
    function = activation_of(activation)
    bound = parameters_of(function, alpha, parameters)
    positive = {name: (value, POSITIVE) for name, value in ({"fan": fan} | bound).items()}
    checked = broadcast_arguments(**positive, mu=(mu, LOCATION), sigma=(sigma, SCALE))
    given = dict(zip((*positive, "mu", "sigma"), checked.arrays, strict=True))
    law = {name: array for name, array in given.items() if name != "fan"}
    factor = gain(**law, preserve=preserve, activation=function)
    if isinstance(factor, Estimate) and not checked.shape:
        value = factor * (factor / float(given["fan"]))
        return Estimate(value, 2.0 * value * factor.error / factor)
    with np.errstate(all="ignore"):
        values = np.asarray(factor * (factor / given["fan"]))
    advice = f"; give a larger {_any_of('fan', 'mu', *bound)}"
    return finite_result(checked, values, given, "the weight variance", advice)


def layer_gain(
    alpha: float | None = None,
    mu: float = 0.0,
    sigma: float = 1.0,
    preserve: Preserve = "second_moment",
    *,
    activation: ActivationArgument = "elu",
    **parameters: float,
) -> float:
    """The gain of one layer, fit to be the factor of its weights.

    Args:
        alpha: the alpha of the activation, a positive number; by default its own.
        mu: the mean of the pre-activation.
        sigma: its standard deviation.
        preserve: what is kept as it is, see :func:`gain`.
        activation: any activation, see :func:`gain`.
        **parameters: its other parameters, see :func:`gain`.

    Returns:
        A positive Python float.

    Raises:
        TypeError: as for :func:`gain`.
        ValueError: as for :func:`gain`; if an argument is an array or NaN; if the gain is 0.

    Examples:
        >>> print(f"{layer_gain(preserve='variance'):.6f}")
        1.270843
        >>> layer_gain(mu=1.0, sigma=0.0)
        Traceback (most recent call last):
            ...
        ValueError: the gain at alpha = 1.0, mu = 1.0, sigma = 0.0 is 0.0: give a sigma above zero
    """
    function = activation_of(activation)
    bound = parameters_of(function, alpha, parameters) | {"mu": mu, "sigma": sigma}
    for name, value in bound.items():
        if np.ndim(value):
            raise ValueError(f"{name} has shape {np.shape(value)}: give one number for the layer")
    value = float(gain(**bound, preserve=preserve, activation=function))
    if not value > 0.0:
        raise ValueError(
            f"the gain at {_listed(bound)} is {value}: give "
            + ("numbers" if math.isnan(value) else "a sigma above zero")
        )
    return value


def layer_scale(
    alpha: float | None = None,
    mu: float = 0.0,
    sigma: float = 1.0,
    preserve: Preserve = "second_moment",
    *,
    activation: ActivationArgument = "elu",
    **parameters: float,
) -> float:
    """The square of the gain of one layer: what initializers by variance divide by the fan.

    Args:
        alpha: the alpha of the activation, a positive number; by default its own.
        mu: the mean of the pre-activation.
        sigma: its standard deviation.
        preserve: what is kept as it is, see :func:`gain`.
        activation: any activation, see :func:`gain`.
        **parameters: its other parameters, see :func:`gain`.

    Returns:
        A positive Python float.

    Raises:
        TypeError: as for :func:`layer_gain`.
        ValueError: as for :func:`layer_gain`; if the square is beyond the range of a double.

    Examples:
        >>> print(f"{layer_scale():.6f} {layer_scale(activation='selu'):.6f}")
        1.550519 1.000000
    """
    factor = layer_gain(alpha, mu, sigma, preserve, activation=activation, **parameters)
    scale = factor * factor
    if not 0.0 < scale < math.inf:
        bound = parameters_of(activation_of(activation), alpha, parameters)
        raise ValueError(
            f"{_listed(bound | {'mu': mu, 'sigma': sigma})}: the square of the gain {factor:.3g} is"
            " beyond the range of a double; give values nearer to 1"
        )
    return scale


def _listed(given: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in given.items())


def _any_of(*names: str) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


class Fans(NamedTuple):
    """How many weights meet in a unit, and how many units an input reaches."""

    fan_in: int
    fan_out: int


def fans(shape: Sequence[int], *, transposed: bool = False, groups: int = 1) -> Fans:
    """The fans of the weights of a layer, in PyTorch's order of the axes.

    Without options this is what ``torch.nn.init`` counts: the weights are (outputs, inputs,
    *receptive field), and each fan is its number of channels times the size of the receptive field.
    For two kinds of layers that is not the number of weights that meet in a unit:

    - a transposed convolution has weights (inputs, outputs/groups, *receptive field), so the two
      change places; say ``transposed=True``. With a stride s only one weight in s of each axis
      meets an output, on average, so divide ``fan_in`` by s for each axis;
    - in a convolution with groups, weights (outputs, inputs/groups, *receptive field), ``fan_in``
      is right and an input reaches outputs/groups channels only; say ``groups``. PyTorch's
      ``fan_out`` is too large by that factor.

    Args:
        shape: the shape of the weights, at least two axes.
        transposed: whether the layer is a transposed convolution.
        groups: the number of groups of a convolution.

    Returns:
        The named pair (fan_in, fan_out).

    Raises:
        TypeError: if a length is no whole number.
        ValueError: if there are fewer than two axes, a length is not positive, or the number of
            channels is no multiple of ``groups``.

    Source:
        PyTorch, ``torch/nn/init.py``, ``_calculate_fan_in_and_fan_out``; X. Glorot, Y. Bengio,
        AISTATS 2010, equation 12.

    Examples:
        >>> fans((64, 32, 3, 3))
        Fans(fan_in=288, fan_out=576)
        >>> fans((64, 32, 3, 3), transposed=True)
        Fans(fan_in=576, fan_out=288)
        >>> fans((64, 8, 3, 3), groups=4)
        Fans(fan_in=72, fan_out=144)
    """
    lengths = tuple(index(length) for length in shape)
    if len(lengths) < 2:
        raise ValueError(
            f"shape = {lengths} has {len(lengths)} axes: give that of weights with at least two,"
            " outputs and inputs"
        )
    for axis, length in enumerate(lengths):
        if length < 1:
            raise ValueError(f"shape[{axis}] = {length}: give a positive length")
    first, second, *field = lengths
    count = index(groups)
    if count < 1 or first % count:
        raise ValueError(f"groups = {groups}: give a positive divisor of shape[0] = {first}")
    size = math.prod(field)
    # Axis 0 counts the channels of all groups, axis 1 those of one.
    in_all, in_one = first // count * size, second * size
    return Fans(in_all, in_one) if transposed else Fans(in_one, in_all)
