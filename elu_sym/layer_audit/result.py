"""The result of an audit: plain data, as text or as JSON."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

__all__ = ["Comparison", "Estimate", "Histogram", "KolmogorovDistance", "LayerAudit", "Shape"]


@dataclass(frozen=True)
class Estimate:
    """A number with its confidence interval.

    Attributes:
        value: the number.
        low: where the interval begins.
        high: where it ends.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """One quantity as it was measured and as a Gaussian layer has it.

    Attributes:
        empirical: what was measured.
        gaussian: the formula at the measured mean and standard deviation, with the interval that
            follows from theirs.
        difference: the first less the second, with a standard deviation and variances from the sum
            of squares over count in both, so that for normal values it is about 0; the numbers
            above have count - 1. Both come from the same values, which the interval takes into
            account. It is widened by the error that a normal sample would show, by the skewness of
            that error and by rounding: where it excludes 0, the layer is not Gaussian in this
            respect, but for the share of samples that the confidence leaves out.
    """

    empirical: Estimate
    gaussian: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Shape:
    """A number that is zero for a normal law.

    Attributes:
        value: the number.
        normal_limit: a normal sample of this size stays within plus and minus this, with the
            confidence of the audit.
    """

    value: float
    normal_limit: float


@dataclass(frozen=True)
class KolmogorovDistance:
    """The largest difference of two distribution functions, that of the values and the normal one.

    Attributes:
        low: the distance of the values to the normal law with their mean and deviation is at least
            this,
        high: and at most this; what is between is the resolution of the histogram.
        law_low: where the interval for the distance of the law of the values, in place of the
            values, to the same normal law begins, by the inequality of Dvoretzky, Kiefer,
            Wolfowitz with the constant of Massart, 1990.
        law_high: where it ends.
        normal_limit: the distance that 5 % of the normal samples of this size exceed, their mean
            and deviation being estimated too: Stephens, "EDF statistics for goodness of fit",
            JASA 1974, table 1A. The table of Kolmogorov would be wrong here.
    """

    low: float
    high: float
    law_low: float
    law_high: float
    normal_limit: float


