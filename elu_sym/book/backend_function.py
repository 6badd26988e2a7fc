"""A formula as a function of another library, which travels to other processes like the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elu_sym.book.formula import Formula

__all__ = ["BackendFunction"]


class BackendFunction:
    """What ``Formula.lambdify`` gives: a function, and what it is of.

    Examples:
        >>> import pickle
        >>> from elu_sym import mean
        >>> function = mean.lambdify("mpmath")
        >>> function
        <mean on mpmath>
        >>> pickle.loads(pickle.dumps(function))(0, 1, 1)
        mpf('0.16052057226655606')
    """

    def __init__(
        self, formula: Formula, backend: str, form: str, function: Callable[..., Any]
    ) -> None:
        """Say of what formula the function is, and how it was asked for."""
        self.formula, self.backend, self.form, self.function = formula, backend, form, function
        self.__name__ = f"{formula.function_name}_{backend}"
        self.__doc__ = f"{formula.id} on {backend}.\n\n{function.__doc__ or formula.__doc__}"

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The value, of the types of the library."""
        return self.function(*values, **named)

    def __reduce__(self) -> tuple[Any, ...]:
        """It is made anew where it arrives: generated code does not travel."""
        return type(self.formula).lambdify, (self.formula, self.backend, self.form)

    def __repr__(self) -> str:
        form = "" if self.form == "stable" else f", {self.form} form"
        return f"<{self.formula.id} on {self.backend}{form}>"
