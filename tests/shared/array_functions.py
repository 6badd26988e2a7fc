"""The primitives as functions of arrays: the law made of its parameters, the limits included."""

from functools import partial

import numpy as np

from elu_sym.numeric import (
    exponential_moments,
    lower_moments,
    moment_differences,
    upper_moments,
    variances,
)
from elu_sym.numeric.evaluation import evaluate


def _with_order(primitive):
    def function(order, *arguments):
        found = evaluate(lambda law, *parameters: primitive(order, law, *parameters), *arguments)
        return found[0]

    function.__doc__ = primitive.__doc__
    return function


def _without_order(primitive):
    def function(*arguments):
        return evaluate(primitive, *arguments)[0]

    function.__doc__ = primitive.__doc__
    return function


def _at_one(primitive):
    """The last parameter is a scale, of which it is a multiple: here 1."""

    def function(*arguments):
        return evaluate(primitive, *arguments, np.array(1.0))[0]

    function.__doc__ = primitive.__doc__
    return function


upper_partial_moment = _with_order(upper_moments.upper_partial_moment)
lower_partial_moment = _with_order(lower_moments.lower_partial_moment)
lower_exponential_moment = _with_order(exponential_moments.lower_exponential_moment)
upper_conditional_mean = _without_order(upper_moments.upper_conditional_mean)
lower_conditional_mean = _without_order(lower_moments.lower_conditional_mean)
partial_mean_difference = partial(_with_order(moment_differences.partial_moment_difference), 1)
smooth_mean = partial(_with_order(moment_differences.smooth_moment), 1)
upper_partial_variance = _without_order(variances.upper_partial_variance)
upper_partial_deviation = _without_order(variances.upper_partial_deviation)
lower_partial_variance = _without_order(variances.lower_partial_variance)
lower_partial_deviation = _without_order(variances.lower_partial_deviation)
partial_mean_product = _at_one(variances.partial_mean_product)
partial_mean_root = _at_one(variances.partial_mean_root)
opposite_mean_product = _at_one(variances.opposite_mean_product)
opposite_mean_root = _at_one(variances.opposite_mean_root)

__all__ = [name for name, value in dict(globals()).items() if callable(value) and name[0] != "_"]
