"""ELU and its relatives as SymPy functions, each by its two pieces and nothing else.

An activation is what it does on either side of the kink at 0. Everything that the project proves,
derives or generates starts from the ``left`` and ``right`` of these classes: change a character
of :meth:`Elu.left` and claims turn over, formulas and generated code move.

The derivative is a function of its own, because it jumps at the kink: its derivative carries an
atom, ``(1 - alpha)*DiracDelta(x)`` for ELU, which differentiating a ``Piecewise`` would lose.

References:
    Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential
    linear units (ELUs), ICLR 2016, equation 15. Klambauer et al.: Self-normalizing neural
    networks, NeurIPS 2017, equation 2 (SELU). Barron: Continuously differentiable exponential
    linear units, 2017 (CELU).
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, ClassVar

from sympy import (
    DiracDelta,
    Dummy,
    Expr,
    Float,
    Function,
    Integral,
    Lambda,
    Piecewise,
    Rational,
    S,
    diff,
    exp,
    solve,
)
from sympy.codegen.cfunctions import expm1
from sympy.codegen.numpy_nodes import maximum, minimum
from sympy.codegen.rewriting import expm1_opt, optimize
from sympy.core.evalf import prec_to_dps
from sympy.core.function import ArgumentIndexError
from sympy.core.logic import fuzzy_and
from sympy.core.rules import Transform
from sympy.printing.pycode import SymPyPrinter

from elu_sym.symbols import symbolic

NUMPY_PRINTERS = ("_numpycode", "_scipycode", "_cupycode")
ARRAY_PRINTERS = (
    *NUMPY_PRINTERS,
    "_jaxcode",
    "_torchcode",
    "_tensorflowcode",
    "_numexprcode",
    "_octave",
)
PRINTERS = (
    *ARRAY_PRINTERS,
    *("_pythoncode", "_cmathcode", "_mpmathcode", "_lambdacode", "_ccode", "_cxxcode", "_fcode"),
    *("_glsl", "_javascript", "_julia", "_maple", "_mcode", "_rcode", "_rust_code"),
)
"""The names by which the printers of SymPy ask an expression for its code. Those for arrays write
code that computes all branches and chooses afterwards."""

# Always the same two: what SymPy found out about a piece it need not find out again.
_NEGATIVE, _NONNEGATIVE = Dummy(negative=True), Dummy(nonnegative=True)


class KinkedFunction(Function):
    """A real function given by one expression for ``x < 0`` and one for ``x >= 0``.

    A subclass writes ``left(x, *parameters)`` and ``right(x, *parameters)``; evaluation at an
    argument of known sign, ``rewrite(Piecewise)``, numerical evaluation, realness, integration,
    and the printing of code all follow from the two. Code is safe in the branch not taken, keeps
    the digits of ``exp(x) - 1``, and has the right derivative where JAX or PyTorch take one.

    Where SymPy looks for a ``Piecewise`` of its own, as in ``solve`` and in the integral of a
    product, write ``.rewrite(Piecewise)`` first.
    """

    symbol: ClassVar[str]

    def __init_subclass__(cls, nargs: int | None = None) -> None:
        """Leave the number of arguments to SymPy."""
        super().__init_subclass__()

    def __new__(cls, *arguments: Any, **options: Any) -> Expr:
        """Take expressions and numbers; text would be run as a program."""
        names = signature(getattr(cls, "activation", cls).left).parameters
        checked = [symbolic(value, name) for name, value in zip(names, arguments, strict=False)]
        return super().__new__(cls, *checked, *arguments[len(names) :], **options)

    @staticmethod
    def left(x: Expr, *parameters: Expr) -> Expr:
        """The expression for ``x < 0``."""
        raise TypeError("a kinked function is defined by a subclass with a left and a right piece")

    @staticmethod
    def right(x: Expr, *parameters: Expr) -> Expr:
        """The expression for ``x >= 0``."""
        raise TypeError("a kinked function is defined by a subclass with a left and a right piece")

    @classmethod
    def eval(cls, x: Expr, *parameters: Expr) -> Expr | None:
        """Take the piece when the sign of the argument is known."""
        if x is S.NaN:
            return S.NaN
        if x.is_extended_nonnegative:
            piece = cls.right
        elif x.is_extended_negative:
            piece = cls.left
        else:
            return None
        if not isinstance(x, Float):
            return piece(x, *parameters)
        exact = piece(*(Rational(p) if isinstance(p, Float) else p for p in (x, *parameters)))
        if not exact.has(exp):
            return piece(x, *parameters)
        # The digits of exp(x) - 1 are there if it is evaluated as a whole, at the exact x.
        digits = prec_to_dps(x._prec)
        known = Transform(
            lambda e: e.evalf(digits, maxn=10_000), lambda e: e.is_number and not e.is_Rational
        )
        value = exact.xreplace(known)
        return None if value.has(exp) else value

    def _eval_rewrite_as_Piecewise(self, x: Expr, *parameters: Expr, **hints: Any) -> Expr:
        return Piecewise((self.right(x, *parameters), x >= 0), (self.left(x, *parameters), True))

    def _pieces(self) -> tuple[Expr, Expr]:
        """The two expressions at this argument, under the sign that each side gives it."""
        x, *parameters = self.args
        if not x.is_real:
            return S.NaN, S.NaN  # nothing is known about them, at an infinity neither
        return self.left(_NEGATIVE, *parameters), self.right(_NONNEGATIVE, *parameters)

    @staticmethod
    def _known_of_both(fact: str) -> Callable[["KinkedFunction"], bool | None]:
        """Whether a fact is known of both pieces; what holds for one of them decides nothing."""
        return lambda self: fuzzy_and(getattr(piece, fact) for piece in self._pieces()) or None

    _eval_is_extended_real = _known_of_both("is_extended_real")
    _eval_is_finite = _known_of_both("is_finite")
    _eval_is_extended_positive = _known_of_both("is_extended_positive")
    _eval_is_extended_nonnegative = _known_of_both("is_extended_nonnegative")

    def _eval_evalf(self, prec: int) -> Expr | None:
        if not (self.is_number and self.args[0].is_extended_real):
            return None
        return self.rewrite(Piecewise)._eval_evalf(prec)

    def _eval_Integral(self, *limits: Any, **assumptions: Any) -> Integral:
        """SymPy's integral of the two pieces."""
        return Integral(self.rewrite(Piecewise), *limits, **assumptions)

    def _code(self, printer: Any) -> str:
        """The code of the two pieces, for any printer of SymPy.

        NaN fulfils no condition, so the piece that depends on the argument comes last.
        """
        if isinstance(printer, SymPyPrinter):
            return str(printer._print_Function(self))
        x, *parameters = self.args
        below, above, place, language = x < 0, x >= 0, Dummy(), printer.printmethod
        left, right = (
            optimize(piece(place, *parameters), [expm1_opt]).replace(expm1, _ExponentialMinusOne)
            for piece in (self.left, self.right)
        )
        inside: tuple[Expr, Expr] = x, x
        if language in NUMPY_PRINTERS:
            inside = minimum(x, 0), maximum(x, 0)
        elif language in ARRAY_PRINTERS:  # at a tie the derivative of a minimum is half of it
            inside = Piecewise((x, below), (0, True)), Piecewise((x, above), (0, True))
        left, right = left.xreplace({place: inside[0]}), right.xreplace({place: inside[1]})
        if language in ("_rust_code", "_fcode"):  # where 1 is no floating-point number
            left, right = (Float(p) if p.is_Integer else p for p in (left, right))
        pieces: Any = (left, below), (right, True)
        if not right.has(x):
            pieces = (right, above), (left, True)
        if language in (*NUMPY_PRINTERS, "_jaxcode"):
            (first, condition), (last, _) = pieces
            where = printer._module_format(f"{printer._module}.where")
            return f"{where}({', '.join(map(printer._print, (condition, first, last)))})"
        if language == "_torchcode" and not left.has(x) and not right.has(x):
            # Of numbers alone PyTorch would make single precision.
            pieces = tuple((piece + _ZerosLike(x), condition) for piece, condition in pieces)
        code = printer._print(Piecewise(*pieces, evaluate=False))
        return f"({code})" if language == "_rust_code" else str(code)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, *parameters = (printer._print(argument) for argument in self.args)
        subscript = "_{" + ", ".join(parameters) + "}" if parameters else ""
        power = f"^{{{exp}}}" if exp is not None else ""
        body = rf"{self.symbol}{subscript}\left({x}\right)"
        return rf"\left({body}\right){power}" if power else body


