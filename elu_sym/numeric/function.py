"""A formula as a function of numbers: arguments checked, then computed by C or by NumPy.

The compiled module is used where it was built from the sources that lie here.  Without it NumPy
computes the same to the same accuracy, not to the same bits: C fuses and multiplies where NumPy
rounds twice and asks for a power.  ``implementation()`` says which is in use.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from math import inf
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elu_sym.numeric.arguments import Arguments, Domain, broadcast_arguments, domain_of

_CALLING = ("__init__", "arguments", "dual_numbers", "function", "probabilities", "protocols")
"""The modules of ``numeric`` that are not compiled, and only call what is."""

_DOUBLES = frozenset({int, np.float64})
"""Types of numbers that a double stands for, beside Python's floats."""


@cache
def compiled_module() -> ModuleType | None:
    """Return the compiled module, or None where it was not built or not from these sources."""
    try:
        from elu_sym.numeric import _compiled  # type: ignore[attr-defined]
    except ImportError:
        return None
    try:
        built_from = sources_checksum()
    except FileNotFoundError:  # installed without sources, it came with what lies here
        return _compiled
    return _compiled if _compiled.sources == built_from else None


def compiled_from() -> list[Path]:
    """Return the files that the compiled module is made from."""
    numeric = Path(__file__).parent
    generate = numeric.with_name("generate")
    return [
        *(path for path in sorted(numeric.glob("*.py")) if path.stem not in _CALLING),
        *sorted(numeric.glob("compiled/*.[ch]")),
        *(generate / f"{name}.py" for name in ("expression_graph", "c_source", "compiled_sources")),
    ]


def sources_checksum() -> int:
    """Return the checksum of what they hold."""
    return zlib.crc32(b"".join(path.read_bytes() for path in compiled_from()))


def implementation() -> str:
    """Return what computes the numbers: ``"C"`` or ``"NumPy"``.

    >>> implementation() in ("C", "NumPy")
    True
    """
    return "NumPy" if compiled_module() is None else "C"


