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
from inspect import Parameter
from typing import TYPE_CHECKING, Any, NamedTuple

from elu_sym.book.activation_pair import ActivationPair, paired
from elu_sym.book.backend_function import BackendFunction
from elu_sym.book.call_signature import CallSignature
from elu_sym.book.joint_formula import JointFormula
from elu_sym.book.quantities import QUANTITIES, Quantity
from elu_sym.numeric.arguments import Domain, UnreadableArrayError, domain_of
from elu_sym.numeric.function import NumericFunction
from elu_sym.numeric.protocols import by_their_own, overriding, wrapped

if TYPE_CHECKING:
    import sympy

    from elu_sym.book.cases import Case
    from elu_sym.certify.witness import Witness
    from elu_sym.gaussian.derivation import Derivation
    from elu_sym.gaussian.identity import IdentityDerivation

BACKENDS = ("numpy", "scipy", "mpmath", "flint", "torch", "jax", "dask")
"""What :meth:`Formula.lambdify` writes for."""

DOCUMENTATION = """{id}({arguments}): {statement}, X ~ N(mu, sigma**2).

The arguments are numbers or arrays, which broadcast, by position or by name. NaN gives NaN, at that
element.

Args:
{described}
    out: an array to write to, as for a universal function of NumPy; that is returned.
    where: truth values: elsewhere out is left as it is, or the value is NaN, and what stands there
        in the arguments is not looked at.
    dtype: float32 or float64, what the values are rounded to, whatever the arguments are.

Returns:
    A float64 of the broadcast shape, a float32 if every array is one. Labels of pandas and xarray
    are kept, and Dask arrays stay lazy.

Raises:
    TypeError: if an argument is no real number or array, unknown, missing or given twice; if dtype
        is no other than these two.
    ValueError: if a value is outside the domain or the shapes do not broadcast.

Accuracy:
    At most 8 units of ulp(F) + 2**-52 sum abs(x dF/dx), the sum over the arguments x, for abs(mu)
    and sigma from 1e-300 to 1e150 and parameters from 1e-10 to 1e10: make accuracy measures it.

Source:
    {source}.

Examples:
    >>> from elu_sym import {activation}
    >>> {activation}.{name}({example}).shape
    (3,)

The object also knows where its numbers come from: closed_form and expr (SymPy), derivation (every
step with its checks), certificate (what testifies independently), latex, source, domain, and
lambdify(backend) for other libraries and any precision.
"""

ACTIVATION_DOCUMENTATION = """{name}({arguments}): the activation {function} as a function of SymPy, and its formulas.

The function of SymPy takes x and all parameters; the formulas know their defaults.

Args:
{described}

Formulas:
    {formulas}; of two inputs: {joint_formulas}.

Source:
    {source}.
"""  # noqa: E501 - a first line is one line