class _ExponentialMinusOne(Function):
    """``exp(x) - 1`` in code: with all digits near 0, and with the derivative ``exp(x)``.

    JAX and PyTorch differentiate their ``expm1`` as its value + 1, which is 0 from -37 on. Theirs
    is therefore of a constant, and what is differentiated is added to it as 0.
    """

    names: ClassVar = {
        "_javascript": "Math.expm1({})",
        "_julia": "expm1.({})",
        "_octave": "expm1({})",
        "_rcode": "expm1({})",
        "_rust_code": "({}).exp_m1()",
        "_fcode": "(tanh(({0})/2)*(exp({0}) + 1))",
        "_glsl": "(tanh(({0})/2.0)*(exp({0}) + 1.0))",
        "_jaxcode": "(jax.numpy.expm1(jax.lax.stop_gradient({0})) + (jax.numpy.exp({0})"
        " - jax.numpy.exp(jax.lax.stop_gradient({0}))))",
        "_torchcode": "(torch.expm1(({0}).detach()) + (torch.exp({0})"
        " - torch.exp(({0}).detach())))",
    }
    """How it is written where SymPy does not know it, or knows it with a wrong derivative."""

    def _code(self, printer: Any) -> str:
        (x,), language = self.args, printer.printmethod
        if language in self.names:
            return self.names[language].format(printer._print(x))
        return printer._print(expm1(x))