@dataclass(frozen=True)
class Histogram:
    """Exact counts of the pre-activations.

    Attributes:
        edges: the edges of the bins, increasing.
        counts: the values from each edge up to the next.
        below: how many lie below the first edge.
        above: how many lie on or above the last.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int
    above: int


@dataclass(frozen=True, repr=False)
class LayerAudit:
    """What is known of recorded pre-activations X and of f(X).

    Intervals have the level ``confidence`` and hold for independent values and large samples.
    Pre-activations of one network share its inputs and weights: then the intervals are too narrow.
    A quantity that has no value, such as the skewness of equal values, is None.

    Attributes:
        source: the file or what else the values came from.
        selection: which of its values they are: of one unit, or of several that are pooled; empty
            where there is nothing to choose.
        activation: the name of f.
        parameters: the parameters of f by name.
        count: how many values.
        confidence: the level of the intervals.
        float_format: the format of the values.
        least: the least value.
        greatest: the greatest value.
        mean: the mean of X.
        std: its standard deviation, from the sum of squares over count - 1.
        activation_mean: E f(X).
        activation_second_moment: E f(X)^2.
        activation_variance: Var f(X).
        derivative_mean: E f'(X), with f'(0) = 1.
        derivative_second_moment: E f'(X)^2.
        skewness: that of X.
        excess_kurtosis: the fourth standardized moment less 3.
        kolmogorov: the distance to the fitted normal law.
        negative: P[X < 0].
        level: what a derivative is compared with.
        derivative_below: P[f'(X) < level].
        at_floor: the share of the values at which f is exactly at its floor in their format, -alpha
            for ELU and 0 for ReLU; None for leaky ReLU, which has none.
        at_floor_count: how many these are.
        weight_factor_second_moment: std^2 / E f(X)^2. The weight variance of the next layer that
            keeps the pre-activations at this deviation is this over fan_in; the gain is its root.
        weight_factor_variance: std^2 / Var f(X), the same for weights that are centered.
        weight_factor_gradient: 1 / E f'(X)^2: the weight variance that keeps squared gradients is
            this over fan_out.
        histogram: counts for a picture.
    """

    source: str
    selection: str
    activation: str
    parameters: dict[str, float]
    count: int
    confidence: float
    float_format: str
    least: float
    greatest: float
    mean: Estimate
    std: Estimate
    activation_mean: Comparison
    activation_second_moment: Comparison
    activation_variance: Comparison
    derivative_mean: Comparison
    derivative_second_moment: Comparison
    skewness: Shape | None
    excess_kurtosis: Shape | None
    kolmogorov: KolmogorovDistance | None
    negative: Comparison
    level: float
    derivative_below: Comparison
    at_floor: Estimate | None
    at_floor_count: int | None
    weight_factor_second_moment: Comparison | None
    weight_factor_variance: Comparison | None
    weight_factor_gradient: Comparison | None
    histogram: Histogram

    def to_json(self) -> dict[str, Any]:
        """The audit as plain data: strings, numbers, None, lists and dictionaries."""
        found = asdict(self)
        found["histogram"] |= {name: list(found["histogram"][name]) for name in ("edges", "counts")}
        return found

    def __repr__(self) -> str:
        return (
            f"<LayerAudit of {self.title}: mean {self.mean.value:.4g}, std {self.std.value:.4g};"
            " to_text() says all>"
        )

    @property
    def described(self) -> str:
        """The activation with its parameters."""
        given = (f"{name} = {value:g}" for name, value in self.parameters.items())
        return ", ".join((self.activation, *given))

    @property
    def title(self) -> str:
        """What was audited, in a line."""
        selection = f" ({self.selection})" if self.selection else ""
        return (
            f"{self.source}{selection}: {self.count} values of {self.float_format},"
            f" {self.described}"
        )

    @property
    def compared(self) -> dict[str, Comparison]:
        """The quantities of f by what they are called."""
        return {
            "E f(X)": self.activation_mean,
            "E f(X)^2": self.activation_second_moment,
            "Var f(X)": self.activation_variance,
            "E f'(X)": self.derivative_mean,
            "E f'(X)^2": self.derivative_second_moment,
            "P[X < 0]": self.negative,
            f"P[f'(X) < {self.level:g}]": self.derivative_below,
        }

    @property
    def factors(self) -> dict[str, Comparison | None]:
        """The weight factors by what they are called."""
        return {
            "std^2 / E f(X)^2": self.weight_factor_second_moment,
            "std^2 / Var f(X)": self.weight_factor_variance,
            "1 / E f'(X)^2": self.weight_factor_gradient,
        }

    def to_text(self) -> str:
        """The audit as lines to read."""
        floor = self.at_floor and f"{self.at_floor_count} values, {_shown(self.at_floor)}"
        return "\n".join(
            [
                self.title,
                f"from {self.least:.6g} to {self.greatest:.6g}; intervals at"
                f" {100 * self.confidence:g} %, for independent values",
                "",
                _line("mean of X", self.mean, _shown),
                _line("std of X", self.std, _shown),
                "",
                _line("", COLUMNS, _columns),
                *(_line(name, row, _compared) for name, row in self.compared.items()),
                _line(f"at floor in {self.float_format}", floor or "there is no floor", str),
                "",
                "Recommended: weight variance times fan_in (fan_out for the last), and its root",
                *(_line(name, row, _compared) for name, row in self.factors.items()),
                *(_line(f"gain, {name}", row, _roots) for name, row in self.factors.items()),
                "",
                "How far from Gaussian",
                _line("skewness", self.skewness, _shape),
                _line("excess kurtosis", self.excess_kurtosis, _shape),
                _line("Kolmogorov distance", self.kolmogorov, _distance),
            ]
        )

    def _repr_html_(self) -> str:
        """What is compared as a table."""
        named = {name: row for name, row in (self.compared | self.factors).items() if row}
        rows = [
            (name, *map(_shown, (row.empirical, row.gaussian, row.difference)))
            for name, row in named.items()
        ]
        cells = (
            "".join(f"<td>{escape(cell)}</td>" for cell in row) for row in [("", *COLUMNS), *rows]
        )
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><caption>{escape(self.title)}</caption>{body}</table>"


COLUMNS = ("measured", "Gaussian at this mean and std", "difference")

WIDTH = 45
"""Of a column: three numbers of up to 13 characters, what is between, and two spaces."""

UNDEFINED = "undefined: the values or their activations are all equal"


def _line(name: str, value: Any, text: Callable[[Any], str]) -> str:
    """A name, and what is to be said of a value."""
    return f"{name:26s}{UNDEFINED if value is None else text(value)}".rstrip()


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.6g} [{estimate.low:.6g}, {estimate.high:.6g}]"


def _columns(texts: Iterable[str]) -> str:
    return "".join(f"{text:{WIDTH}s}" for text in texts)


def _compared(row: Comparison) -> str:
    return _columns(map(_shown, (row.empirical, row.gaussian, row.difference)))


def _roots(row: Comparison) -> str:
    measured, gaussian = row.empirical.value**0.5, row.gaussian.value**0.5
    return f"{measured:.6g} measured, {gaussian:.6g} Gaussian"


def _shape(shape: Shape) -> str:
    return f"{shape.value:.6g}, within ±{shape.normal_limit:.3g} for a normal sample"


def _distance(distance: KolmogorovDistance) -> str:
    return (
        f"in [{distance.low:.4g}, {distance.high:.4g}] for these values,"
        f" [{distance.law_low:.4g}, {distance.law_high:.4g}] for their law\n{'':26s}"
        f"5 % of fitted normal samples exceed {distance.normal_limit:.4g}; with many values any"
        " law does: judge by its size"
    )
