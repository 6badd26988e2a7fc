"""Two activations, one at each of two inputs, and their formulas by name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from elu_sym.book.joint_formula import JointFormula
from elu_sym.book.joint_quantities import JOINT_QUANTITIES

if TYPE_CHECKING:
    import sympy

    from elu_sym.book.formula import Activation

__all__ = ["ActivationPair", "paired"]


class ActivationPair:
    """An activation f at X and an activation g at Y: read a formula by name.

    Attributes:
        first, second: the activations.
        shared: whether both are the same one with the same parameters.
        first_parameters, second_parameters: what their parameters are called as arguments.
        parameters: the same together, each name once.
        prefix: what the ids of the formulas begin with.
        call: how the pair is written in a program.

    Examples:
        >>> from elu_sym import celu, elu
        >>> pair = celu.paired_with(elu)
        >>> pair.parameters
        ('alpha1', 'alpha2')
        >>> pair.symbols
        (alpha1, alpha2)
        >>> pair.kernel.id
        'celu_elu.kernel'
    """

    def __init__(self, first: Activation, second: Activation, *, shared: bool = False) -> None:
        """Name the parameters of both."""
        self.first, self.second, self.shared = first, second, shared
        twice = set() if shared else set(first.parameters) & set(second.parameters)
        self.first_parameters, self.second_parameters = (
            tuple(f"{name}{place}" if name in twice else name for name in activation.parameters)
            for place, activation in ((1, first), (2, second))
        )
        together = (*self.first_parameters, *self.second_parameters)
        self.parameters = tuple(dict.fromkeys(together))
        name = first.name if shared else f"{first.name}_{second.name}"
        self.prefix = "" if name == "elu" else f"{name}."
        self.call = first.name if shared else f"{first.name}.paired_with({second.name})"
        self.formulas: dict[str, JointFormula] = {
            each.name: JointFormula(each, self) for each in JOINT_QUANTITIES
        }
        vars(self).update(self.formulas)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> JointFormula:
            """A formula by the name of its quantity."""

    def said(self, words: str) -> str:
        """Words about f(X) and g(Y), with the names of the activations."""
        first, second = f"{self.first.name}(X)", f"{self.second.name}(Y)"
        return words.replace("f(X)", first).replace("g(Y)", second)

    def written(self, notation: str) -> str:
        """A notation of f(X) and g(Y), with one letter where both are the same function."""
        if not self.shared:
            return notation
        return notation.replace("g(Y)", "f(Y)").replace("g'(Y)", "f'(Y)")

    @property
    def first_symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the parameters of the first activation."""
        return self._named(self.first.symbols, self.first.parameters, self.first_parameters)

    @property
    def second_symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the parameters of the second one."""
        return self._named(self.second.symbols, self.second.parameters, self.second_parameters)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of ``parameters``."""
        return tuple(dict.fromkeys((*self.first_symbols, *self.second_symbols)))

    @staticmethod
    def _named(
        symbols: tuple[sympy.Symbol, ...], names: tuple[str, ...], arguments: tuple[str, ...]
    ) -> tuple[sympy.Symbol, ...]:
        """The symbols, each with the 1 or 2 that the argument ends in."""
        from sympy import Symbol

        return tuple(
            Symbol(symbol.name + argument.removeprefix(name), positive=True)
            for symbol, name, argument in zip(symbols, names, arguments, strict=True)
        )

    @property
    def default_parameters(self) -> dict[str, float]:
        """The parameters that are taken where none are given."""
        return self._by_argument("default_parameters")

    @property
    def described_parameters(self) -> dict[str, str]:
        """What is said of the parameters."""
        return self._by_argument("described_parameters")

    def _by_argument(self, attribute: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for activation, names in (
            (self.first, self.first_parameters),
            (self.second, self.second_parameters),
        ):
            found |= dict(zip(names, getattr(activation, attribute).values(), strict=True))
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels as the two activations, and is the same pair there."""
        if self.shared:
            return getattr, (self.first, "with_itself")
        return paired, (self.first, self.second)

    def __repr__(self) -> str:
        return f"<pair {self.first.name}(X), {self.second.name}(Y)>"


@cache
def paired(first: Activation, second: Activation) -> ActivationPair:
    """The pair of two activations, each with parameters of its own; one object for each.

    Examples:
        >>> from elu_sym import elu, relu
        >>> paired(relu, elu) is relu.paired_with(elu)
        True
    """
    return ActivationPair(first, second)
