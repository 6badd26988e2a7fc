"""Formulas on PyTorch: tensors of any shape and device, in float32 or float64, with gradients.

Values are computed in the precision of the tensors and where they are. The gradients with respect
to mu, sigma and the parameters are the derivatives of the closed form, proved and printed by
:mod:`elu_sym.generate.gradients`, and no differentiation of what computes the value; they can be
taken once. Their terms may cancel, so for float32 they are computed in float64, but for devices of
the type ``mps``, which have none. Needs the extra ``torch``.

Accuracy:
    In units of ulp(F) + eps sum abs(x dF/dx), eps = 2^-52 or 2^-23, the sum over the arguments, an
    error is at most 8 for every formula, and for every derivative, in the same measure with the
    derivative in place of F, at most 64: for sigma up to 30 and parameters from 0.1 to 10, for CELU
    in units of alpha and not where it is nearly linear, see :mod:`elu_sym.numeric`. Beyond, where
    the derivatives of two parts cancel, digits are lost. The gradient of ``std`` is 0 where the
    variance is too small for the type.

    At mu = sigma = 0 the probability P(X > 0) jumps, and the derivative of what jumps with it is
    infinite: of ``derivative_mean``, ``derivative_second_moment`` and their like in mu. There the
    gradient is that of the rest, without the jump, as PyTorch's own of ELU is at 0; so a step of an
    optimizer is finite. At sigma > 0 it is the true derivative, however large.
"""

from typing import Any

import torch
from torch import Tensor

from elu_sym.book.formula import Formula
from elu_sym.interop import selecting
from elu_sym.interop.selecting import Function, evaluate, value_and_gradient
from elu_sym.numeric.arguments import broadcast_arguments

__all__ = ["torch_function"]

PRECISIONS = {torch.float32: "float32", torch.float64: "float64"}


def torch_function(formula: Formula) -> Function:
    """A formula as a differentiable function of tensors.

    Args:
        formula: a formula of the book.

    Returns:
        A function of the arguments of the formula, by position or name, with the same defaults:
        tensors that broadcast, of float32, float64 or whole numbers and on one device, and whatever
        else the formula takes. The result has the widest type among the tensors of floats, or
        PyTorch's default type; NaN in an argument gives NaN at that element. It has gradients with
        respect to every tensor that requires them, at sigma = 0 and infinite mu those of the limit;
        a gradient cannot be differentiated again. Raises what the formula raises for NumPy arrays:
        the values are looked at, so a call waits for the device.

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

    def function(*values: Any, **named: Any) -> Tensor:
        return _Evaluation.apply(formula, *_tensors(formula, formula.bind(values, named)))

    function.__doc__ = formula.__doc__
    return function


class _Evaluation(torch.autograd.Function):
    """The value of a formula, with the generated gradient as its derivative."""

    @staticmethod
    def forward(ctx: Any, formula: Formula, *arguments: Tensor) -> Tensor:
        ctx.formula = formula
        ctx.save_for_backward(*arguments)
        function, _ = value_and_gradient(formula)
        (value,) = evaluate(function, _Torch(arguments[0].dtype), *arguments)
        return value

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        slopes = _Gradient.apply(ctx.formula, *ctx.saved_tensors)
        pairs = zip(ctx.needs_input_grad[1:], slopes, strict=True)
        return None, *(outer[0] * slope if needed else None for needed, slope in pairs)


class _Gradient(torch.autograd.Function):
    """The gradient of a formula, which has no derivative of its own and says so."""

    @staticmethod
    def forward(ctx: Any, formula: Formula, *arguments: Tensor) -> tuple[Tensor, ...]:
        ctx.formula = formula
        _, gradient = value_and_gradient(formula)
        dtype = arguments[0].dtype
        # The terms of a derivative may cancel, and more than the digits of single precision.
        if arguments[0].device.type != "mps":  # which has no float64
            arguments = tuple(argument.double() for argument in arguments)
        slopes = evaluate(gradient, _Torch(arguments[0].dtype), *arguments)
        return tuple(slope.to(dtype) for slope in slopes)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> Any:
        raise RuntimeError(f"{ctx.formula.id} has no second derivatives on PyTorch")


class _Torch(selecting.SelectingOperations):
    """The operations of PyTorch in one precision."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__(torch, PRECISIONS[dtype])
        self.dtype = dtype

    def maximum(self, x: Tensor, y: float) -> Tensor:
        return torch.clamp(x, min=self.within_range(y))

    def minimum(self, x: Tensor, y: float) -> Tensor:
        return torch.clamp(x, max=self.within_range(y))

    def where(self, condition: Tensor, x: Any, y: Any) -> Tensor:
        if not isinstance(x, Tensor) and not isinstance(y, Tensor):
            x = torch.full((), x, dtype=self.dtype, device=condition.device)
        return torch.where(condition, x, y)

    def index(self, x: Tensor, last: int) -> Tensor:
        # Where the regime does not apply, any piece will do.
        return torch.nan_to_num(x, nan=0.0).clamp(0, last).long()

    def entry(self, table: tuple[float, ...], index: Tensor) -> Tensor:
        return _columns(table, self.dtype, index.device)[index]

    def row(self, table: tuple[tuple[float, ...], ...], index: Tensor) -> tuple[Tensor, ...]:
        return tuple(column[index] for column in _columns(table, self.dtype, index.device))


