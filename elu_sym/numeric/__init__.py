"""Numbers: the hand-written primitives under every published quantity of ELU.

With X ~ N(mu, sigma^2), ELU splits into two parts that are never positive together,

    f(X) = X_+ - (alpha (1 - e^X))_+,

so its moments are sums of the partial moments here, without a subtraction of equals.  All functions
take float64 arrays that broadcast, already validated (``arguments``): sigma >= 0, alpha > 0, both
finite; mu may be infinite; NaN in any argument gives NaN at that element.

Accuracy is stated as abs(computed - F) / (ulp(F) + 2^-52 sum abs(x dF/dx)), the sum over the
arguments: in units of what rounding the result once and each argument once would cost.  It was
measured against Arb for mu of 1e-300 to 1e150 of both signs, sigma of 1e-300 to 1e150 and alpha of
1e-10 to 1e10, with dense samples where regimes meet, and by random search from the worst of them;
the average is below 0.5 everywhere.  ``tests/numeric/test_accuracy.py`` holds it below 8.
"""

from __future__ import annotations

from elu_sym.numeric.deviations import (
    lower_partial_deviation,
    partial_mean_root,
    upper_partial_deviation,
)
from elu_sym.numeric.exponential_moments import lower_exponential_moment
from elu_sym.numeric.lower_moments import lower_conditional_mean, lower_partial_moment
from elu_sym.numeric.probabilities import log_ratio, probability_below, probability_by_cases
from elu_sym.numeric.smooth_mean import smooth_mean
from elu_sym.numeric.upper_moments import upper_conditional_mean, upper_partial_moment
from elu_sym.numeric.variances import (
    lower_partial_variance,
    opposite_mean_product,
    partial_mean_product,
    upper_partial_variance,
)

__all__ = [
    "log_ratio",
    "lower_conditional_mean",
    "lower_exponential_moment",
    "lower_partial_deviation",
    "lower_partial_moment",
    "lower_partial_variance",
    "opposite_mean_product",
    "partial_mean_product",
    "partial_mean_root",
    "probability_below",
    "probability_by_cases",
    "smooth_mean",
    "upper_conditional_mean",
    "upper_partial_deviation",
    "upper_partial_moment",
    "upper_partial_variance",
]