ARGUMENTS = {
    "level": "the level, positive and finite",
    "mu": "the mean of X, a real number; plus or minus infinity gives the limit",
    "sigma": "the standard deviation of X, at least 0 and finite, 1.0 by default; 0 is a limit",
}
"""What the arguments are that are no parameters of the activation."""


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
        self.__name__, self.nin = self.function_name, len(self.arguments)
        described = ARGUMENTS | activation.described_parameters
        self.__doc__ = DOCUMENTATION.format(
            id=self.id,
            statement=self.statement,
            arguments=", ".join(self.arguments),
            described="\n".join(f"    {name}: {described[name]}." for name in self.arguments),
            source=self.source,
            activation=activation.name,
            name=self.name,
            example=", ".join([*("0.5" for _ in quantity.leading), "[-1.0, 0.0, 1.0]"]),
        )

    __signature__ = CallSignature()
    nout, signature = 1, None
    """As ``__name__`` and ``nin``: what libraries ask a universal function of NumPy for."""

    def __call__(
        self,
        *values: Any,
        out: Any = None,
        where: Any = True,
        dtype: Any = None,
        **named: Any,
    ) -> Any:
        """The value in floating point, broadcast over the arguments.

        Args:
            *values: the ``arguments`` in order. ``mu`` is the mean of X, plus or minus infinity
                for the limit; ``sigma`` is its standard deviation, 1 by default, 0 for the limit;
                the parameters of the activation, ``alpha`` for ELU, have defaults.
            out: an array to write to, as for a universal function of NumPy.
            where: truth values: elsewhere ``out`` is left as it is, or the value is NaN, and the
                arguments are not checked.
            dtype: float32 or float64, what the values are rounded to.
            **named: the arguments by name.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an
            argument is NaN. An argument with an ``__array_ufunc__`` or ``__array_wrap__`` of its
            own decides what it gives, as for a universal function: pandas and xarray keep their
            labels, Dask arrays stay lazy.

        Raises:
            TypeError: if an argument is no real number or array, unknown, missing or given twice.
            ValueError: if a value is outside the domain or the shapes do not broadcast.
        """
        if out is None and where is True and dtype is None:
            found = self._direct(*values, **named)
            if found is not NotImplemented:
                return found
        if named or len(values) != len(self.arguments):
            values = tuple(self.bind(values, named).values())
        keywords: dict[str, Any] = {} if where is True else {"where": where}
        if out is not None:
            keywords["out"] = out if isinstance(out, tuple) else (out,)
        if dtype is not None:
            keywords["dtype"] = dtype
        if others := overriding((*values, *keywords.get("out", ()))):
            # Dask would try the formula at arbitrary numbers, to see what type comes out.
            if all(type(other).__module__.startswith("dask.array") for other in others):
                if keywords:
                    instead = "astype" if "dtype" in keywords else "dask.array.where"
                    raise TypeError(
                        f"{min(keywords)} is for arrays in memory: use {instead} on what {self.id}"
                        " gives"
                    )
                return self.lambdify("dask")(*values)
            return by_their_own(self, others, values, keywords)
        try:
            found = self.numeric(*values, **keywords)
        except UnreadableArrayError as error:
            libraries = (type(value).__module__.partition(".")[0] for value in values)
            library = next((name for name in libraries if name in ("torch", "jax")), None)
            if library is None or self.quantity.by_cases:
                raise
            advice = (
                f'for these arrays and their gradients there is {self.id}.lambdify("{library}")'
            )
            raise UnreadableArrayError(f"{error}: {advice}") from error
        return found if out is not None else wrapped(values, found)

    def call_parameters(self) -> list[Parameter]:
        """What a call takes, for ``inspect``."""
        defaults = {"sigma": 1.0} | self.activation.default_parameters
        given = [
            Parameter(
                name, Parameter.POSITIONAL_OR_KEYWORD, default=defaults.get(name, Parameter.empty)
            )
            for name in self.arguments
        ]
        options = {"out": None, "where": True, "dtype": None}
        return given + [Parameter(n, Parameter.KEYWORD_ONLY, default=v) for n, v in options.items()]

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
    def _direct(self) -> Callable[..., Any]:
        parameters = self.__signature__.parameters
        defaults = {name: parameters[name].default for name in self.arguments}
        return self.numeric.direct_call(
            {name: value for name, value in defaults.items() if value is not Parameter.empty}
        )

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
            return IdentityDerivation(self.name, parts, self.quantity.combined)
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
        from elu_sym.algebra.optional import extra

        with extra("verify", f"the certificate of {self.id}"):
            from elu_sym.book.certificates import witnesses_of

            return witnesses_of(self)

    def lambdify(self, backend: str = "numpy", form: str = "stable") -> Callable[..., Any]:
        """A function of the same arguments for a backend, with the same defaults and domain.

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
        function = self._written_for(backend, form)
        return self if function is self else BackendFunction(self, backend, form, function)

    def _written_for(self, backend: str, form: str) -> Callable[..., Any]:
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
            from elu_sym.book.exact_functions import exact_function

            return exact_function(self, backend)
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

    def __init__(
        self, name: str, defaults: Mapping[str, float | Callable[[], float]], source: str
    ) -> None:
        """Say the defaults of the parameters or how they are found; the name gives the function."""
        self.name = name
        self.function_name = name.title().replace("_", "")
        self.defaults = dict(defaults)
        self.parameters = tuple(defaults)
        self.source = source
        self.formulas = {quantity.name: Formula(quantity, self) for quantity in QUANTITIES}
        vars(self).update(self.formulas)
        self.with_itself = ActivationPair(self, self, shared=True)
        vars(self).update(self.with_itself.formulas)
        described = {"x": "the argument, an expression or a random symbol"}
        self.__doc__ = ACTIVATION_DOCUMENTATION.format(
            name=name,
            arguments=", ".join(("x", *self.parameters)),
            function=self.function_name,
            described="\n".join(
                f"    {name}: {words}."
                for name, words in (described | self.described_parameters).items()
            ),
            formulas=", ".join(
                key for key, each in self.formulas.items() if each.quantity.published
            ),
            joint_formulas=", ".join(
                key for key, each in self.with_itself.formulas.items() if each.quantity.published
            ),
            source=source,
        )

    if TYPE_CHECKING:
        kernel: JointFormula
        derivative_kernel: JointFormula
        cross_kernel: JointFormula
        joint_covariance: JointFormula
        distance: JointFormula
        input_covariance: JointFormula

        def __getattr__(self, name: str) -> Formula:
            """A formula by the name of its quantity."""

    def paired_with(self, other: Activation) -> ActivationPair:
        """The formulas of this activation at X and another one at Y.

        Args:
            other: an activation of the book; this one, for other parameters at Y.

        Returns:
            Formulas of two inputs by name. Their arguments after the law's are the parameters of
            both; where both have one of a name, it ends in 1 or 2.

        Raises:
            TypeError: if the other one is no activation of the book.

        Examples:
            >>> pair = relu.paired_with(elu)
            >>> print(f"{pair.kernel(0, 1, 0, 1, rho=0.5, alpha=2):.15f}")
            0.230756022608751
            >>> elu.paired_with(elu).kernel.arguments
            ('mu1', 'sigma1', 'mu2', 'sigma2', 'rho', 'alpha1', 'alpha2')
        """
        if not isinstance(other, Activation):
            raise TypeError(f"other = {other!r} is no activation: give one of ACTIVATIONS")
        return paired(self, other)

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
            TypeError: if a parameter is missing or there is one too many; if x is an array or text.
        """
        if len(parameters) != len(self.parameters):
            expected = ", ".join(("x", *self.parameters))
            raise TypeError(f"{self.name} takes ({expected}), not {len(parameters) + 1} arguments")
        if getattr(x, "ndim", 0):
            names = f"x, {', '.join(self.parameters)}".removesuffix(", ")
            raise TypeError(
                f"x is an array, and {self.name}(x) an expression of SymPy: for arrays there is"
                f" sympy.lambdify(({names}), {self.name}({names}))"
            )
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
                kind = "argument" if before else "parameter"
                has = ", ".join(names) or "none"
                raise TypeError(f"{name} = {value!r} is no {kind} of {self.name}, which has {has}")
            if name in bound:
                raise TypeError(f"{name} is given twice, by position and by name")
            bound[name] = value
        if len(bound) < len(names):
            bound = {"sigma": 1.0} | self.default_parameters | bound
        for name in names:
            if name not in bound:
                raise TypeError(f"missing a required argument: {name!r}")
        return {name: bound[name] for name in names}

    @cached_property
    def default_parameters(self) -> dict[str, float]:
        """The parameters that are taken where none are given."""
        return {
            name: value() if callable(value) else value for name, value in self.defaults.items()
        }

    @property
    def described_parameters(self) -> dict[str, str]:
        """What is said of the parameters, each with its default."""
        return {
            name: "a parameter of the activation, positive and finite, by default "
            + (_first_line(value) if callable(value) else str(value))
            for name, value in self.defaults.items()
        }

    def __reduce__(self) -> str:
        """An activation travels by its name here."""
        return self.name

    def __repr__(self) -> str:
        return f"<activation {self.name}({', '.join(('x', *self.parameters))})>"