_COLUMNS: dict[tuple[int, torch.dtype, torch.device], Tensor] = {}


def _columns(table: Any, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return the table, a constant of a module, with a contiguous row for each of its columns."""
    key = (id(table), dtype, device)
    if key not in _COLUMNS:
        rows = torch.tensor(table, dtype=dtype, device=device)
        _COLUMNS[key] = rows if rows.ndim == 1 else rows.T.contiguous()
    return _COLUMNS[key]


def _tensors(formula: Formula, given: dict[str, Any]) -> tuple[Tensor, ...]:
    """The checked arguments as tensors of one shape, type and device."""
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    for name, value in given.items():
        domain = formula.domains[name]
        if isinstance(value, Tensor):
            _check_type(name, value)
            # The comparisons of a domain are those of tensors as well.
            excludes: Function | None = domain.excludes
            if excludes is None or not bool(excludes(value.detach()).any()):
                continue
            value = value.detach().cpu().numpy()
        given[name] = broadcast_arguments(**{name: (value, domain)}).arrays[0]
    devices = {name: tensor.device for name, tensor in tensors.items() if tensor.ndim}
    if len(set(devices.values())) > 1:
        places = ", ".join(f"{name} is on {device}" for name, device in devices.items())
        raise ValueError(f"the arguments are on several devices: {places}; give tensors on one")
    everywhere = [*devices.values(), *(tensor.device for tensor in tensors.values())]
    device = everywhere[0] if everywhere else None
    kinds = {tensor.dtype for tensor in tensors.values() if tensor.dtype.is_floating_point}
    double = torch.float64 in (kinds or {torch.get_default_dtype()})
    dtype = torch.float64 if double else torch.float32
    converted = [torch.as_tensor(value, dtype=dtype, device=device) for value in given.values()]
    shapes = (tuple(tensor.shape) for tensor in converted)
    shape = selecting.broadcast_shape(dict(zip(given, shapes, strict=True)))
    return tuple(tensor.expand(shape) for tensor in converted)


def _check_type(name: str, tensor: Tensor) -> None:
    if tensor.dtype.is_complex or tensor.dtype == torch.bool:
        raise TypeError(f"{name} has dtype {tensor.dtype}: give a tensor of real numbers")
    if tensor.dtype.is_floating_point and tensor.dtype not in PRECISIONS:
        raise TypeError(f"{name} has dtype {tensor.dtype}: give {name}.float() or {name}.double()")
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} has layout {tensor.layout}: give {name}.to_dense()")