class NumericFunction:
    """The numeric function of a formula.

    Attributes:
        name: its name in the generated module.
        arguments: the names of its arguments: mu, sigma and the parameters. What has others
            before mu chooses between cases.

    >>> function = NumericFunction("mean", ("mu", "sigma", "alpha"))
    >>> print(f"{function(0.0, 1.0, 1.0):.15f} {function.by_numpy(0.0, 1.0, 1.0):.15f}")
    0.160520572266556 0.160520572266556
    """

    domain_of: Callable[[str], Domain] = staticmethod(domain_of)
    """What an argument may be, by its name."""

    def __init__(self, name: str, arguments: tuple[str, ...]) -> None:
        """Name the function and its arguments."""
        self.name, self.arguments = name, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels by its name: where it arrives the module may be compiled or not."""
        return NumericFunction, (self.name, self.arguments)

    @cached_property
    def compiled(self) -> Callable[..., Any] | None:
        """The universal function of the compiled module, if it is in use."""
        return getattr(compiled_module(), self.name, None)

    @cached_property
    def compiled_gradient(self) -> Callable[..., Any] | None:
        """The same of the derivatives in all arguments."""
        return getattr(compiled_module(), f"{self.name}_gradient", None)

    @cached_property
    def direct(self) -> Callable[..., Any]:
        """The same without defaults: see ``direct_call``."""
        return self.direct_call({})

    def direct_call(self, defaults: Mapping[str, Any]) -> Callable[..., Any]:
        """The function of what is common and right; anything else gives ``NotImplemented``.

        In C that is every number and array of Python and NumPy in its domain, by position or by
        name, and by NumPy Python's ints and floats and float64 by position.

        Args:
            defaults: what some of the arguments are where they are not given.
        """
        module = compiled_module()
        if self.compiled is None or module is None:
            return self._number_by_numpy
        direct: Callable[..., Any] = module.DirectCall(
            self.compiled, self.arguments, dict(defaults)
        )
        return direct

    def __call__(self, *values: Any, out: Any = None, where: Any = True, dtype: Any = None) -> Any:
        """The values of the formula, one argument for each of the names.

        Args:
            *values: the arguments.
            out: where they are to be written, as for any universal function of NumPy.
            where: truth values, where they are wanted; elsewhere ``out`` is left as it is, and the
                values are NaN without it.
            dtype: float32 or float64: what the values are rounded to, whatever the arguments are.
        """
        if out is not None or where is not True:
            return self._into(values, out, where, dtype)
        if dtype is None:
            found = self.direct(*values)
            if found is not NotImplemented:
                return found
        checked = self._checked(values, dtype=dtype)
        return _each(checked.result, (self.compiled or self._of_arrays)(*checked.arrays))

    def _number_by_numpy(self, *values: Any, **named: Any) -> Any:
        if named or self.arguments[0] != "mu" or len(values) != len(self.arguments):
            return NotImplemented
        from elu_sym.numeric.evaluation import evaluate_floats

        try:
            floats = [float(x) if type(x) in _DOUBLES else x for x in values]
            if not _are_plain_numbers(*floats):
                return NotImplemented
            numbers = evaluate_floats(self.generated, *floats)
        except ArithmeticError:
            return NotImplemented  # Python raises where NumPy knows infinity and NaN
        return _each(np.float64, numbers if len(numbers) > 1 else numbers[0])

    def by_numpy(self, *values: Any) -> Any:
        """The same without the compiled module."""
        found = self._number_by_numpy(*values)
        if found is not NotImplemented:
            return found
        checked = self._checked(values)
        return _each(checked.result, self._of_arrays(*checked.arrays))

    @property
    def generated(self) -> Callable[..., Any]:
        """The function of a law and of parameters in ``_generated.py``.

        Raises:
            LookupError: if there is none.
        """
        from elu_sym.numeric import _generated

        formula: Callable[..., Any] | None = getattr(_generated, self.name, None)
        if formula is None:
            raise LookupError(
                f"elu_sym/numeric/_generated.py has no {self.name}: run python -m elu_sym.generate"
            )
        return formula

    def _of_arrays(self, *arrays: Any) -> Any:
        from elu_sym.numeric.evaluation import evaluate

        if self.arguments[0] != "mu":  # each case is evaluated where it applies
            with np.errstate(all="ignore"):
                return self.generated(*arrays)
        found = evaluate(self.generated, *arrays)
        return found if len(found) > 1 else found[0]

    def _into(self, values: tuple[Any, ...], out: Any, where: Any, dtype: Any) -> Any:
        # Where all is wanted, NumPy looks at what stood in ``out`` only if it is given an array.
        where = where if where is True else np.asarray(where)  # no other array has a say in it
        checked = self._checked(values, None if where is True else where, dtype)
        given = np.full(checked.shape, np.nan, checked.dtype) if out is None else out
        if self.compiled is not None and checked.dtype == np.float64:
            found = self.compiled(*checked.arrays, out=given, where=where)
        else:  # the universal function that changes nothing knows the rest
            plain = (self.compiled or self._of_arrays)(*checked.arrays)
            with np.errstate(all="ignore"):  # what stood in ``out`` may be no float32
                found = np.positive(checked.result(plain), out=given, where=where)
        return found[()] if out is None else found

    def _checked(
        self, values: tuple[Any, ...], where: NDArray[Any] | None = None, dtype: Any = None
    ) -> Arguments:
        pairs = ((v, self.domain_of(n)) for n, v in zip(self.arguments, values, strict=True))
        named = dict(zip(self.arguments, pairs, strict=True))
        checked = broadcast_arguments(where, **named)
        return checked if dtype is None else replace(checked, dtype=_float_type(dtype))


def _float_type(dtype: Any) -> np.dtype[Any]:
    try:
        given = np.dtype(dtype)
    except TypeError:
        given = None
    if given not in (np.float32, np.float64):
        raise TypeError(f"dtype = {dtype!r}: give float32 or float64")
    return given


def _are_plain_numbers(mu: Any, sigma: Any, *parameters: Any) -> bool:
    """Tell whether all arguments are Python's floats in their domains: the common case by far."""
    if not (type(mu) is float and type(sigma) is float) or sigma < 0.0 or sigma == inf:
        return False
    for parameter in parameters:  # a generator would take longer than the formula
        if type(parameter) is not float or parameter <= 0.0 or parameter == inf:
            return False
    return True


def _each(convert: Callable[[Any], Any], found: Any) -> Any:
    return tuple(map(convert, found)) if isinstance(found, tuple) else convert(found)
