"""The signature of a formula, for ``inspect``, made when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import Protocol

__all__ = ["CallSignature"]


class _Called(Protocol):
    def call_parameters(self) -> Sequence[Parameter]: ...


class CallSignature:
    """The ``__signature__`` of objects that say the parameters of their call.

    The defaults of SELU are computed. The class itself has the signature of its constructor.

    Examples:
        >>> from inspect import signature
        >>> from elu_sym import kernel
        >>> str(signature(kernel))
        '(mu1, sigma1, mu2, sigma2, rho=None, alpha=1.0, *, angle=None)'
    """

    def __get__(self, formula: _Called | None, owner: type | None = None) -> Signature:
        if formula is None:
            raise AttributeError("__signature__")
        return Signature(formula.call_parameters())
