"""Formulas on PyTorch: tensors of any shape and device, with first and second derivatives.

On the processor the compiled functions compute in float64, for tensors of any type, and so they do
on devices of the type ``cuda``, one kernel for the value and one for all derivatives, where PyTorch
brings the compiler for it. Elsewhere plain operations of tensors compute values in the precision of
the tensors, at least in float32, and derivatives, whose terms may cancel, in float64, but for
devices of the type ``mps``, which have none. The gradients with respect to mu, sigma and the
parameters are the derivatives of the closed form, proved and printed by
:mod:`elu_sym.generate.gradients`, and no differentiation of what computes the value; second
derivatives are those of the gradient by dual numbers. All of them work under ``torch.compile``,
``torch.func`` and autocast, which changes no type. Needs the extra ``torch``.

Accuracy:
    In units of ulp(F) + eps sum abs(x dF/dx), eps = 2^-52 or 2^-23, the sum over the arguments, an
    error is at most 8 for every formula, and for every derivative, in the same measure with the
    derivative in place of F, at most 64: for sigma up to 30 and parameters from 0.1 to 10, for CELU
    in units of alpha and not where it is nearly linear, see :mod:`elu_sym.numeric`. Beyond, where
    the derivatives of two parts cancel, digits are lost. The gradient of ``std`` is 0 where the
    variance is too small for the type.

    Of a second derivative H in x and y the error is at most 256, and 1024 for CELU, in units of
    2^-52 (abs(H) + abs(G/x) + abs(G'/y)), G and G' being the derivatives in y and in x with what
    roundings of the arguments make of them, mu counted as at least sigma: for sigma from 0.001 to
    30 and such parameters. At sigma = 0 and infinite mu it is right to 1e-7.

    At mu = sigma = 0 the probability P(X > 0) jumps, and the derivative of what jumps with it is
    infinite: of ``derivative_mean``, ``derivative_second_moment`` and their like in mu. There the
    gradient is that of the rest, without the jump, as PyTorch's own of ELU is at 0; so a step of an
    optimizer is finite. At sigma > 0 it is the true derivative, however large. A second derivative
    that is infinite there is 0.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from elu_sym.book.formula import Formula
from elu_sym.interop.selecting import Function, broadcast_shape, value_and_gradient
from elu_sym.interop.torch.formula_operators import formula_operator
from elu_sym.numeric.arguments import LOCATION, Domain, broadcast_arguments

__all__ = ["torch_function"]

PRECISIONS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""The types that tensors may have beside whole numbers."""


def torch_function(formula: Formula, validate_args: bool | None = None) -> Function:
    """A formula as a differentiable function of tensors.

    Args:
        formula: a formula of the book.
        validate_args: whether the values of tensors are looked at, as for the distributions of
            PyTorch: ``True`` on every device, for which a call waits, ``False`` nowhere, and by
            default on the processor. In a graph of ``torch.compile`` and under ``torch.vmap`` there
            are none to look at.

    Returns:
        A function, to be made outside of a graph, of the arguments of the formula, by position or
        name, with the same defaults: tensors that broadcast, of a floating-point type or whole
        numbers and on one device, and whatever else the formula takes. The result has the type to
        which those of the tensors of floats promote, or PyTorch's default type. An element is NaN
        where an argument is NaN or, if its value is not looked at, outside of its domain; else that
        raises what it raises for NumPy arrays. Gradients are those of the closed form with respect
        to every tensor that requires them, at sigma = 0 and infinite mu those of the limit; they
        can be differentiated once more, in forward and in reverse mode.

    Raises:
        TypeError: if ``formula`` is not in the book.
        ValueError: if it has no gradient.

    Examples:
        >>> from elu_sym import mean
        >>> mu = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
        >>> values = torch_function(mean)(mu, sigma=1.0, alpha=1.0)
        >>> values.sum().backward()
        >>> mu.grad  # P[X > 0] + E[e^X; X < 0]
        tensor([0.4619, 0.7616, 0.9433], dtype=torch.float64)
    """
    value_and_gradient(formula)
    evaluated, domains = formula_operator(formula).overload, formula.domains
    defaults = formula.bind((0.0,), {})  # once: some are computed
    del defaults["mu"]

    def function(*values: Any, **named: Any) -> Tensor:
        missing = [name for name in formula.arguments[len(values) :] if name in defaults]
        given = formula.bind(values, {name: defaults[name] for name in missing} | named)
        for name, value in given.items():
            if isinstance(value, Tensor):
                _check_type(name, value)
                if validate_args or (validate_args is None and value.device.type == "cpu"):
                    _check_values(name, value, domains[name])
            elif torch.compiler.is_compiling() and type(value) not in (int, float):
                pass  # an array of NumPy or a list, of which a graph knows no value
            elif type(value) not in (int, float) or _outside(value, domains[name]):
                given[name] = broadcast_arguments(**{name: (value, domains[name])}).arrays[0]
        dtype, tensors = _of_one_kind(given)
        found: Tensor = evaluated(*tensors)
        return found.to(dtype)

    function.__doc__ = formula.__doc__
    return function


