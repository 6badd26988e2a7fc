r"""The formula book: one object a published quantity, with a symbolic and a numeric face.

A formula binds a definition of :mod:`elu_sym.book.quantities` to an activation: ``E f(X)``, an
identity between such expectations, or a probability by cases. Its closed form is derived by
:mod:`elu_sym.gaussian`, its numeric function is generated from that closed form by
:mod:`elu_sym.generate.codegen`, its witnesses are gathered by :mod:`elu_sym.book.certificates`.
Importing this module loads no more than NumPy; SymPy is loaded when a symbolic face is first looked
at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, NamedTuple

from elu_sym.book.quantities import QUANTITIES, Quantity
from elu_sym.numeric.arguments import Domain, domain_of
from elu_sym.numeric.function import NumericFunction

if TYPE_CHECKING:
    import sympy

    from elu_sym.book.cases import Case
    from elu_sym.certify.witness import Witness
    from elu_sym.gaussian.derivation import Derivation
    from elu_sym.gaussian.identity import IdentityDerivation

BACKENDS = ("numpy", "scipy", "mpmath", "flint", "torch", "jax", "dask")
"""What :meth:`Formula.lambdify` writes for."""

DOCUMENTATION = """{id}({arguments}): {statement}, X ~ N(mu, sigma**2).

Domain: {domain}.

The arguments are numbers or arrays, which broadcast, by position or by name; sigma is 1 and a
parameter of the activation has its default unless given. sigma = 0 and infinite mu give the limits,
NaN gives NaN, and a value outside the domain is an error that names it. The value is a float64 of
the broadcast shape, a float32 if every array is one.

