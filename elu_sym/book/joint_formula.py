r"""A formula of two jointly normal inputs, with a symbolic and a numeric face.

It binds a definition of :mod:`elu_sym.book.joint_quantities` to a pair of activations. Its closed
form is derived by conditioning on the first input, in :mod:`elu_sym.gaussian.two_inputs`; its
numbers come from :mod:`elu_sym.numeric.joint_expectations`. Importing this module loads no more
than NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from inspect import Parameter
from typing import TYPE_CHECKING, Any, ClassVar

from elu_sym.book.call_signature import CallSignature
from elu_sym.book.joint_function import LAW_DOMAINS, JointFunction
from elu_sym.book.joint_quantities import JointQuantity, Law, Marginal
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments

if TYPE_CHECKING:
    import sympy

    from elu_sym.book.activation_pair import ActivationPair
    from elu_sym.certify.witness import Witness
    from elu_sym.gaussian.derivation import Derivation
    from elu_sym.gaussian.identity import IdentityDerivation
    from elu_sym.gaussian.two_inputs import JointDerivation

DOCUMENTATION = """{id}({arguments}): {statement}, X and Y jointly normal.

The arguments are numbers or arrays, which broadcast, by position or by name. NaN gives NaN, at that
element.

Args:
    mu1: the mean of X, a finite number.
    sigma1: the standard deviation of X, {deviation}.
    mu2: the mean of Y, a finite number.
    sigma2: the standard deviation of Y, {deviation}.
    rho: the correlation of X and Y, from -1 to 1; either this or the angle is given.
{described}    angle: the angle whose cosine is the correlation, from 0 to pi, by name; for inputs
        that are nearly the same it has digits that a correlation next to 1 has not.

Returns:
    A float64 of the broadcast shape, a float32 if every array is one. Labels of pandas and xarray
    are kept, and Dask arrays stay lazy.

Raises:
    TypeError: if an argument is no real number or array, unknown, missing or given twice.
    ValueError: if a value is outside the domain or the shapes do not broadcast.

Accuracy:
    {accuracy}

Source:
    {source}.

Examples:
    >>> from elu_sym import {imported}
    >>> {call}([-1.0, 0.0, 1.0], 1.0, 0.0, 1.0, rho=0.5).shape
    (3,)