def _first_line(function: Callable[..., Any]) -> str:
    """The first sentence of a documentation, as words that go on."""
    first = (function.__doc__ or "what is computed").partition(".")[0]
    return first[0].lower() + first[1:]


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


elu = Activation("elu", {"alpha": 1.0}, "Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15")
relu = Activation("relu", {}, "Nair, Hinton, ICML 2010")
leaky_relu = Activation("leaky_relu", {"slope": 0.01}, "Maas, Hannun, Ng, ICML 2013")
selu = Activation(
    "selu",
    {"alpha": _standard_selu_alpha, "scale": _standard_selu_scale},
    "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, equation 2",
)
celu = Activation("celu", {"alpha": 1.0}, "Barron, 2017, equation 2")

mean, absolute_mean, second_moment = elu.mean, elu.absolute_mean, elu.second_moment
variance, std, negative_mean = elu.variance, elu.std, elu.negative_mean
derivative_mean, derivative_second_moment = elu.derivative_mean, elu.derivative_second_moment
derivative_below = elu.derivative_below
kernel, derivative_kernel, cross_kernel = elu.kernel, elu.derivative_kernel, elu.cross_kernel
joint_covariance, distance, input_covariance = (
    elu.joint_covariance,
    elu.distance,
    elu.input_covariance,
)

ACTIVATIONS = {activation.name: activation for activation in (elu, relu, leaky_relu, selu, celu)}
"""Every activation by name."""

FORMULAS = {
    formula.id: formula
    for activation in ACTIVATIONS.values()
    for formula in activation.formulas.values()
    if formula.quantity.published
}
"""Every formula by its permanent id; those of ELU go by the name of the quantity alone."""

JOINT_FORMULAS = {
    formula.id: formula
    for pair in (*(each.with_itself for each in ACTIVATIONS.values()), relu.paired_with(elu))
    for formula in pair.formulas.values()
    if formula.quantity.published
}
"""Every formula of two inputs by its permanent id, and those of one mixed pair."""


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
    found = _MOMENTS.direct(mu, sigma, alpha)
    if found is not NotImplemented:
        return Moments(*found)
    given = (mu, sigma, alpha)
    if overriding(given):
        return Moments(elu.mean(*given), elu.second_moment(*given), elu.variance(*given))
    return Moments(*(wrapped(given, each) for each in _MOMENTS(*given)))
