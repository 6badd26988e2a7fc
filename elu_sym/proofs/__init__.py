"""The claims and their proofs, one module a chapter or a part of one."""

from elu_sym.claim import Registry
from elu_sym.proofs import (
    book,
    centering,
    centering_widths,
    construction,
    depth_measured,
    derivative,
    floating_point,
    initialization,
    limits_of_moments,
    meanfield,
    meanfield_values,
    moment_bounds,
    moment_inequalities,
    options,
    published_constants,
    rate,
    regularity,
    relations,
    self_normalization,
    shape,
    smooth_ride,
    smooth_ride_measured,
    sparsity,
    variance_rule,
)

CHAPTERS = {
    "construction": "Construction",
    "regularity": "Regularity",
    "shape": "Shape",
    "relations": "Relations",
    "derivative": "The derivative",
    "sparsity": "Dead neurons",
    "floating_point": "Dead neurons in floating point",
    "smooth_ride": "The smooth ride",
    "centering": "Centering",
    "moments": "Moments",
    "options": "Options",
    "rate": "A positive rate",
    "initialization": "Initialization",
    "self_normalization": "Self-normalization",
    "meanfield": "Mean field and depth",
}
"""The title of each chapter by the first part of the ids of its claims, in order."""

_MODULES = (
    construction,
    regularity,
    shape,
    relations,
    derivative,
    sparsity,
    floating_point,
    smooth_ride,
    smooth_ride_measured,
    centering,
    centering_widths,
    book,
    moment_bounds,
    moment_inequalities,
    limits_of_moments,
    variance_rule,
    options,
    rate,
    initialization,
    published_constants,
    self_normalization,
    meanfield,
    meanfield_values,
    depth_measured,
)

CLAIMS = Registry(claim for module in _MODULES for claim in module.CLAIMS)
"""Every claim by its permanent id, in the order of the chapters."""
