"""What a call of Keras does to the entries of a value, by trying it out on numbers.

It may be a function of each entry, a line for each, or put them elsewhere, with zeros between them.
So a layer that Keras does not have yet, or of one's own, needs no rule. Needs the extra ``keras``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import keras
import numpy as np

from elu_sym.interop.keras.model_calls import Call
from elu_sym.interop.signals import Composed, Gaussian, made_of, second_moments_of
from elu_sym.numeric.operations import FloatArray

__all__ = [
    "agree",
    "applied",
    "composed",
    "shape_of",
    "to_numpy",
    "to_tensor",
    "tried_out",
]

CLOSE = 1e-3
"""How far numbers may be apart, relative to the largest."""


def tried_out(call: Call, value: Any, like: list[Any], kind: Any) -> list[Any] | None:
    """What is known of the results of a call on one value, by what it does to numbers.

    Args:
        call: the call.
        value: what is known of its operand.
        like: arrays of the shapes of the results.
        kind: the type of the operand.

    Returns:
        What is known of the results; None if the call is none of these.
    """
    numbers = np.random.default_rng(0).standard_normal(value.shape)

    def tried(values: FloatArray) -> list[FloatArray]:
        return [to_numpy(each) for each in call.apply([to_tensor(values, kind)])]

    found = tried(numbers)
    if len(found) == 1 and found[0].shape == value.shape:
        offset, line = tried(np.zeros(value.shape))[0], tried(np.ones(value.shape))[0]
        slope = line - offset
        if agree(found[0], offset + slope * numbers):
            return _line(call, value, slope, offset)
        mixed = np.random.default_rng(1).permutation(numbers.ravel()).reshape(value.shape)
        order = np.argsort(numbers.ravel())[np.argsort(np.argsort(mixed.ravel()))]
        if agree(tried(mixed)[0].ravel(), found[0].ravel()[order]):
            return composed([value], lambda values: call.apply([values])[0])
    numbers = to_numpy(to_tensor(numbers, kind))  # in the precision of the model
    odd: Sequence[Callable[[FloatArray], FloatArray]] = (np.negative, lambda x: x * np.abs(x))
    if all(np.isin(each, np.append(numbers, 0.0)).all() for each in found) and all(
        agree(after, function(before))
        for function in odd
        for before, after in zip(found, tried(function(numbers)), strict=True)
    ):
        return _arranged(call, value, like)
    return None


def to_numpy(values: Any) -> FloatArray:
    """An array of the backend in double precision."""
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(values, "float32")), dtype=float)


def to_tensor(values: FloatArray, kind: Any) -> Any:
    """An array of the backend, of a type that is computed with."""
    return keras.ops.cast(keras.ops.convert_to_tensor(np.asarray(values, dtype="float32")), kind)


def shape_of(values: Any) -> tuple[int, ...]:
    """The shape of an array of any backend."""
    return tuple(int(length) for length in values.shape)


def agree(found: FloatArray, expected: FloatArray) -> bool:
    """Whether numbers are equal to the precision in which models are computed."""
    scale = float(np.abs(expected).max(initial=0.0))
    return bool(np.allclose(found, expected, rtol=CLOSE, atol=CLOSE * scale))


def _views(values: Sequence[Any]) -> list[tuple[Gaussian, Callable[[Any], Any]]] | None:
    if not all(isinstance(each, Gaussian | Composed) for each in values):
        return None
    return [
        (each.source, each.function) if isinstance(each, Composed) else (each, lambda x: x)
        for each in values
    ]


def composed(values: Sequence[Any], function: Callable[..., Any]) -> list[Any] | None:
    """A function of values that are functions of one Gaussian value."""
    views = _views(values)
    if views is None or any(source is not views[0][0] for source, _ in views):
        return None
    source = views[0][0]

    def at(given: Any) -> Any:
        return function(*(each(given) for _, each in views))

    def of_source(given: Any) -> Any:
        flat = keras.ops.reshape(given, (-1,) + (1,) * (len(source.shape) - 1))
        try:
            found = at(flat)
        except Exception:  # as where a layer insists on the shape for which it was built
            found = _in_parts(at, flat, (1, *source.shape[1:]))
        return keras.ops.reshape(found, given.shape)

    return [Composed(source.shape, source.ancestors, source=source, function=of_source)]


def _in_parts(function: Callable[[Any], Any], flat: Any, shape: tuple[int, ...]) -> Any:
    """A function of each entry at many entries, in arrays of one shape."""
    count, size = prod(flat.shape), prod(shape)
    missing = -count % size
    padded = keras.ops.pad(keras.ops.reshape(flat, (-1,)), [(0, missing)])
    parts = [keras.ops.reshape(part, shape) for part in keras.ops.reshape(padded, (-1, size))]
    found = [keras.ops.reshape(function(part), (-1,)) for part in parts]
    return keras.ops.concatenate(found)[:count]


def _line(call: Call, value: Any, slope: FloatArray, offset: FloatArray) -> list[Any] | None:
    """Multiples of the entries, and numbers that are added."""
    if (slope == 1.0).all() and not offset.any():
        return [value]
    uniform = np.ptp(slope) == 0.0 and np.ptp(offset) == 0.0
    if isinstance(value, Composed) and uniform:
        return composed([value], lambda values: call.apply([values])[0])
    if offset.any() and not value.centred:
        return None
    if offset.any() and uniform and isinstance(value, Gaussian):
        return composed([value], lambda values: call.apply([values])[0])

    def squares() -> FloatArray:
        return second_moments_of(value) * slope**2 + offset**2

    return [made_of([value], squares, value.shape, keeps_law=not offset.any())]


def _arranged(call: Call, value: Any, like: list[Any]) -> list[Any]:
    """The entries in other places, and zeros between them."""
    if isinstance(value, Composed):
        moved = _arranged(call, value.source, like)
        f_of_0 = value.activation.second_moments(np.zeros(1))[0]
        padded = any(not _filled(call, value.shape, k).all() for k in range(len(like)))
        if f_of_0 == 0.0 or not padded:
            return [
                Composed(each.shape, each.ancestors, source=each, function=value.function)
                for each in moved
            ]
    return [
        made_of([value], partial(applied, call, [value], which), shape_of(each))
        for which, each in enumerate(like)
    ]


def _filled(call: Call, shape: tuple[int, ...], which: int) -> FloatArray:
    """1 where a call puts an entry, 0 where it puts nothing."""
    return to_numpy(call.apply([to_tensor(np.ones(shape), "float32")])[which])


def applied(call: Call, values: list[Any], which: int) -> FloatArray:
    """The second moments of a result, by the call itself."""
    squares = [to_tensor(second_moments_of(each), "float32") for each in values]
    return to_numpy(call.apply(squares)[which])
