r"""The formula book: one object a published quantity, with a symbolic and a numeric face.

A formula binds a definition of :mod:`elu_sym.book.quantities`, ``E f(X)`` or an identity between
such expectations, to an activation: its closed form is derived by :mod:`elu_sym.gaussian`, its
numeric function is generated from that closed form by :mod:`elu_sym.generate.codegen`, its
witnesses are gathered by :mod:`elu_sym.book.witnesses`. Importing this module loads no more than
NumPy; SymPy is loaded when a symbolic face is first looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from elu_sym.book.cases import DerivativeDistribution
from elu_sym.book.quantities import QUANTITIES, Quantity

if TYPE_CHECKING:
    import sympy

    from elu_sym.certify.witness import Witness
    from elu_sym.gaussian.derivation import Derivation
    from elu_sym.gaussian.identity import IdentityDerivation
    from elu_sym.numeric.function import NumericFunction

BACKENDS = ("numpy", "scipy", "mpmath", "flint", "torch", "jax", "dask")
"""What :meth:`Formula.lambdify` writes for."""


class Formula:
    r"""A quantity of one activation: a callable number and a derived, certified expression.

    Call it with numbers, or read ``expr``, ``derivation``, ``certificate``, ``latex``,
    ``source`` and ``domain``.

    Examples:
        >>> from elu_sym import mean
        >>> print(f"{mean(0, 1, 1):.15f}")
        0.160520572266556
        >>> from elu_sym.symbols import mu
        >>> mean.closed_form.coeff(mu)
        NormalCdf(mu/sigma)
    """

    def __init__(self, quantity: Quantity, activation: Activation) -> None:
        """Bind a quantity to an activation."""
        self.quantity = quantity
        self.activation = activation
        self.name = quantity.name
        self.id: str = (
            quantity.name if activation.name == "elu" else f"{activation.name}.{self.name}"
        )
        self.function_name = self.id.replace(".", "_")
        self.statement = quantity.statement.replace("f(X)", f"{activation.name}(X)")
        self.source = f"derived from its definition; the activation: {activation.source}"
        self.domain = "mu real or infinite, sigma >= 0 and finite, " + ", ".join(
            f"{name} > 0 and finite" for name in activation.parameters
        )
        self.__doc__ = f"{self.id}: {self.statement}, X ~ N(mu, sigma**2)."

    def __call__(self, mu: Any, sigma: Any = 1.0, *parameters: Any, **named: Any) -> Any:
        """The value in floating point, broadcast over the arguments.

        Args:
            mu: the mean of X, scalar or array; plus or minus infinity gives the limit.
            sigma: the standard deviation of X, at least 0 and finite; 0 gives the limit.
            *parameters: those of the activation, ``alpha`` for ELU, positive and finite.
            **named: the same by name.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an
            argument is NaN.

        Raises:
            TypeError: if an argument is no real number or array, or a parameter is unknown.
            ValueError: if a value is outside the domain or the shapes do not broadcast.
        """
        if named or len(parameters) != len(self.activation.parameters):
            parameters = tuple(self.activation.bind(parameters, named).values())
        return self.numeric(mu, sigma, *parameters)

    @cached_property
    def numeric(self) -> NumericFunction:
        """The function that a call goes to: ``numeric.compiled`` tells by what it computes."""
        from elu_sym.numeric.function import NumericFunction

        if not self.quantity.published:
            raise TypeError(f"{self.id} is a part of other formulas and has no numeric function")
        return NumericFunction(self.function_name, ("mu", "sigma", *self.activation.parameters))

    @cached_property
    def integrand(self) -> sympy.Expr | None:
        """The function g(x) whose expectation this is; None for an identity."""
        from elu_sym.symbols import x

        if self.quantity.parts:
            return None
        return self.quantity.define(lambda y: self.activation(y, *self.activation.symbols), x)

    @cached_property
    def parts(self) -> dict[str, Formula]:
        """The formulas that an identity is made of; empty for an expectation."""
        return {name: getattr(self.activation, name) for name in self.quantity.parts}

    @cached_property
    def derivation(self) -> Derivation | IdentityDerivation:
        """The steps from the definition to the closed form, each with its checks."""
        from sympy.stats import Normal

        from elu_sym.gaussian.engine import derive_expectation
        from elu_sym.gaussian.identity import IdentityDerivation
        from elu_sym.symbols import mu, sigma, x

        if self.integrand is not None:
            X = Normal("X", mu, sigma)
            return derive_expectation(self.integrand.subs(x, X), X)
        parts = {name: formula.derivation for name, formula in self.parts.items()}
        return IdentityDerivation(self.name, parts, self.quantity.define)

    @cached_property
    def closed_form(self) -> sympy.Expr:
        """The closed form over the named functions ``NormalCdf`` and ``NormalPdf``."""
        return self.derivation.result

    @cached_property
    def expr(self) -> sympy.Expr:
        """The closed form in plain SymPy: exponentials and ``erfc``."""
        from sympy import erfc

        return self.closed_form.rewrite(erfc)

    @cached_property
    def over_primitives(self) -> sympy.Expr:
        """The closed form over the non-negative quantities that the numerics compute."""
        from elu_sym.book.decomposition import decompose
        from elu_sym.book.primitives import PRIMITIVES

        if self.name == "std":
            return self.quantity.define(self.activation.variance.over_primitives)
        return decompose(self.closed_form, PRIMITIVES[self.activation.name])

    @cached_property
    def over_mills_ratio(self) -> sympy.Expr:
        """The closed form over densities and the Mills ratio, without distributions."""
        from elu_sym.algebra.normal_form import NormalForm
        from elu_sym.gaussian.derivation import Hypotheses
        from elu_sym.gaussian.forms import mills
        from elu_sym.symbols import mu, sigma

        if self.parts:
            return self.quantity.define(*(part.over_mills_ratio for part in self.parts.values()))
        return mills(NormalForm.from_expr(self.closed_form), Hypotheses(mu, sigma))

    @property
    def latex(self) -> str:
        """The formula as an equation in LaTeX."""
        from sympy import latex

        return f"{self.quantity.notation} = {latex(self.closed_form)}"

    def _repr_latex_(self) -> str:
        """The equation as a display of a few terms a line."""
        from sympy import Add, latex

        terms = self.closed_form.as_ordered_terms()
        lines = [latex(Add(*terms[start : start + 3])) for start in range(0, len(terms), 3)]
        signed = [line if line.startswith("-") else f"+ {line}" for line in lines[1:]]
        body = r" \\ & \quad ".join([lines[0], *signed])
        return f"$$\\begin{{aligned}} {self.quantity.notation} =\\; & {body} \\end{{aligned}}$$"

    @property
    def certificate(self) -> tuple[Witness, ...]:
        """The independent witnesses and what they found; needs the extra ``verify``."""
        from elu_sym.book.witnesses import witnesses_of

        return witnesses_of(self)

    def lambdify(self, backend: str = "numpy", form: str = "stable") -> Callable[..., Any]:
        """A function of ``(mu, sigma, *parameters)`` for a backend.

        Args:
            backend: ``"numpy"`` or ``"scipy"`` for the generated function, ``"mpmath"`` for any
                precision, ``"flint"`` for rigorous Arb balls at exact arguments; ``"torch"``,
                ``"jax"`` and ``"dask"`` for the arrays of these libraries, with gradients in the
                first two, see :mod:`elu_sym.interop`.
            form: ``"stable"``; or ``"textbook"``, for numpy, scipy and mpmath only: the closed
                form as it stands in papers, which overflows and cancels.

        Raises:
            ValueError: if the backend or the form is unknown.
            ModuleNotFoundError: if the backend is not installed; the message names its extra.
        """
        if backend not in BACKENDS:
            raise ValueError(f"backend = {backend!r} is none of {', '.join(BACKENDS)}")
        if form == "textbook" and backend in ("numpy", "scipy", "mpmath"):
            from sympy import lambdify

            return lambdify(self.symbols, self.expr, backend)
        if form != "stable":
            raise ValueError(f"form = {form!r} for backend {backend!r}; use 'stable'")
        if backend in ("numpy", "scipy"):
            return self
        if backend in ("torch", "jax", "dask"):
            module = import_module(f"elu_sym.interop.{backend}")
            function: Callable[..., Any] = getattr(module, f"{backend}_function")(self)
            return function
        from elu_sym.algebra.arbitrary_precision import arb_function, mpmath_function

        return (arb_function if backend == "flint" else mpmath_function)(self.expr, self.symbols)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        from elu_sym.symbols import mu, sigma

        return (mu, sigma, *self.activation.symbols)

    def __repr__(self) -> str:
        arguments = ", ".join(("mu", "sigma", *self.activation.parameters))
        return f"<formula {self.id}({arguments}): {self.statement}>"


class Activation:
    """An activation and its book: call it for the SymPy function, read a formula by name.

    Examples:
        >>> from elu_sym import elu
        >>> from elu_sym.symbols import alpha, x
        >>> elu(x, alpha)
        Elu(x, alpha)
        >>> elu(-1, 2)
        -2 + 2*exp(-1)
        >>> print(f"{elu.second_moment(0, 1, 1):.15f}")
        0.644945417492924
    """

    mean: Formula
    second_moment: Formula
    variance: Formula
    std: Formula
    third_moment: Formula
    fourth_moment: Formula
    derivative_mean: Formula
    derivative_second_moment: Formula
    covariance: Formula
    negative_mean: Formula

    def __init__(
        self,
        name: str,
        function_name: str,
        defaults: Mapping[str, Callable[[], float]],
        source: str,
    ) -> None:
        """Name the SymPy function and how the defaults of its parameters are found."""
        self.name = name
        self.function_name = function_name
        self.defaults = dict(defaults)
        self.parameters = tuple(defaults)
        self.source = source
        self.formulas = {quantity.name: Formula(quantity, self) for quantity in QUANTITIES}
        for quantity_name, formula in self.formulas.items():
            setattr(self, quantity_name, formula)
        self.derivative_below = DerivativeDistribution(self)

    @property
    def function(self) -> Any:
        """The SymPy function class."""
        from elu_sym import activations

        return getattr(activations, self.function_name)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the parameters."""
        from elu_sym import symbols

        return tuple(getattr(symbols, name) for name in self.parameters)

    def __call__(self, x: Any, *parameters: Any) -> sympy.Expr:
        """The activation of a SymPy expression or random symbol.

        Args:
            x: the argument.
            *parameters: every parameter of the activation, in order.

        Raises:
            TypeError: if a parameter is missing or there is one too many.
        """
        if len(parameters) != len(self.parameters):
            expected = ", ".join(("x", *self.parameters))
            raise TypeError(f"{self.name} takes ({expected}), not {len(parameters) + 1} arguments")
        return self.function(x, *parameters)

    def bind(self, values: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """Numeric parameters by name, the defaults filled in.

        Raises:
            TypeError: if a parameter is unknown, given twice, or one too many.
        """
        if len(values) > len(self.parameters):
            raise TypeError(
                f"{len(values)} parameters were given to {self.name}, which has"
                f" {', '.join(self.parameters) or 'none'}"
            )
        bound = dict(zip(self.parameters, values, strict=False))
        for name, value in named.items():
            if name not in self.parameters:
                known = ", ".join(("mu", "sigma", *self.parameters))
                raise TypeError(f"{name} = {value!r} is no argument of {self.name}: {known}")
            if name in bound:
                raise TypeError(f"{name} is given twice, by position and by name")
            bound[name] = value
        return {
            name: bound[name] if name in bound else default()
            for name, default in self.defaults.items()
        }

    def __repr__(self) -> str:
        return f"<activation {self.name}({', '.join(('x', *self.parameters))})>"


def _standard_selu_alpha() -> float:
    """The alpha that makes the mean zero at N(0, 1).

    The mean is E X_+ less alpha times E[1 - e^X; X < 0], so it is the ratio of the two, and the
    second is half the mean given X < 0.
    """
    below = -elu.negative_mean(0.0, 1.0, 1.0) / 2.0
    return float(relu.mean(0.0, 1.0) / below)


def _standard_selu_scale() -> float:
    """The scale that makes the second moment 1 at N(0, 1)."""
    return float(elu.second_moment(0.0, 1.0, _standard_selu_alpha()) ** -0.5)


elu = Activation(
    "elu",
    "Elu",
    {"alpha": lambda: 1.0},
    "Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15",
)
relu = Activation("relu", "Relu", {}, "Nair, Hinton, ICML 2010")
leaky_relu = Activation(
    "leaky_relu", "LeakyRelu", {"slope": lambda: 0.01}, "Maas, Hannun, Ng, ICML 2013"
)
selu = Activation(
    "selu",
    "Selu",
    {"alpha": _standard_selu_alpha, "scale": _standard_selu_scale},
    "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, equation 2",
)
celu = Activation("celu", "Celu", {"alpha": lambda: 1.0}, "Barron, 2017, equation 2")

mean, second_moment, variance, std = elu.mean, elu.second_moment, elu.variance, elu.std
derivative_mean = elu.derivative_mean
derivative_second_moment = elu.derivative_second_moment
negative_mean = elu.negative_mean
derivative_below = elu.derivative_below

ACTIVATIONS = {activation.name: activation for activation in (elu, relu, leaky_relu, selu, celu)}
"""Every activation by name."""

FORMULAS = {
    formula.id: formula
    for activation in ACTIVATIONS.values()
    for formula in activation.formulas.values()
    if formula.quantity.published
}
"""Every formula by its permanent id; those of ELU go by the name of the quantity alone."""

DISTRIBUTIONS = {
    activation.derivative_below.id: activation.derivative_below
    for activation in ACTIVATIONS.values()
}
"""Every distribution of a derivative by its permanent id: formulas by cases in their level."""


class Moments(NamedTuple):
    """The first moments of f(X) for ELU; fields broadcast alike."""

    mean: Any
    second_moment: Any
    variance: Any


def moments(mu: Any, sigma: Any = 1.0, alpha: Any = 1.0) -> Moments:
    """Mean, second moment and variance of ELU of a Gaussian.

    Args:
        mu: the mean of X, scalar or array; plus or minus infinity gives the limit.
        sigma: the standard deviation of X, at least 0 and finite.
        alpha: the height of the floor, positive and finite.

    Returns:
        A named tuple of float64 scalars or arrays of the broadcast shape.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside the domain or the shapes do not broadcast.

    Examples:
        >>> print(f"{moments(0, 1, 1).variance:.15f}")
        0.619178563372141
    """
    return Moments(*_moments_function()(mu, sigma, alpha))


@cache
def _moments_function() -> NumericFunction:
    from elu_sym.numeric.function import NumericFunction

    return NumericFunction("moments", ("mu", "sigma", "alpha"))