The object also knows where its numbers come from: closed_form and expr (SymPy), derivation (every
step with its checks), certificate (what testifies independently), latex, source, domain, and
lambdify(backend) for other libraries and any precision.
"""


class Formula:
    r"""A quantity of one activation: a callable number and a derived, certified expression.

    Call it with numbers, or read ``expr``, ``derivation``, ``certificate``, ``latex``,
    ``source`` and ``domain``; ``arguments`` names what it is called with. A formula whose closed
    form depends on how its arguments are ordered also has ``cases``.

    Examples:
        >>> from elu_sym import derivative_below, mean
        >>> print(f"{mean(0, 1, 1):.15f}")
        0.160520572266556
        >>> from elu_sym.symbols import mu
        >>> mean.closed_form.coeff(mu)
        NormalCdf(mu/sigma)
        >>> print(f"{derivative_below(1.5, 0, 1, alpha=2):.6f}")
        0.886795
        >>> for case in derivative_below.cases:
        ...     print(f"{case.name}: {case.closed_form}")
        level <= 1, level <= alpha: NormalCdf(-mu/sigma + (-log(alpha) + log(level))/sigma)
        level <= 1, level > alpha: NormalCdf(-mu/sigma)
        level > 1, level <= alpha: NormalCdf(mu/sigma) + NormalCdf(-mu/sigma + (-log(alpha) + log(level))/sigma)
        level > 1, level > alpha: 1
    """  # noqa: E501 - the output of an example is not ours to wrap

    def __init__(self, quantity: Quantity, activation: Activation) -> None:
        """Bind a quantity to an activation."""
        self.quantity = quantity
        self.activation = activation
        self.name = quantity.name
        self.id: str = self.name if activation.name == "elu" else f"{activation.name}.{self.name}"
        self.function_name = self.id.replace(".", "_")
        self.statement = quantity.statement.replace("f(X)", f"{activation.name}(X)")
        self.source = f"derived from its definition; the activation: {activation.source}"
        self.law_arguments = (*quantity.leading, "mu", "sigma")
        self.arguments = (*self.law_arguments, *activation.parameters)
        positive = (
            f"{name} > 0 and finite" for name in (*quantity.leading, *activation.parameters)
        )
        self.domain = ", ".join(("mu real or infinite", "sigma >= 0 and finite", *positive))
        self.__doc__ = DOCUMENTATION.format(
            id=self.id,
            statement=self.statement,
            arguments=", ".join(self.arguments),
            domain=self.domain,
        )
        defaults = {"sigma": 1.0} | dict.fromkeys(activation.parameters, ...)
        kind, empty = Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty
        self.__signature__ = Signature(
            [Parameter(name, kind, default=defaults.get(name, empty)) for name in self.arguments]
        )

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The value in floating point, broadcast over the arguments.

        Args:
            *values: the ``arguments`` in order. ``mu`` is the mean of X, plus or minus infinity
                for the limit; ``sigma`` is its standard deviation, 1 by default, 0 for the limit;
                the parameters of the activation, ``alpha`` for ELU, have defaults.
            **named: the same by name.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an
            argument is NaN.

        Raises:
            TypeError: if an argument is no real number or array, unknown, missing or given twice.
            ValueError: if a value is outside the domain or the shapes do not broadcast.
        """
        if named or len(values) != len(self.arguments):
            values = tuple(self.bind(values, named).values())
        return self.numeric(*values)

    def bind(self, values: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name and in order, the defaults filled in.

        Raises:
            TypeError: if an argument is missing, unknown, given twice, or one too many.
        """
        return self.activation.bind(values, named, self.law_arguments)

    @cached_property
    def numeric(self) -> NumericFunction:
        """The function that a call goes to: ``numeric.compiled`` tells by what it computes.

        What has no generated function, a part of other formulas or a function of one's own, is
        computed from its closed form, and ``numeric.by_arb`` tells where by Arb.
        """
        if self.quantity.published:
            return NumericFunction(self.function_name, self.arguments)
        from elu_sym.book.certified_function import CertifiedFunction

        return CertifiedFunction(self)

    @cached_property
    def domains(self) -> dict[str, Domain]:
        """What each argument may be, by its name: the one check of every backend."""
        return {name: domain_of(name) for name in self.arguments}

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
        if not self.quantity.parts:
            return {}
        missing = set(self.quantity.parts) - set(self.activation.formulas)
        if missing:
            raise LookupError(
                f"elu_sym/book/quantities.py: QUANTITIES has no {min(missing)!r}, which is a part"
                f" of {self.name!r}"
            )
        return {name: self.activation.formulas[name] for name in self.quantity.parts}

    @cached_property
    def derivation(self) -> Derivation | IdentityDerivation:
        """The steps from the definition to the closed form, each with its checks."""
        from sympy.stats import Normal

        from elu_sym.gaussian.engine import derive_expectation
        from elu_sym.gaussian.identity import IdentityDerivation
        from elu_sym.symbols import mu, sigma, x

        if self.integrand is None:
            parts: dict[str, Any] = {name: part.derivation for name, part in self.parts.items()}
            return IdentityDerivation(self.name, parts, self.quantity.define)
        if not self.quantity.by_cases:
            X = Normal("X", mu, sigma)
            return derive_expectation(self.integrand.subs(x, X), X)
        from elu_sym.book.cases import derive_cases

        ((_, event), _) = self.integrand.args
        return derive_cases(self.name, event, self.activation.name)

    @property
    def cases(self) -> tuple[Case, ...]:
        """For a formula by cases, every order of its arguments that can occur; else nothing.

        Raises:
            UnsupportedDerivativeError: if the pieces of the derivative have no such cases.
        """
        return getattr(self.derivation, "cases", ()) if self.quantity.by_cases else ()

    @cached_property
    def closed_form(self) -> sympy.Expr:
        """The closed form over the named functions ``NormalCdf`` and ``NormalPdf``."""
        return self.derivation.result

    @cached_property
    def expr(self) -> sympy.Expr:
        """The closed form in plain SymPy: exponentials, logarithms and ``erfc``."""
        from sympy import erfc

        return self.closed_form.rewrite(erfc)

    @cached_property
    def over_primitives(self) -> sympy.Expr:
        """The closed form over the non-negative quantities that the numerics compute.

        Raises:
            NoDecompositionError: if it is no combination of them.
        """
        from elu_sym.book.decomposition import decompose
        from elu_sym.book.primitives import primitives_of

        if self.quantity.by_cases:
            from elu_sym.book.cases import by_cases

            return by_cases(self.cases, [case.over_primitives() for case in self.cases])
        if self.name == "std":
            return self.quantity.define(self.activation.variance.over_primitives)
        return decompose(self.closed_form, primitives_of(self.activation.name))

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
        from elu_sym.book.certificates import witnesses_of

        return witnesses_of(self)

    def lambdify(self, backend: str = "numpy", form: str = "stable") -> Callable[..., Any]:
        """A function of the same arguments for a backend.

        Args:
            backend: ``"numpy"`` or ``"scipy"`` for the generated function, ``"mpmath"`` for any
                precision, ``"flint"`` for rigorous Arb balls at exact arguments; ``"torch"``,
                ``"jax"`` and ``"dask"`` for the arrays of these libraries, with gradients in the
                first two, see :mod:`elu_sym.interop`.
            form: ``"stable"``; or ``"textbook"``, for numpy, scipy and mpmath only: the closed
                form as it stands in papers, which overflows and cancels.

        Raises:
            ValueError: if the backend or the form is unknown, or if ``"torch"`` or ``"jax"`` is
                asked for a formula by cases, which has no gradient.
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
        if backend in ("mpmath", "flint"):
            from elu_sym.algebra.arbitrary_precision import arb_function, mpmath_function

            exact = arb_function if backend == "flint" else mpmath_function
            return exact(self.expr, self.symbols)
        # The book knows these by their names alone; they know the book.
        function: Callable[..., Any] = getattr(
            import_module(f"elu_sym.interop.{backend}"), f"{backend}_function"
        )
        return function(self)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        from elu_sym import symbols

        return tuple(getattr(symbols, name) for name in self.arguments)

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The symbols after those of the law."""
        return self.symbols[len(self.law_arguments) :]

    def __repr__(self) -> str:
        return f"<formula {self.id}({', '.join(self.arguments)}): {self.statement}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """A formula travels by its name: another process has the same book."""
        return getattr, (self.activation, self.name)


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

    def __init__(self, name: str, defaults: Mapping[str, Callable[[], float]], source: str) -> None:
        """Say how the defaults of the parameters are found; the name gives the SymPy function."""
        self.name = name
        self.function_name = name.title().replace("_", "")
        self.defaults = dict(defaults)
        self.parameters = tuple(defaults)
        self.source = source
        self.formulas = {quantity.name: Formula(quantity, self) for quantity in QUANTITIES}
        vars(self).update(self.formulas)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Formula:
            """A formula by the name of its quantity."""

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

    def bind(
        self, values: tuple[Any, ...], named: Mapping[str, Any], before: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Numeric parameters by name, the defaults filled in.

        Args:
            values: the first of the arguments.
            named: the others.
            before: the names of arguments before the parameters; ``sigma`` is 1 by default.

        Raises:
            TypeError: if an argument is missing, unknown, given twice, or one too many.
        """
        names = before + self.parameters
        if len(values) > len(names):
            raise TypeError(
                f"{len(values) - len(before)} parameters were given to {self.name}, which has"
                f" {', '.join(self.parameters) or 'none'}"
            )
        bound = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in names:
                known = ", ".join(names if before else ("mu", "sigma", *names))
                raise TypeError(f"{name} = {value!r} is no argument of {self.name}: {known}")
            if name in bound:
                raise TypeError(f"{name} is given twice, by position and by name")
            bound[name] = value
        defaults = self.defaults | {"sigma": lambda: 1.0}
        for name in names:
            if name not in bound:
                if name not in defaults:
                    raise TypeError(f"missing a required argument: {name!r}")
                bound[name] = defaults[name]()
        return {name: bound[name] for name in names}

    def __reduce__(self) -> str:
        """An activation travels by its name here."""
        return self.name

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
    "elu", {"alpha": lambda: 1.0}, "Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15"
)
relu = Activation("relu", {}, "Nair, Hinton, ICML 2010")
leaky_relu = Activation("leaky_relu", {"slope": lambda: 0.01}, "Maas, Hannun, Ng, ICML 2013")
selu = Activation(
    "selu",
    {"alpha": _standard_selu_alpha, "scale": _standard_selu_scale},
    "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, equation 2",
)
celu = Activation("celu", {"alpha": lambda: 1.0}, "Barron, 2017, equation 2")

mean, absolute_mean, second_moment = elu.mean, elu.absolute_mean, elu.second_moment
variance, std, negative_mean = elu.variance, elu.std, elu.negative_mean
derivative_mean, derivative_second_moment = elu.derivative_mean, elu.derivative_second_moment
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


class Moments(NamedTuple):
    """The first moments of f(X) for ELU; fields broadcast alike."""

    mean: Any
    second_moment: Any
    variance: Any


_MOMENTS = NumericFunction("moments", ("mu", "sigma", "alpha"))


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
    return Moments(*_MOMENTS(mu, sigma, alpha))