The object also knows where its numbers come from: closed_form and expr (SymPy), derivation (every
step with its checks), certificate (what testifies independently), latex, source, domain, and
enclosed for the double next to the value.
"""

MEASURED = """At most 1e-13 of {bound}:
    measured for means within 30 standard deviations, standard deviations from 1e-8 to 1e8,
    parameters from 0.001 to 1000 and every correlation."""
ENCLOSED = "Each value is the double next to what an Arb ball contains, or the one beside it."


class JointFormula:
    r"""A quantity of two inputs: a callable number and a derived, certified expression.

    Call it with numbers, or read ``closed_form``, ``expr``, ``derivation``, ``certificate``,
    ``latex``, ``source`` and ``domain``; ``arguments`` names what it is called with.

    Examples:
        >>> from elu_sym import joint_covariance, kernel, relu
        >>> print(f"{kernel(0, 1, 0, 1, rho=0.5):.12f}")
        0.324783648957
        >>> print(f"{relu.kernel(0, 1, 0, 1, angle=0):.12f}")
        0.500000000000
        >>> joint_covariance.derivation.identity
        'joint_covariance = -first.mean*second.mean + kernel'
    """

    dependences: ClassVar[tuple[str, ...]] = ("rho", "angle")
    """How it is said how much the inputs depend on each other."""

    mutants: ClassVar[int | None] = 30
    """How many mutants of the closed form its certificate tries, of up to some thousands."""

    __signature__ = CallSignature()

    def __init__(self, quantity: JointQuantity, pair: ActivationPair) -> None:
        """Bind a quantity to a pair of activations."""
        self.quantity, self.pair, self.name = quantity, pair, quantity.name
        self.id: str = pair.prefix + quantity.name
        self.statement, self.notation = (
            pair.said(quantity.statement),
            pair.written(quantity.notation),
        )
        sources = dict.fromkeys((pair.first.source, pair.second.source))
        self.source = f"derived from its definition; the activations: {'; '.join(sources)}"
        self.domains: dict[str, Domain] = LAW_DOMAINS | dict.fromkeys(pair.parameters, POSITIVE)
        self.arguments = tuple(self.domains)
        positive = (f"{name} > 0 and finite" for name in pair.parameters)
        least = "sigma1, sigma2 >= 0 and finite"
        if not quantity.published:  # by balls, which have no limits at 0
            self.domains |= {"sigma1": POSITIVE, "sigma2": POSITIVE}
            least = "sigma1, sigma2 > 0 and finite"
        self.domain = ", ".join(("mu1, mu2 real", least, "-1 <= rho <= 1", *positive))
        described = pair.described_parameters
        self.__doc__ = DOCUMENTATION.format(
            id=self.id,
            arguments=", ".join(self.arguments),
            statement=self.statement,
            described="".join(f"    {name}: {described[name]}.\n" for name in pair.parameters),
            deviation="at least 0 and finite; 0 is a limit"
            if quantity.published
            else "positive and finite",
            accuracy=MEASURED.format(bound=pair.written(quantity.bound))
            if quantity.published
            else ENCLOSED,
            source=self.source,
            imported=", ".join(dict.fromkeys((pair.first.name, pair.second.name))),
            call=f"{pair.call}.{self.name}",
        )

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The value in floating point, broadcast over the arguments.

        Args:
            *values: the ``arguments`` in order: means, standard deviations, the correlation and
                the parameters, which have defaults.
            **named: the same by name; ``angle`` instead of ``rho``.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an argument
            is NaN.

        Raises:
            TypeError: if an argument is no real number or array, unknown, missing or given twice.
            ValueError: if a value is outside its domain or the shapes do not broadcast.
        """
        bound = self.bind(values, named)
        return self.numeric["angle" if "angle" in bound else "rho"](*bound.values())

    def bind(self, values: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name and in order, the defaults filled in.

        Raises:
            TypeError: if an argument is missing, unknown, given twice, or one too many; if it is
                not either the correlation or the angle that is given.
        """
        known = dict.fromkeys((*self.arguments, *self.dependences))
        given = dict(zip(self.arguments, values, strict=False))
        unknown = [name for name in named if name not in known]
        twice = [name for name in named if name in given]
        bound = self.default_parameters | given | dict(named)
        dependence = [name for name in self.dependences if bound.get(name) is not None]
        missing = [name for name in self.arguments if name not in (*bound, "rho")]
        missing += [] if dependence else [" or ".join(self.dependences)]
        both = [" and ".join(dependence)] if len(dependence) > 1 else []
        law = {"rho": " or ".join(self.dependences)}
        accepted = ", ".join(law.get(name, name) for name in self.arguments)
        for names, fault in (
            (unknown, "is unknown"),
            (twice, "is given twice"),
            (missing, "is missing"),
            (both, "are both given, which say the same"),
        ):
            if names:
                raise TypeError(f"{names[0]} {fault}: give ({accepted})")
        if len(values) > len(self.arguments):
            raise TypeError(f"{len(values)} arguments are given: give ({accepted})")
        order = (dependence[0] if name == "rho" else name for name in self.arguments)
        return {name: bound[name] for name in order}

    @property
    def default_parameters(self) -> dict[str, Any]:
        """The parameters that are taken where none are given."""
        return self.pair.default_parameters

    def call_parameters(self) -> list[Parameter]:
        """What a call takes, for ``inspect``."""
        choice = len(self.dependences) > 1
        defaults = ({"rho": None} if choice else {}) | self.default_parameters
        given = [
            Parameter(
                name, Parameter.POSITIONAL_OR_KEYWORD, default=defaults.get(name, Parameter.empty)
            )
            for name in self.arguments
        ]
        by_name = (name for name in self.dependences if name != "rho")
        return given + [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in by_name]

    @cached_property
    def numeric(self) -> dict[str, JointFunction]:
        """The functions that a call goes to, by correlation and by angle."""
        return {name: JointFunction(self, name) for name in self.dependences}

    @property
    def in_doubles(self) -> bool:
        """Whether its numbers are computed in doubles, and not by Arb."""
        return self.quantity.published

    def error_unit(self, *values: Any) -> Any:
        """What an error of the numbers is measured in: the bound without its factor 1e-13.

        Args:
            *values: the ``arguments`` in order, checked.

        Examples:
            >>> from elu_sym import relu
            >>> relu.kernel.error_unit(0.0, 2.0, 0.0, 2.0, 0.5)
            np.float64(2.0000000000000004)
        """
        law = (*values[:5], None)
        parameters = dict(zip(self.arguments[5:], values[5:], strict=True))
        norm = self.quantity.norm
        assert norm is not None  # there are numbers
        return norm(*self.marginals(law, parameters))

    def evaluated(self, law: Law, parameters: Mapping[str, Any]) -> Any:
        """The values at arrays of float64 that are in their domains."""
        evaluate = self.quantity.evaluate
        if evaluate is None:
            return self._enclosed(law[:5], parameters)
        return evaluate(law, *self.marginals(law, parameters))

    def marginals(self, law: Law, parameters: Mapping[str, Any]) -> tuple[Marginal, Marginal]:
        """Each input with its activation."""
        pair = self.pair
        first, second = (
            tuple(parameters[name] for name in names)
            for names in (pair.first_parameters, pair.second_parameters)
        )
        return (
            Marginal(pair.first, law[0], law[1], first),
            Marginal(pair.second, law[2], law[3], second),
        )

    def enclosed(self, *values: Any, **named: Any) -> Any:
        """The double next to each value, or the one beside it, from a ball that contains the value.

        It takes about a hundredth of a second for standard deviations up to a hundred, and the
        longer the larger they are: minutes beyond 30,000.

        Args:
            *values: the ``arguments`` in order; no standard deviation is 0.
            **named: the same by name.

        Raises:
            TypeError: if an argument is no real number or array, unknown, missing or given twice;
                if the angle is given.
            ValueError: if a value is outside its domain or the shapes do not broadcast.
            ModuleNotFoundError: if python-flint, of the extra ``verify``, is missing.

        Examples:
            >>> from elu_sym import relu
            >>> relu.kernel.enclosed(0, 1, 0, 1, rho=1)
            np.float64(0.5)
        """
        bound = self.bind(values, named)
        if "rho" not in bound:
            raise TypeError("angle is given: give rho, which a ball is computed from")
        domains = self.domains | {"sigma1": POSITIVE, "sigma2": POSITIVE}
        checked = broadcast_arguments(**{n: (v, domains[n]) for n, v in bound.items()})
        arrays = dict(zip(self.arguments, checked.arrays, strict=True))
        law = tuple(arrays.pop(name) for name in LAW_DOMAINS)
        return checked.result(self._enclosed(law, arrays))

    def _enclosed(self, law: tuple[Any, ...], parameters: Mapping[str, Any]) -> Any:
        from elu_sym.book.joint_enclosure import nearest_doubles

        return nearest_doubles(self, (*law, *parameters.values()))

    @cached_property
    def integrand(self) -> sympy.Expr | None:
        """The function of x and y whose expectation this is; None for an identity."""
        from elu_sym.symbols import x, y

        if self.quantity.parts:
            return None
        pair = self.pair
        return self.quantity.define(
            lambda place: pair.first(place, *pair.first_symbols),
            lambda place: pair.second(place, *pair.second_symbols),
            x,
            y,
        )

    @cached_property
    def derivation(self) -> JointDerivation | IdentityDerivation:
        """The steps from the definition to the closed form, each with its checks."""
        from elu_sym.gaussian.identity import IdentityDerivation
        from elu_sym.gaussian.two_inputs import derive_joint_expectation

        if self.integrand is not None:
            return derive_joint_expectation(self.integrand)
        parts = {name: self.part(name) for name in self.quantity.parts}
        return IdentityDerivation(self.name, parts, self.quantity.combined)

    def part(self, name: str) -> Derivation | JointDerivation | IdentityDerivation:
        """The derivation of what an identity is made of."""
        place, _, quantity = name.rpartition(".")
        if not place:
            return self.pair.formulas[name].derivation
        from sympy.stats import Normal

        from elu_sym.gaussian.engine import derive_expectation
        from elu_sym.symbols import mu1, mu2, sigma1, sigma2, x

        pair = self.pair
        activation, symbols, law = {
            "first": (pair.first, pair.first_symbols, (mu1, sigma1)),
            "second": (pair.second, pair.second_symbols, (mu2, sigma2)),
        }[place]
        integrand = activation.formulas[quantity].integrand
        assert integrand is not None  # an identity is made of expectations
        named = dict(zip(activation.symbols, symbols, strict=True))
        X = Normal("X", *law)
        return derive_expectation(integrand.xreplace(named).subs(x, X), X)

    @cached_property
    def closed_form(self) -> sympy.Expr:
        """The closed form over ``NormalCdf``, ``NormalPdf`` and ``BivariateNormalCdf``.

        It is for standard deviations above 0 and correlations inside (-1, 1); elsewhere the value
        is its limit, which a call with numbers gives.
        """
        return self.derivation.result

    @property
    def expr(self) -> sympy.Expr:
        """The closed form over ``erfc`` and ``BivariateNormalCdf``."""
        from sympy import erfc

        return self.closed_form.rewrite(erfc)

    @property
    def latex(self) -> str:
        """The formula as an equation in LaTeX."""
        from sympy import latex

        return f"{self.notation} = {latex(self.closed_form)}"

    def _repr_latex_(self) -> str:
        return f"$$ {self.latex} $$"

    @cached_property
    def certificate(self) -> tuple[Witness, ...]:
        """The independent witnesses and what they found; needs the extra ``verify``."""
        from elu_sym.algebra.optional import extra

        with extra("verify", f"the certificate of {self!r}"):
            from elu_sym.book.certificates import joint_witnesses_of

            return joint_witnesses_of(self, self.mutants)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        from elu_sym.gaussian.two_inputs import JOINT_LAW

        return (*JOINT_LAW, *self.pair.symbols)

    def __repr__(self) -> str:
        return f"<formula {self.id}({', '.join(self.arguments)}): {self.statement}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """A formula travels by its name: another process has the same book."""
        return getattr, (self.pair, self.name)
