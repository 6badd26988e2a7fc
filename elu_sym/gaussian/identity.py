"""The derivation of a quantity that is no expectation of one g: its parts, and an identity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sympy import Expr, Symbol, latex

from elu_sym.algebra.normal_form import is_zero
from elu_sym.gaussian.derivation import Derivation, DerivationError

if TYPE_CHECKING:
    from elu_sym.gaussian.two_inputs import JointDerivation


@dataclass(frozen=True, repr=False)
class IdentityDerivation:
    """A quantity as an identity between derived expectations, such as a variance.

    Attributes:
        name: the quantity.
        parts: the derivation of each part by name.
        combine: from the closed forms of the parts to that of the quantity.

    Examples:
        >>> from elu_sym import variance
        >>> variance.derivation.identity
        'variance = -mean**2 + second_moment'
    """

    name: str
    parts: Mapping[str, "Derivation | JointDerivation | IdentityDerivation"]
    combine: Callable[..., Expr]

    @cached_property
    def result(self) -> Expr:
        """The closed form."""
        return self.combine(*(part.result for part in self.parts.values()))

    @property
    def identity(self) -> str:
        """The identity in words."""
        return f"{self.name} = {self.combine(*map(Symbol, self.parts))}"

    def recheck(self) -> None:
        """Check every step of every part, and that the parts combine to the result.

        Raises:
            DerivationError: naming the part and the step that fails.
        """
        for name, part in self.parts.items():
            try:
                part.recheck()
            except DerivationError as error:
                raise DerivationError(f"{name}: {error}") from error
        combined = self.combine(*(part.result for part in self.parts.values()))
        if not is_zero(combined - self.result):
            raise DerivationError(f"{self.identity} does not hold for the derived parts")

    @property
    def size(self) -> tuple[int, int]:
        """The number of steps and of exact checks, the identity counting as one of each."""
        sizes = [part.size for part in self.parts.values()]
        return 1 + sum(steps for steps, _ in sizes), 1 + sum(checks for _, checks in sizes)

    def to_text(self) -> str:
        """The parts one after the other, then the identity."""
        chapters = [f"{name}:\n{part.to_text()}" for name, part in self.parts.items()]
        return "\n\n".join([*chapters, f"{self.identity}\n  = {self.result}"])

    def to_latex(self) -> str:
        """The parts one after the other, then the identity."""
        chapters = [part.to_latex() for part in self.parts.values()]
        return "\n\n".join([*chapters, f"\\[ {latex(self.result)} \\]"])

    def __repr__(self) -> str:
        return f"<derivation: {self.identity}>"

    def _repr_latex_(self) -> str:
        return self.to_latex()
