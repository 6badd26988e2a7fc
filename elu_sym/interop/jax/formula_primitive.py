"""A formula of the book as a primitive of JAX: its value, its gradient and its Hessian.

The rules that JAX asks for are here: the derivative of the value is made of the gradient, that of
the gradient of the Hessian, and that of the Hessian is missing. On the CPU all are foreign calls,
of the compiled functions where there are such. What :mod:`elu_sym.interop.jax.selecting_form` makes
of arrays of JAX is traced and compiled for other machines only.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from elu_sym.book.formula import FORMULAS
from elu_sym.interop.array_loops import array_loop
from elu_sym.interop.jax import selecting_form
from elu_sym.interop.jax.foreign_calls import register
from elu_sym.interop.selecting import SUFFIXES, generated_function

VALUE, GRADIENT, HESSIAN = range(3)
"""What is computed, by the number of derivatives."""

primitive = Primitive("elu_sym")
primitive.multiple_results = True


def bind(formula: str, derivatives: int, arguments: Sequence[Any]) -> list[Any]:
    """Return arrays of one formula.

    Args:
        formula: the name of a formula that has a gradient.
        derivatives: ``VALUE``, ``GRADIENT`` or ``HESSIAN``.
        arguments: mu, sigma and the parameters: arrays of one shape, of float32 or of float64.

    Returns:
        The value, the derivatives by the arguments in order, or the second derivatives by each pair
        of them, the first before the second. They are NaN where an argument is NaN or outside of
        its domain.
    """
    return primitive.bind(*_alike(arguments), formula=formula, derivatives=derivatives)


def _alike(arguments: Sequence[Any]) -> Sequence[Any]:
    """The arguments, laid out alike: the results are as the first of them.

    They may lie apart along an axis of a mesh, or inside ``shard_map`` differ along it.
    """
    if len({getattr(each, "aval", None) for each in arguments}) < 2:
        return arguments
    one = jnp.ones_like(arguments[0])
    for each in arguments:
        one = one * ((each == each) | (each != each))
    return [one * each for each in arguments]


def results(arguments: Sequence[Any], derivatives: int) -> int:
    """How many arrays ``bind`` returns."""
    number = len(arguments)
    return (1, number, number * (number + 1) // 2)[derivatives]


@primitive.def_abstract_eval
def _shapes(*arguments: Any, formula: str, derivatives: int) -> list[Any]:
    return [arguments[0]] * results(arguments, derivatives)


@primitive.def_impl
def _at_once(*arguments: Any, formula: str, derivatives: int) -> Any:
    with jax.disable_jit(False):  # there is no other way to compute it
        return _compiled(formula, derivatives)(*arguments)


@cache
def _compiled(formula: str, derivatives: int) -> Callable[..., Any]:
    return jax.jit(lambda *arguments: bind(formula, derivatives, arguments))


def _batched(arguments: Any, axes: Any, **parameters: Any) -> tuple[list[Any], list[int]]:
    (size,) = {
        each.shape[axis] for each, axis in zip(arguments, axes, strict=True) if axis is not None
    }
    stacked = [
        batching.bdim_at_front(each, axis, size) for each, axis in zip(arguments, axes, strict=True)
    ]
    found = bind(arguments=stacked, **parameters)
    return found, [0] * len(found)


batching.primitive_batchers[primitive] = _batched


def _derivative(
    arguments: Any, tangents: Any, formula: str, derivatives: int
) -> tuple[list[Any], list[Any]]:
    values = bind(formula, derivatives, arguments)
    if derivatives == HESSIAN:
        raise NotImplementedError(f"{formula} has no third derivatives on JAX")
    slopes = bind(formula, derivatives + 1, arguments)
    if derivatives == VALUE:
        return values, [_along(slopes, tangents, arguments[0])]
    pairs = combinations_with_replacement(range(len(arguments)), 2)
    second = dict(zip(pairs, slopes, strict=True))
    return values, [
        _along(
            [second[min(i, k), max(i, k)] for k in range(len(arguments))], tangents, arguments[0]
        )
        for i in range(len(arguments))
    ]


def _along(slopes: Sequence[Any], tangents: Sequence[Any], like: Any) -> Any:
    """Return the sum of slopes times tangents that are not zero: a slope may be infinite."""
    total = jnp.zeros_like(like)
    for slope, tangent in zip(slopes, tangents, strict=True):
        if not isinstance(tangent, ad.Zero):
            total = total + slope * tangent
    return total


ad.primitive_jvps[primitive] = _derivative


def _selecting(*arguments: Any, formula: str, derivatives: int) -> Any:
    return selecting_form.values(generated_function(_name(formula, derivatives)), *arguments)


def _name(formula: str, derivatives: int) -> str:
    return FORMULAS[formula].function_name + SUFFIXES[derivatives]


def _on_the_cpu(*arguments: Any, formula: str, derivatives: int) -> Any:
    target = foreign_target(formula, derivatives)
    if target is None:
        return _selecting(*arguments, formula=formula, derivatives=derivatives)
    result = jax.ShapeDtypeStruct(arguments[0].shape, arguments[0].dtype)
    return jax.ffi.ffi_call(target, [result] * results(arguments, derivatives))(*arguments)


mlir.register_lowering(primitive, mlir.lower_fun(_selecting))
mlir.register_lowering(primitive, mlir.lower_fun(_on_the_cpu), platform="cpu")


@cache
def foreign_target(formula: str, derivatives: int) -> str | None:
    """The target of a foreign call that computes arrays of a formula, None without such calls.

    Its name depends on nothing but the formula, so that what is exported finds it elsewhere.
    """
    name = _name(formula, derivatives)
    target = f"elu_sym.{name}"
    return target if register(target, array_loop(name)) else None
