"""The constants that libraries and papers publish for ELU and its relatives, beside exact values.

Each row quotes a number as it stands in its source and says of which quantity it is the value, as
an expression whose digits Arb encloses. The table is :data:`PUBLISHED_CONSTANTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from elu_sym.algebra.working_precision import working_precision
from elu_sym.book.activation_pieces import UnsuitableActivationError
from elu_sym.book.formula import celu, elu, leaky_relu, relu

if TYPE_CHECKING:
    from flint import arb
    from sympy import Expr, Rational

    from elu_sym.book.formula import Formula

__all__ = ["PUBLISHED_CONSTANTS", "PublishedConstant"]


@dataclass(frozen=True)
class PublishedConstant:
    """A published number and the quantity that it stands for, at X ~ N(0, 1).

    Attributes:
        id: a name for the row.
        value: the number as it is published, a decimal fraction.
        activation: the activation that it is for, with its parameters.
        meaning: the quantity in words.
        definition: builds its exact expression.
        source: the library and file, or the paper, in which it stands.

    Examples:
        >>> row = PUBLISHED_CONSTANTS["nfnets.elu"]
        >>> row.value, row.digits(12)
        ('1.2716004848480225', '1.27084341785')
        >>> print(f"{row.relative_difference:.1e}")
        6.0e-04
    """

    id: str
    value: str
    activation: str
    meaning: str
    definition: Callable[[], Expr]
    source: str

    @property
    def exact(self) -> Expr:
        """The quantity, as an expression without symbols."""
        return self.definition()

    @property
    def published(self) -> Rational:
        """The published number, exactly."""
        from sympy import Rational

        return Rational(self.value)

    @property
    def enclosure(self) -> arb:
        """A ball that contains the exact value, with a relative radius below 1e-40."""
        from sympy import Rational

        from elu_sym.algebra.enclosure import enclose_to

        return enclose_to(self.exact, {}, Rational(1, 10**40))

    def digits(self, count: int = 17) -> str:
        """The exact value in decimals, each certified: Arb prints none that it does not know.

        Args:
            count: how many significant digits, from 1 to 38.

        Raises:
            ValueError: if so many are not certified.
        """
        if not 1 <= count <= 38:
            raise ValueError(f"count = {count}: give a number of digits from 1 to 38")
        return str(self.enclosure.str(count, radius=False))

    @property
    def relative_difference(self) -> float:
        """The published number less the exact one, over the exact one.

        It is 0.0 only if the ball of radius 1e-40 contains the published number.
        """
        from flint import arb, fmpq

        with working_precision(256):
            exact, published = self.enclosure, self.published
            ratio = arb(fmpq(int(published.p), int(published.q))) / exact - 1
            return 0.0 if ratio.contains(0) else float(ratio.mid())


def _power(exponent: str, formula: Formula, *parameters: str | Expr) -> Expr:
    """A power of a formula at N(0, 1), its numbers as fractions in text or as expressions."""
    from sympy import Rational, S

    given = (Rational(each) if isinstance(each, str) else each for each in parameters)
    values = dict(zip(formula.symbols, (S.Zero, S.One, *given), strict=True))
    return formula.closed_form.xreplace(values) ** Rational(exponent)


def _one() -> Expr:
    """What SELU's own definition makes of its moments at N(0, 1)."""
    from sympy import S

    return S.One


def selu_alpha() -> Expr:
    """The alpha of SELU, at which the mean of ELU at N(0, 1) is 0, in closed form.

    Raises:
        UnsuitableActivationError: if ELU is defined otherwise and no multiple of alpha on the left.

    Examples:
        >>> print(selu_alpha().evalf(20))
        1.6732632423543772848
    """
    from sympy import S, expand

    from elu_sym.symbols import alpha, mu, sigma

    mean = expand(elu.mean.closed_form.xreplace({mu: S.Zero, sigma: S.One}))
    constant, slope = mean.coeff(alpha, 0), mean.coeff(alpha, 1)
    if expand(mean - constant - slope * alpha) != 0:
        raise UnsuitableActivationError(elu, "linear in alpha")
    return -constant / slope


def selu_scale() -> Expr:
    """The lambda of SELU, with which the second moment at N(0, 1) is 1, in closed form.

    Examples:
        >>> print(selu_scale().evalf(20))
        1.0507009873554804934
    """
    return _power("-1/2", elu.second_moment, selu_alpha())


_SOURCES = {
    "siren": "vsitzmann/siren, modules.py, init_weights_elu, commit 361422e, and copies of it",
    "nfnets": "google-deepmind/deepmind-research, nfnets/base.py, nonlinearities, commit 68a1754;"
    " huggingface/pytorch-image-models, timm/models/nfnet.py, _nonlin_gamma, commit 0262a0e",
    "pytorch": "PyTorch, torch/nn/init.py, calculate_gain, as of version 2.13",
    "selu": "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, arXiv 1706.02515; with all"
    " digits in PaddlePaddle, paddle.nn.functional.selu",
}
_SQUARE = "1/E f(Z)^2, the square of the gain"
_SPREAD = "1/std f(Z), the variance rule"
_GAIN = "1/sqrt(E f(Z)^2), the second-moment rule"
_MEAN = "the alpha with mean 0 at N(0, 1)"
_UNIT = "the lambda with second moment 1 at N(0, 1)"

_ELU, _CELU, _RELU, _SELU = "ELU, alpha = 1", "CELU, alpha = 1", "ReLU", "SELU"
_LEAKY, _SLOPE = "leaky ReLU, slope 0.01", "1/100"
_INVERSE, _ROOT = partial(partial, _power, "-1"), partial(partial, _power, "-1/2")
_LEAKY_ROOT = _ROOT(leaky_relu.second_moment, _SLOPE)

_ROWS = (
    ("siren.elu", "1.5505188080679277", _ELU, _SQUARE, _INVERSE(elu.second_moment, "1")),
    ("nfnets.elu", "1.2716004848480225", _ELU, _SPREAD, _ROOT(elu.variance, "1")),
    ("nfnets.celu", "1.270926833152771", _CELU, _SPREAD, _ROOT(celu.variance, "1")),
    ("nfnets.relu", "1.7139588594436646", _RELU, _SPREAD, _ROOT(relu.variance)),
    ("nfnets.leaky_relu", "1.70590341091156", _LEAKY, _SPREAD, _ROOT(leaky_relu.variance, _SLOPE)),
    ("nfnets.selu", "1.0008515119552612", _SELU, _SPREAD, _one),
    ("pytorch.relu", "1.4142135623730951", _RELU, _GAIN, _ROOT(relu.second_moment)),
    ("pytorch.leaky_relu", "1.4141428569978354", _LEAKY, _GAIN, _LEAKY_ROOT),
    ("pytorch.selu", "0.75", _SELU, _GAIN, _one),
    ("selu.alpha", "1.6732632423543772848170429916717", _SELU, _MEAN, selu_alpha),
    ("selu.scale", "1.0507009873554804934193349852946", _SELU, _UNIT, selu_scale),
)

PUBLISHED_CONSTANTS = {
    row[0]: PublishedConstant(*row, _SOURCES[row[0].partition(".")[0]]) for row in _ROWS
}
"""Every published constant by its id."""