def _check_type(name: str, tensor: Tensor) -> None:
    if tensor.dtype.is_complex or tensor.dtype == torch.bool:
        raise TypeError(f"{name} has dtype {tensor.dtype}: give a tensor of real numbers")
    if tensor.dtype.is_floating_point and tensor.dtype not in PRECISIONS:
        raise TypeError(f"{name} has dtype {tensor.dtype}: give {name}.float() or {name}.double()")
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} has layout {tensor.layout}: give {name}.to_dense()")


def _outside(value: Any, domain: Domain) -> bool:
    return domain.excludes is not None and bool(domain.excludes(value))


def _check_values(name: str, tensor: Tensor, domain: Domain) -> None:
    """Look at the values, where they are to be had."""
    if domain.excludes is None or torch.compiler.is_compiling() or not tensor.numel():
        return
    half = tensor.dtype in (torch.float16, torch.bfloat16)
    try:
        array = (tensor.float() if half else tensor).numpy(force=True)
    except RuntimeError:  # of fake tensors and of torch.vmap, which have none
        return
    ends = array.min(), array.max()  # a domain is an interval
    if any(end != end or _outside(end, domain) for end in ends):
        broadcast_arguments(**{name: (array, domain)})


def _of_one_kind(given: Mapping[str, Any]) -> tuple[torch.dtype, tuple[Tensor, ...]]:
    """The type of the result, and the arguments as tensors of one shape, precision and device."""
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    devices = {name: tensor.device for name, tensor in tensors.items() if tensor.ndim}
    if len(set(devices.values())) > 1:
        places = ", ".join(f"{name} is on {device}" for name, device in devices.items())
        raise ValueError(f"the arguments are on several devices: {places}; give tensors on one")
    everywhere = [*devices.values(), *(tensor.device for tensor in tensors.values())]
    device = everywhere[0] if everywhere else None
    kinds = [tensor.dtype for tensor in tensors.values() if tensor.dtype.is_floating_point]
    dtype = reduce(torch.promote_types, kinds) if kinds else torch.get_default_dtype()
    precision = torch.float64 if dtype == torch.float64 else torch.float32
    try:
        converted = [
            # A number is written where it is needed, which waits for no device.
            torch.full((), value, dtype=precision, device=device)
            if isinstance(value, int | float)
            else torch.as_tensor(value, dtype=precision, device=device)
            for value in given.values()
        ]
    except (OverflowError, RuntimeError) as error:
        _refuse_beyond(precision, given, error)
        raise
    try:
        return dtype, torch.broadcast_tensors(*converted)
    except RuntimeError:
        broadcast_shape({name: tuple(x.shape) for name, x in zip(given, converted, strict=True)})
        raise


def _refuse_beyond(precision: torch.dtype, given: Mapping[str, Any], error: Exception) -> None:
    """Say of which argument PyTorch says that a number is too large."""
    most = torch.finfo(precision).max
    for name, value in given.items():
        if isinstance(value, int | float) and most < abs(value) < float("inf"):
            broadcast_arguments(**{name: (value, LOCATION)})  # refuses what is beyond float64
            raise ValueError(
                f"{name} = {value!r} is beyond the range of {precision}: give tensors of float64"
            ) from error