class _ZerosLike(Function):
    """A zero of the type of its argument, in PyTorch."""

    def _code(self, printer: Any) -> str:
        return f"torch.zeros_like({printer._print(self.args[0])})"


for _printer in PRINTERS:
    for _class in (KinkedFunction, _ExponentialMinusOne, _ZerosLike):
        setattr(_class, _printer, lambda self, printer, **settings: self._code(printer))


class Activation(KinkedFunction):
    """An activation function: continuous or not, it has a derivative off the kink."""

    derivative: ClassVar[type["ActivationDerivative"]]

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative: a function of its own in ``x``, a ``Piecewise`` in a parameter."""
        return self.derivative(*self.args) if argindex == 1 else _derivative_in(self, argindex)

    def inverse(self, argindex: int | None = None) -> Lambda:
        """The inverse in ``x``, solved from the two pieces.

        Args:
            argindex: 1, which says that the inverse in ``x`` is meant.

        Raises:
            ArgumentIndexError: for another argument than the first, or if a piece is constant.
            NotImplementedError: if it is not said: ``sympy.solve`` does not, since it inverts
                functions of one argument only, and would go on with ``x`` positive.
        """
        if argindex is None:
            raise NotImplementedError(
                f"solve does not know {self}: use solveset(equation, x, S.Reals), or"
                f" solve(equation.rewrite(Piecewise), x); its inverse is {self.func}.inverse(1)"
            )
        # Solved for symbols: a parameter 997/1000 in an exponent makes a polynomial of that degree.
        values = {Dummy(positive=True): value for value in self.args[1:]}
        parameters = list(values)
        below, above, y = Dummy(negative=True), Dummy(nonnegative=True), Dummy("y", real=True)
        left, right = self.left(below, *parameters), self.right(above, *parameters)
        if argindex != 1 or not left.has(below) or not right.has(above):
            raise ArgumentIndexError(self, argindex)
        free = Dummy("x")
        (lower,) = solve(self.left(free, *parameters) - y, free)
        (upper,) = solve(self.right(free, *parameters) - y, free)
        return Lambda(y, Piecewise((upper, y >= 0), (lower, True)).xreplace(values))


class ActivationDerivative(KinkedFunction):
    """The derivative of an activation, with the value from the right at the kink."""

    activation: ClassVar[type[Activation]]

    def __init_subclass__(cls, nargs: int | None = None) -> None:
        """Tell the activation which function its derivative is."""
        super().__init_subclass__()
        cls.activation.derivative = cls
        cls.symbol = cls.activation.symbol + "'"

    @classmethod
    def left(cls, x: Expr, *parameters: Expr) -> Expr:
        """The derivative of the left piece."""
        return _differentiate(cls.activation.left, (x, *parameters))

    @classmethod
    def right(cls, x: Expr, *parameters: Expr) -> Expr:
        """The derivative of the right piece."""
        return _differentiate(cls.activation.right, (x, *parameters))

    def jump(self) -> Expr:
        """The height of the step at the kink: the weight of the atom of the derivative."""
        parameters = self.args[1:]
        return self.right(S.Zero, *parameters) - self.left(S.Zero, *parameters)

    def fdiff(self, argindex: int = 1) -> Expr:
        """The distributional derivative: a ``Piecewise`` and the atom at the kink."""
        if argindex != 1:
            return _derivative_in(self, argindex)
        return _derivative_in(self, 1) + self.jump() * DiracDelta(self.args[0])


def _differentiate(piece: Any, arguments: tuple[Expr, ...], argindex: int = 1) -> Expr:
    """The derivative of a piece in the argument of a number."""
    before, at, after = arguments[: argindex - 1], arguments[argindex - 1], arguments[argindex:]
    inner = Dummy(real=True) if argindex == 1 else Dummy(positive=True)
    return diff(piece(*before, inner, *after), inner).xreplace({inner: at})


def _derivative_in(function: KinkedFunction, argindex: int) -> Expr:
    """The derivative of both pieces in the argument of a number, without an atom."""
    if not 1 <= argindex <= len(function.args):
        raise ArgumentIndexError(function, argindex)
    left, right = (
        _differentiate(piece, function.args, argindex) for piece in (function.left, function.right)
    )
    return Piecewise((right, function.args[0] >= 0), (left, True))


class Elu(Activation, nargs=2):
    r"""The Exponential Linear Unit.

    .. math:: f(x; \alpha) = \begin{cases} x & x \ge 0 \\ \alpha (e^x - 1) & x < 0 \end{cases}

    Args:
        x: the pre-activation, a real expression or a random symbol of ``sympy.stats``.
        alpha: the height of the floor, a positive expression.

    Examples:
        >>> from sympy import Piecewise
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> Elu(0, alpha), Elu(3, alpha), Elu(-3, alpha)
        (0, 3, alpha*(-1 + exp(-3)))
        >>> Elu(x, alpha).rewrite(Piecewise)
        Piecewise((x, x >= 0), (alpha*(exp(x) - 1), True))
        >>> Elu(x, alpha).diff(x)
        EluDerivative(x, alpha)
        >>> Elu(x, alpha).diff(x, 2)
        -(alpha - 1)*DiracDelta(x) + Piecewise((0, x >= 0), (alpha*exp(x), True))
        >>> Elu(x, alpha).inverse(1)(-alpha / 2)
        -log(2)

    References:
        Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15.
    """

    symbol = r"\operatorname{ELU}"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        """The saturating piece."""
        return alpha*(exp(x) - 1)  # fmt: skip

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        """The identity."""
        return x


class EluDerivative(ActivationDerivative, nargs=2):
    """The derivative of ELU: 1 for ``x >= 0``, ``alpha*exp(x)`` for ``x < 0``.

    Examples:
        >>> from elu_sym.activations import EluDerivative
        >>> from elu_sym.symbols import alpha, x
        >>> EluDerivative(x, alpha).is_positive
        True
        >>> EluDerivative(x, alpha).jump()
        1 - alpha
    """

    activation = Elu


class Relu(Activation, nargs=1):
    """The rectifier: ``x`` for ``x >= 0``, 0 for ``x < 0``.

    References:
        Nair, Hinton: Rectified linear units improve restricted Boltzmann machines, ICML 2010.
    """

    symbol = r"\operatorname{ReLU}"

    @staticmethod
    def left(x: Expr) -> Expr:
        """Zero."""
        return S.Zero

    @staticmethod
    def right(x: Expr) -> Expr:
        """The identity."""
        return x


class ReluDerivative(ActivationDerivative, nargs=1):
    """The derivative of ReLU: the unit step, 1 at 0."""

    activation = Relu


class LeakyRelu(Activation, nargs=2):
    """The leaky rectifier: ``x`` for ``x >= 0``, ``slope*x`` for ``x < 0``.

    References:
        Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models, 2013.
    """

    symbol = r"\operatorname{LeakyReLU}"

    @staticmethod
    def left(x: Expr, slope: Expr) -> Expr:
        """A line of another slope."""
        return slope * x

    @staticmethod
    def right(x: Expr, slope: Expr) -> Expr:
        """The identity."""
        return x


class LeakyReluDerivative(ActivationDerivative, nargs=2):
    """The derivative of the leaky ReLU: a step from ``slope`` to 1."""

    activation = LeakyRelu


class Selu(Activation, nargs=3):
    """The scaled ELU, ``scale`` times ELU.

    References:
        Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, equation 2.
    """

    symbol = r"\operatorname{SELU}"

    @staticmethod
    def left(x: Expr, alpha: Expr, scale: Expr) -> Expr:
        """The saturating piece."""
        return scale * alpha * (exp(x) - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr, scale: Expr) -> Expr:
        """A line of slope ``scale``."""
        return scale * x


class SeluDerivative(ActivationDerivative, nargs=3):
    """The derivative of SELU."""

    activation = Selu


class Celu(Activation, nargs=2):
    """The ELU whose derivative is continuous for every ``alpha``.

    References:
        Barron, 2017, equation 2.
    """

    symbol = r"\operatorname{CELU}"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        """The saturating piece, whose slope at 0 is 1."""
        return alpha * (exp(x / alpha) - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        """The identity."""
        return x


class CeluDerivative(ActivationDerivative, nargs=2):
    """The derivative of CELU: continuous, 1 at 0."""

    activation = Celu
