"""The numeric function of a formula of two inputs: arguments checked, then computed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from elu_sym.numeric.arguments import FINITE, SCALE, Domain, broadcast_arguments
from elu_sym.numeric.protocols import by_their_own, overriding, wrapped

if TYPE_CHECKING:
    from elu_sym.book.joint_formula import JointFormula

__all__ = ["LAW_DOMAINS", "JointFunction"]

DEPENDENCE = {
    "rho": Domain(lambda r: abs(r) > 1.0, "a correlation from -1 to 1"),
    "angle": Domain(lambda a: (a < 0.0) | (a > pi), "an angle from 0 to pi"),
}
"""How it is said how much the inputs depend on each other."""

LAW_DOMAINS = {
    "mu1": FINITE,
    "sigma1": SCALE,
    "mu2": FINITE,
    "sigma2": SCALE,
    "rho": DEPENDENCE["rho"],
}
"""The arguments of the law, in order, and what they may be."""


class JointFunction:
    """The numeric function of a formula of two inputs: arguments checked, then computed.

    Attributes:
        formula: whose values they are.
        dependence: ``"rho"``, or ``"angle"`` in its place.
    """

    nout, signature = 1, None
    """As ``__name__`` and ``nin``: what libraries ask a universal function of NumPy for."""

    def __init__(self, formula: JointFormula, dependence: str) -> None:
        """Say whose values, and how the dependence of the inputs is given."""
        self.formula, self.dependence = formula, dependence
        self.domains = dict(
            (dependence, DEPENDENCE[dependence]) if name == "rho" else (name, domain)
            for name, domain in formula.domains.items()
        )
        self.__name__, self.nin = formula.name, len(self.domains)

    def __call__(self, *values: Any) -> Any:
        """The values, one argument for each of the domains."""
        if self._are_plain_numbers(values):
            return np.float64(self._evaluated(values))
        if others := overriding(values):
            return by_their_own(self, others, values, {})
        given = zip(self.domains, values, strict=True)
        checked = broadcast_arguments(**{n: (v, self.domains[n]) for n, v in given})
        found = self._evaluated(checked.arrays)
        unknown = reduce(np.logical_or, map(np.isnan, checked.arrays))
        return wrapped(values, checked.result(np.where(unknown, np.nan, found)))

    def _are_plain_numbers(self, values: tuple[Any, ...]) -> bool:
        """Whether all are Python's numbers in their domains, the common case, and none is NaN."""
        for value, domain in zip(values, self.domains.values(), strict=True):
            if type(value) is not float and (type(value) is not int or abs(value) > 2**53):
                return False
            excludes: Any = domain.excludes  # of numbers as of arrays
            if value != value or (excludes is not None and excludes(value)):
                return False
        return True

    def _evaluated(self, values: Sequence[Any]) -> Any:
        """The values at numbers or arrays that are in their domains."""
        m, s, n, t, dependence, *parameters = values
        if self.dependence == "rho":
            # Next to the ends the difference from 1 is exact, and its square would not be.
            rho, complement = dependence, np.sqrt((1.0 - dependence) * (1.0 + dependence))
        else:
            rho, complement = np.cos(dependence), np.sin(dependence)
        named = dict(zip(self.formula.arguments[len(LAW_DOMAINS) :], parameters, strict=True))
        return self.formula.evaluated((m, s, n, t, rho, complement), named)

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels with its formula."""
        return JointFunction, (self.formula, self.dependence)
